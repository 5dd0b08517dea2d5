import assert from "node:assert/strict";
import { CALLER, simulated } from "../local/ec2/support";
import { Session, settingsFrom } from "../../provider/session";

function config(values: Record<string, string>): (key: string) => string | undefined {
  return (key) => values[key];
}

const NOTHING = { AWS_REGION: undefined, AWS_DEFAULT_REGION: undefined, AWS_PROFILE: undefined };

/** With the environment as given and no shared files. */
async function inEnvironment<T>(variables: Record<string, string | undefined>, work: () => Promise<T>): Promise<T> {
  const before = { ...process.env };
  const wanted = { ...NOTHING, AWS_CONFIG_FILE: "/dev/null", AWS_SHARED_CREDENTIALS_FILE: "/dev/null", ...variables };
  try {
    for (const [name, value] of Object.entries(wanted)) {
      if (value === undefined) {
        Reflect.deleteProperty(process.env, name);
      } else {
        process.env[name] = value;
      }
    }
    return await work();
  } finally {
    process.env = before;
  }
}

/** Where a client of a session with these endpoints sends its calls. */
async function hostFor(endpoints: string | undefined): Promise<string | undefined> {
  const { simulator } = simulated();
  const handler = simulator.requestHandler();
  let host: string | undefined;
  const client = {
    ...CALLER,
    requestHandler: {
      ...handler,
      handle: (request: { hostname: string; headers: Record<string, string>; body?: unknown }) => {
        host = request.hostname;
        return handler.handle(request);
      },
    },
  };
  await new Session({ endpoints }, { client }).ec2("us-east-1").describeInstances({ "instance-id": ["i-0a1b2c3d"] });
  return host;
}

describe("a session", () => {
  it("has all its machines learn together how long EC2 takes", () => {
    const session = new Session({ region: "us-east-1" }, {});
    const run = { region: "us-east-1", name: "web", timeoutSeconds: 600 };
    const { expectations } = session.deps(run);
    assert.equal(session.deps({ ...run, name: "db" }).expectations, expectations);
    assert.notEqual(new Session({ region: "us-east-1" }, {}).deps(run).expectations, expectations);
  });
});

describe("settingsFrom", () => {
  it("reads what @pulumi/aws reads: aws:region, aws:profile and aws:endpoints", () => {
    const endpoints = '[{"ec2": "http://ec2.test"}]';
    assert.deepEqual(
      settingsFrom(config({ "aws:region": "eu-central-1", "aws:profile": "work", "aws:endpoints": endpoints })),
      { region: "eu-central-1", profile: "work", endpoints },
    );
  });

  it("finds nothing where nothing is set", () => {
    assert.ok(Object.values(settingsFrom(config({}))).every((it) => it === undefined));
  });
});

describe("the ec2 of aws:endpoints", () => {
  it("is where the calls go", async () => {
    assert.equal(await hostFor('[{"s3": "http://s3.test"}, {"ec2": "http://ec2.test"}]'), "ec2.test");
  });

  it("may be in a single object", async () => {
    assert.equal(await hostFor('{"ec2": "http://ec2.test"}'), "ec2.test");
  });

  it("is AWS's own where none is set", async () => {
    for (const endpoints of [undefined, "[]", '[{"ec2": ""}, null]']) {
      assert.equal(await hostFor(endpoints), "ec2.us-east-1.amazonaws.com");
    }
  });

  it("that is no JSON is answered with what it has to be", () => {
    assert.throws(
      () => new Session({ endpoints: "http://x" }, {}).ec2("us-east-1"),
      /aws:endpoints must be a JSON list/,
    );
  });
});

describe("Session.defaultRegion", () => {
  it("is the stack's, whatever the environment says", async () => {
    const region = await inEnvironment({ AWS_REGION: "us-west-2" }, () =>
      new Session({ region: "eu-central-1" }, {}).defaultRegion(),
    );
    assert.equal(region, "eu-central-1");
  });

  it("is the environment's where the stack has none", async () => {
    const region = (variables: Record<string, string>): Promise<string | undefined> =>
      inEnvironment(variables, () => new Session({}, {}).defaultRegion());
    assert.equal(await region({ AWS_REGION: "us-west-2", AWS_DEFAULT_REGION: "us-west-1" }), "us-west-2");
    assert.equal(await region({ AWS_DEFAULT_REGION: "us-west-1" }), "us-west-1");
  });

  it("is none where nobody names one", async () => {
    assert.equal(await inEnvironment({}, () => new Session({}, {}).defaultRegion()), undefined);
  });
});

describe("Session", () => {
  it("announces a line once, however many calls of one run would repeat it", () => {
    const said: string[] = [];
    const session = new Session({}, { say: (line) => said.push(line) });
    session.announce("a");
    session.announce("a");
    session.announce("b");
    assert.deepEqual(said, ["a", "b"]);
  });

  it("puts the machine's name before each line", () => {
    const said: string[] = [];
    const session = new Session({}, { say: (line) => said.push(line) });
    session.deps({ region: "us-east-1", name: "web", timeoutSeconds: 600 }).say("hello");
    assert.deepEqual(said, ["web: hello"]);
  });

  it("keeps one client for each region", () => {
    const session = new Session({}, {});
    assert.equal(session.ec2("us-east-1"), session.ec2("us-east-1"));
    assert.notEqual(session.ec2("us-east-1"), session.ec2("us-west-2"));
  });

  it("sees to it that the SDK prints no notice about Node", () => {
    assert.equal(process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED, "true");
  });
});
