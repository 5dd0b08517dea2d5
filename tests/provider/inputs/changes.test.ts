import assert from "node:assert/strict";
import { changesBetween } from "../../../provider/inputs/changes";
import { checkInputs } from "../../../provider/inputs/inputs";
import type { ChangeClass } from "../../../provider/inputs/table";
import { UNKNOWN } from "../../../provider/inputs/validation";
import { program } from "../support";

type Properties = Record<string, unknown>;

function inputs(overrides: Properties = {}): Properties {
  return checkInputs(program(overrides), "us-east-1").inputs;
}

/** The record of a machine that is up, with an Elastic IP. */
function recorded(overrides: Properties = {}): Properties {
  return {
    ...inputs({ elasticIp: true }),
    secondaryPrivateIps: [],
    dataVolumeIds: {},
    networkInterfaceId: "eni-1",
    privateIp: "10.0.1.7",
    privateDnsName: "ip-10-0-1-7.ec2.internal",
    macAddress: "0a:00:00:00:00:01",
    ipv6Addresses: [],
    availabilityZone: "us-east-1a",
    vpcId: "vpc-1",
    publicIp: "52.1.2.3",
    allocationId: "eipalloc-1",
    instanceId: "i-1",
    state: "running",
    lifecycle: "on-demand",
    launchedInstanceType: "m7i.large",
    generation: 1,
    launchTemplateId: "lt-1",
    ...overrides,
  };
}

/** For each input, a value that is not the default. */
const OTHER: Properties = {
  resourceUrn: "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::other",
  region: "eu-central-1",
  subnetId: "subnet-0a1b2c3d",
  privateIp: "10.0.1.8",
  elasticIp: true,
  securityGroupIds: ["sg-0a1b2c3d"],
  sourceDestCheck: false,
  imageId: "ami-0a1b2c3d",
  instanceType: "m6i.large",
  market: { lifecycle: "spot" },
  userData: "#!/bin/sh",
  userDataBase64: "AAEC",
  keyName: "key",
  iamInstanceProfile: "profile",
  metadataOptions: { httpTokens: "optional" },
  rootVolume: { size: 20 },
  tags: { Team: "a" },
  recycleTriggers: { at: "1" },
  deletion: { elasticIp: "retain" },
};

const EXPECTED: Record<ChangeClass, string[]> = {
  "in-place": [
    "resourceUrn",
    "elasticIp",
    "securityGroupIds",
    "sourceDestCheck",
    "iamInstanceProfile",
    "metadataOptions",
    "tags",
    "deletion",
  ],
  "replaces-instance": [
    "imageId",
    "instanceType",
    "market",
    "userData",
    "userDataBase64",
    "keyName",
    "rootVolume",
    "recycleTriggers",
  ],
  moves: ["subnetId", "privateIp"],
  "replaces-resource": ["region"],
  "at-create": [],
};

describe("changesBetween", () => {
  for (const [kind, names] of Object.entries(EXPECTED)) {
    for (const name of names) {
      it(`takes a change of ${name} for one that ${kind === "in-place" ? "is done in place" : kind}`, () => {
        assert.deepEqual(changesBetween(inputs(), inputs({ [name]: OTHER[name] })), [{ input: name, class: kind }]);
      });
    }
  }

  it("finds nothing between equal inputs, in whatever order their keys and groups are", () => {
    const old = inputs({ tags: { a: "1", b: "2" }, securityGroupIds: ["sg-00000001", "sg-00000002"] });
    const same = inputs({ tags: { b: "2", a: "1" }, securityGroupIds: ["sg-00000002", "sg-00000001"] });
    assert.deepEqual(changesBetween(old, same), []);
  });

  it("finds nothing between recorded outputs and the inputs that led to them", () => {
    assert.deepEqual(changesBetween(recorded(), inputs({ elasticIp: true })), []);
  });

  it("takes an address that is no longer asked for as kept, and any other as a move", () => {
    assert.deepEqual(changesBetween(recorded({ privateIp: "10.0.1.7" }), inputs({ elasticIp: true })), []);
    assert.deepEqual(changesBetween(recorded(), inputs({ elasticIp: true, privateIp: "10.0.1.9" })), [
      { input: "privateIp", class: "moves" },
    ]);
  });

  it("compares user data by its bytes, whichever of the two inputs has them", () => {
    const plain = "#!/bin/sh\necho hello\n";
    const userDataBase64 = Buffer.from(plain).toString("base64");
    const wrapped = userDataBase64.replace(/(.{8})/g, "$1\n");
    assert.deepEqual(changesBetween(inputs({ userData: plain }), inputs({ userDataBase64 })), []);
    assert.deepEqual(changesBetween(inputs({ userDataBase64 }), inputs({ userData: plain })), []);
    assert.deepEqual(changesBetween(inputs({ userDataBase64 }), inputs({ userDataBase64: wrapped })), []);
    assert.deepEqual(changesBetween(inputs(), inputs({ userDataBase64: "", userData: "" })), []);
    assert.equal(changesBetween(inputs({ userData: plain }), inputs({ userData: `${plain}#` })).length, 1);
    assert.equal(changesBetween(inputs({ userData: plain }), inputs()).length, 1);
    const named = (olds: Properties, news: Properties): string[] =>
      changesBetween(inputs(olds), inputs(news)).map((it) => it.input);
    assert.deepEqual(named({ userDataBase64 }, {}), ["userDataBase64"]);
    assert.deepEqual(named({ userDataBase64 }, { userData: "other" }), ["userData", "userDataBase64"]);
    assert.deepEqual(named({ userDataBase64 }, { userDataBase64: "AAAA" }), ["userDataBase64"]);
    assert.deepEqual(named({ userData: plain }, { userDataBase64: UNKNOWN }), ["userData", "userDataBase64"]);
  });

  it("tells text that looks like base64 of a script from its bytes, but where an older version decoded it", () => {
    const text = Buffer.from("#!/bin/sh\n").toString("base64");
    const marked = inputs({ userData: text, userDataIsText: true });
    assert.deepEqual(changesBetween(inputs({ userData: text }), inputs({ userDataBase64: text })), []);
    assert.deepEqual(changesBetween(inputs({ userData: text }), marked), [
      { input: "userData", class: "replaces-instance" },
    ]);
    assert.equal(changesBetween(marked, inputs({ userDataBase64: text })).length, 2);
    assert.deepEqual(changesBetween(marked, marked), []);
  });

  it("launches nothing for a change of the fallback alone", () => {
    const spot = (market: Properties): Properties => inputs({ market: { lifecycle: "spot", ...market } });
    assert.deepEqual(changesBetween(spot({}), spot({ fallbackToOnDemand: false })), [
      { input: "market", class: "in-place" },
    ]);
    assert.deepEqual(changesBetween(spot({}), spot({ fallbackToOnDemand: false, maxPrice: "1" })), [
      { input: "market", class: "replaces-instance" },
    ]);
  });

  it("counts what is not known yet as different, at any depth", () => {
    assert.deepEqual(changesBetween(inputs(), inputs({ tags: { Team: UNKNOWN } })), [
      { input: "tags", class: "in-place" },
    ]);
    assert.deepEqual(changesBetween(inputs(), inputs({ subnetId: UNKNOWN })), [{ input: "subnetId", class: "moves" }]);
    assert.deepEqual(changesBetween(inputs(), inputs({ privateIp: UNKNOWN })), [
      { input: "privateIp", class: "moves" },
    ]);
  });
});
