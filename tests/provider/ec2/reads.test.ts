import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import { TAG } from "../../../provider/ec2/tags";
import { interposed } from "../interruptions";
import { TAGS, account, codeOf, madeInterface, runOn, running } from "./account";

const names = (length: number): string[] => Array.from({ length }, (_, index) => `m${index}`);

describe("the describes of the EC2 client", () => {
  it("go together over all runs of a session", async () => {
    const { ec2, simulator, clock } = account();
    await Promise.all(names(3).map((it) => madeInterface(ec2, { tags: { [TAG.id]: it } })));
    simulator.clearCalls();
    const found = await Promise.all(
      names(4).map((it) => runOn(ec2, clock).describeNetworkInterfaces({ [`tag:${TAG.id}`]: [it] })),
    );
    assert.deepEqual(
      found.map((it) => it.map(({ tags }) => tags[TAG.id])),
      [["m0"], ["m1"], ["m2"], []],
    );
    assert.deepEqual(
      simulator.calls().map((it) => it.action),
      ["DescribeNetworkInterfaces"],
    );
  });

  it("find by each value what the same describe finds alone", async () => {
    const owner = account();
    const { ec2 } = owner;
    const instances = [await running(owner), await running(owner)];
    const ids = instances.map((it) => it.id);
    const volumes = instances.flatMap((it) => it.devices.map(({ volumeId }) => volumeId));
    const interfaces = instances.flatMap((it) => it.networkInterfaceId ?? []);
    const addresses = [await ec2.allocateAddress(TAGS), await ec2.allocateAddress(TAGS)];
    for (const [index, { allocationId }] of addresses.entries()) {
      const [eni] = await ec2.describeNetworkInterfaces({ "network-interface-id": [interfaces[index] ?? ""] });
      await ec2.associateAddress(allocationId, eni?.id ?? "", eni?.privateIp ?? "");
    }
    const both: (readonly [(value: string) => Promise<unknown>, readonly string[]])[] = [
      [(it) => ec2.describeInstances({ "instance-id": [it] }), ids],
      [(it) => ec2.describeHealth(it), ids],
      [(it) => ec2.describeRootVolumeTasks(it), ids],
      [(it) => ec2.describeVolumes({ "volume-id": [it] }), volumes],
      [(it) => ec2.describeNetworkInterfaces({ "network-interface-id": [it] }), interfaces],
      [(it) => ec2.describeAddresses({ "network-interface-id": [it] }), interfaces],
      [(it) => ec2.describeAddresses({ "allocation-id": [it] }), addresses.map((it) => it.allocationId)],
      [(it) => ec2.describeAddresses({ "public-ip": [it] }), addresses.map((it) => it.publicIp)],
      [(it) => ec2.describeImage(it), [WELL_KNOWN.imageV1, WELL_KNOWN.imageV2]],
      [(it) => ec2.describeInstanceTypes([it]), ["m7i.large", "m99.large"]],
      [(it) => ec2.findZonesWith(it), ["m7i.large", "m99.large"]],
      [(it) => ec2.describeSubnet(it), [WELL_KNOWN.subnetA, "subnet-0a1b2c3d"]],
    ];
    for (const [describes, values] of both) {
      const alone: unknown[] = [];
      for (const value of values) {
        alone.push(await describes(value));
      }
      owner.simulator.clearCalls();
      assert.deepEqual(await Promise.all(values.map(describes)), alone);
      assert.equal(owner.simulator.calls().length, 1, owner.simulator.calls()[0]?.action);
    }
  });

  it("for something that is not there fail nobody else's", async () => {
    const owner = account();
    const { id } = await running(owner);
    const none = "i-0a1b2c3d4e5f60718";
    const [health, missing] = await Promise.all([owner.ec2.describeHealth(id), codeOf(owner.ec2.describeHealth(none))]);
    assert.deepEqual([health.status, missing], ["ok", "InvalidInstanceID.NotFound"]);
    const [image, malformed] = await Promise.all([
      owner.ec2.describeImage(WELL_KNOWN.imageV1),
      codeOf(owner.ec2.describeImage("ami-0a1b2c3d")),
    ]);
    assert.deepEqual([image?.id, malformed], [WELL_KNOWN.imageV1, "InvalidAMIID.NotFound"]);
  });

  it("are tried again together, each with the patience of who asked", async () => {
    let throttled = 0;
    const owner = account(
      interposed({
        before: () => {
          owner.simulator.faults.clear();
          if (throttled++ === 0) {
            owner.simulator.faults.add({
              action: "*",
              error: { code: "RequestLimitExceeded", message: "Request limit exceeded.", status: 503 },
            });
          }
        },
      }),
    );
    const found = await Promise.all(names(5).map((it) => owner.ec2.describeInstances({ "instance-id": [it] })));
    assert.deepEqual(
      found.map((it) => it.length),
      [0, 0, 0, 0, 0],
    );
    assert.ok(owner.simulator.calls().length <= 3, String(owner.simulator.calls().length));
  });

  it("find nothing where a filter matches nothing, and unknown types and images likewise", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeNetworkInterfaces({ "network-interface-id": ["eni-0a1b2c3d"] }), []);
    assert.deepEqual(await ec2.describeInstanceTypes(["m99.large"]), []);
    assert.equal(await ec2.describeSubnet("subnet-0a1b2c3d"), undefined);
    assert.deepEqual(await ec2.describeVolumes({ "volume-id": ["vol-0a1b2c3d"] }), []);
    assert.deepEqual(await ec2.describeRootVolumeTasks("i-0a1b2c3d"), []);
    assert.equal(await codeOf(ec2.describeImage("ami-0a1b2c3d")), "InvalidAMIID.NotFound");
  });
});
