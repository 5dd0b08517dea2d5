import assert from "node:assert/strict";
import { DeleteLaunchTemplateCommand, DisassociateAddressCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { Handlers } from "../../provider/handlers";
import { Session } from "../../provider/session";
import { UNKNOWN } from "../../provider/inputs/validation";
import { CALLER } from "../local/ec2/support";
import { OUTPUT_NAMES, program, STABLE_NAMES, type Stack } from "./support";
import { later, quick, somebody, up } from "./world";
import { machineOf } from "./machine";

type Properties = Record<string, unknown>;

/** The outputs that a preview of the program would show a dependent. */
async function shown(owner: Stack, inputs: Properties): Promise<Properties> {
  const { inputs: checked, failures } = await owner.preview(program(inputs));
  assert.deepEqual(failures, []);
  return Object.fromEntries(OUTPUT_NAMES.flatMap((name) => (name in checked ? [[name, checked[name]]] : [])));
}

/** The recorded values of these outputs. */
function recorded(owner: Stack, names: readonly string[]): Properties {
  return Object.fromEntries(names.map((name) => [name, owner.outputs[name]]));
}

const IDENTITY = ["networkInterfaceId", "privateIp", "privateDnsName", "macAddress"];
const ELASTIC = ["publicIp", "allocationId"];
const INSTANCE = ["instanceId", "lifecycle", "launchedInstanceType"];

describe("check", () => {
  describe("before there is a machine", () => {
    it("passes a program, looks its surroundings up, and says in one line what will be made", async () => {
      const owner = quick();
      const { failures } = await owner.preview(program({ elasticIp: true, privateIp: "10.0.1.7" }));
      assert.deepEqual(failures, []);
      assert.deepEqual(owner.calls(), [
        "DescribeSubnets",
        "DescribeImages",
        "DescribeInstanceTypes",
        "DescribeInstanceTypeOfferings",
        "DescribeSecurityGroups",
        // Whether a machine of this name is there already.
        "DescribeLaunchTemplates",
      ]);
      const [line, ...others] = owner.lines;
      assert.match(line ?? "", /^web: launches m7i\.large on a new network interface.*10\.0\.1\.7.*a new Elastic IP$/);
      assert.deepEqual(others, []);
    });

    it("shows no output, since none is known", async () => {
      assert.deepEqual(await shown(quick(), {}), {});
    });

    it("lets through what is not known yet, and prints nothing of it", async () => {
      const owner = quick();
      const { failures } = await owner.preview(program({ subnetId: UNKNOWN, userData: UNKNOWN, tags: { a: UNKNOWN } }));
      assert.deepEqual(failures, []);
      assert.ok(!owner.lines.join().includes(UNKNOWN));
    });

    it("fails in one sentence where there are no credentials, with how to give some", async () => {
      const none = (): Promise<never> =>
        Promise.reject(Object.assign(new Error("Could not load credentials"), { name: "CredentialsProviderError" }));
      const handlers = new Handlers(new Session({ region: "us-east-1" }, { client: { credentials: none } }));
      const { failures } = await handlers.check({}, program());
      assert.equal(failures.length, 1);
      assert.match(
        failures[0]?.reason ?? "",
        /^could not check the inputs: there are no usable AWS credentials .*aws:profile/,
      );
      assert.ok(!failures[0]?.reason.includes("\n"));
    });

    it("fails in one sentence where the endpoints are no JSON", async () => {
      const handlers = new Handlers(new Session({ region: "us-east-1", endpoints: "x" }, {}));
      const { failures } = await handlers.check({}, program());
      assert.match(failures[0]?.reason ?? "", /aws:endpoints must be a JSON list/);
    });
  });

  it("fails on bad input by property, but for those that are often secrets, and nothing is asked or announced", async () => {
    const owner = await up();
    owner.calls();
    owner.lines.length = 0;
    const { failures } = await owner.preview(program({ subnetId: "subnet-", instancetype: "x", userData: 7 }));
    assert.deepEqual(
      failures.map((it) => it.property),
      ["instancetype", "subnetId", ""],
    );
    assert.deepEqual(owner.calls(), []);
    assert.deepEqual(owner.lines, []);
  });

  describe("adds what will stay of a machine that is up, so that dependents show no change", () => {
    const inputs = { elasticIp: true };

    it("over a change of tags: everything", async () => {
      const owner = await up(inputs);
      const stay = await shown(owner, { ...inputs, tags: { Team: "a" } });
      assert.deepEqual(stay, recorded(owner, OUTPUT_NAMES));
    });

    it("over a change of the image: the addresses, and not the instance", async () => {
      const owner = await up(inputs);
      const stay = await shown(owner, { ...inputs, imageId: WELL_KNOWN.imageV2 });
      for (const name of [...IDENTITY, ...ELASTIC]) {
        assert.equal(stay[name], owner.outputs[name], name);
      }
      assert.ok(INSTANCE.every((name) => !(name in stay)));
      assert.ok(!("generation" in stay));
      assert.equal(stay.state, "running");
      // Its record has all that lasts by now, and not how it is doing.
      await owner.refresh();
      assert.equal((await shown(owner, { ...inputs, imageId: WELL_KNOWN.imageV2 })).state, "running");
    });

    it("over a change of the image of one that somebody stopped: not its state, which changes", async () => {
      const owner = await up(inputs);
      await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [machineOf(owner).instance.instanceId] }));
      later(owner);
      const stay = await shown(owner, { ...inputs, imageId: WELL_KNOWN.imageV2 });
      assert.ok(!("state" in stay));
    });

    it("over a change of the subnet: the Elastic IP, and no private address", async () => {
      const owner = await up(inputs);
      const stay = await shown(owner, { ...inputs, subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" });
      for (const name of ELASTIC) {
        assert.equal(stay[name], owner.outputs[name], name);
      }
      assert.ok([...IDENTITY, ...INSTANCE].every((name) => !(name in stay)));
    });

    it("over a change of the Elastic IP: the private address and the instance", async () => {
      const owner = await up(inputs);
      const stay = await shown(owner, {});
      assert.deepEqual(recorded(owner, [...IDENTITY, ...INSTANCE]), {
        ...Object.fromEntries([...IDENTITY, ...INSTANCE].map((name) => [name, stay[name]])),
      });
      assert.ok(!("publicIp" in stay));
      assert.equal(stay.allocationId, "");
    });

    it("over a change of the region: nothing", async () => {
      const owner = await up(inputs);
      assert.deepEqual(await shown(owner, { ...inputs, region: "eu-central-1" }), {});
    });

    for (const [title, change] of [
      ["tags", { tags: { Team: "a" } }],
      ["the source/destination check", { sourceDestCheck: false }],
      ["the image", { imageId: WELL_KNOWN.imageV2 }],
      ["the type", { instanceType: "m6i.large" }],
      ["the metadata options", { metadataOptions: { httpTokens: "optional" } }],
      ["the subnet", { subnetId: WELL_KNOWN.subnetB }],
      ["the private IP", { privateIp: "10.0.1.77" }],
      ["the Elastic IP", { elasticIp: false }],
    ] as const) {
      it(`tells the truth about a change of ${title}: what it shows is what is there afterwards`, async () => {
        const type = { instanceType: "t3.micro" };
        const owner = await up({ ...inputs, ...type });
        await owner.up(program({ ...inputs, ...type }));
        const stay = await shown(owner, { ...inputs, ...type, ...change });
        await owner.up(program({ ...inputs, ...type, ...change }));
        assert.deepEqual(recorded(owner, Object.keys(stay)), stay);
      });
    }

    it("does not show as gone for good the Elastic IP that the next up puts back", async () => {
      const owner = await up({ elasticIp: true });
      const { eip } = machineOf(owner);
      await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: eip?.associationId }));
      await owner.refresh();
      const { publicIp, allocationId } = await shown(owner, { elasticIp: true });
      assert.notEqual(publicIp, "");
      assert.notEqual(allocationId, "");
    });

    it("does not show that a stopped instance's public address stays empty where the start brings one", async () => {
      const inputs = { subnetId: WELL_KNOWN.defaultSubnets[0] };
      const owner = await up(inputs);
      await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [machineOf(owner).instance.instanceId] }));
      later(owner);
      await owner.refresh();
      const { publicIp } = await shown(owner, inputs);
      await owner.up(program(inputs));
      assert.ok(publicIp === undefined || publicIp === owner.outputs.publicIp);
    });

    it("shows over an image change that there still is no Elastic IP", async () => {
      const owner = await up();
      assert.equal((await shown(owner, { imageId: WELL_KNOWN.imageV2 })).allocationId, "");
    });

    it("shows the same Elastic IP when it is named in another way", async () => {
      const owner = await up({ elasticIp: true });
      const { allocationId, publicIp } = owner.outputs;
      const stay = await shown(owner, { elasticIp: allocationId });
      assert.deepEqual([stay.allocationId, stay.publicIp], [allocationId, publicIp]);
    });

    it("looks up once what the inputs on record do not have, and never again", async () => {
      const owner = await up(inputs);
      owner.calls();
      assert.equal(await owner.up(program(inputs)), "same");
      assert.notDeepEqual(owner.calls(), []);
      assert.deepEqual(await shown(owner, inputs), recorded(owner, STABLE_NAMES));
      assert.deepEqual(owner.calls(), []);
    });

    it("asks EC2 nothing after a refresh either", async () => {
      const owner = await up(inputs);
      await owner.refresh();
      owner.calls();
      assert.deepEqual(await shown(owner, inputs), recorded(owner, STABLE_NAMES));
      assert.deepEqual(owner.calls(), []);
    });

    it("does not take another state's machine of the same URN for its own", async () => {
      const owner = await up(inputs);
      await owner.refresh();
      const other = quick({ on: owner });
      await other.up(program(inputs));
      const stay = await shown(other, { ...inputs, tags: { Team: "a" } });
      for (const name of ["instanceId", "networkInterfaceId", "publicIp"]) {
        assert.ok(!(name in stay) || stay[name] === other.outputs[name], name);
      }
    });

    it("shows nothing of another state's machine of its URN where somebody deleted its own record", async () => {
      const owner = await up(inputs);
      assert.equal(await owner.up(program(inputs)), "same");
      await quick({ on: owner }).up(program(inputs));
      await somebody(owner).send(
        new DeleteLaunchTemplateCommand({ LaunchTemplateId: String(owner.outputs.launchTemplateId) }),
      );
      const stay = await shown(owner, { ...inputs, tags: { Team: "a" } });
      await owner.up(program({ ...inputs, tags: { Team: "a" } }));
      assert.deepEqual(recorded(owner, Object.keys(stay)), stay);
    });

    it("fails in a sentence, not in a stack, where EC2 cannot be asked", async () => {
      const owner = await up(inputs);
      owner.simulator.faults.add({ action: "*", error: { code: "UnauthorizedOperation", status: 403 } });
      const { failures } = await owner.preview(program({ ...inputs, tags: { Team: "a" } }));
      assert.equal(failures.length, 1);
      assert.match(failures[0]?.reason ?? "", /was denied: .*IAM policy/);
    });
  });

  it("takes the stack's region", async () => {
    const { simulator } = quick();
    const client = { ...CALLER, requestHandler: simulator.requestHandler() };
    const handlers = new Handlers(new Session({ region: "eu-north-1" }, { say: () => undefined, client }));
    assert.equal((await handlers.check({}, program())).inputs.region, "eu-north-1");
  });
});
