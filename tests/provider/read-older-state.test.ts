import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { identityOf, type Machine, machineOf } from "./machine";
import { later, made, nothingIsLeft, only, up } from "./world";

/** The state as the first release wrote it: it knew these inputs and outputs, and no more. */
const OLD_INPUTS = [
  "resourceUrn",
  "region",
  "subnetId",
  "privateIp",
  "elasticIp",
  "securityGroupIds",
  "sourceDestCheck",
  "imageId",
  "instanceType",
  "market",
  "userData",
  "keyName",
  "iamInstanceProfile",
  "metadataOptions",
  "monitoring",
  "rootVolume",
  "tags",
];
const OLD_OUTPUTS = [
  "networkInterfaceId",
  "privateDnsName",
  "macAddress",
  "ipv6Addresses",
  "publicIp",
  "allocationId",
  "instanceId",
  "state",
  "lifecycle",
  "launchedInstanceType",
  "availabilityZone",
  "vpcId",
  "generation",
  "launchTemplateId",
];

function aged(owner: Stack): void {
  const { recorded } = owner;
  assert.ok(recorded !== undefined);
  const known = (properties: Properties): Properties =>
    Object.fromEntries(Object.entries(properties).filter(([name]) => [...OLD_INPUTS, ...OLD_OUTPUTS].includes(name)));
  owner.recorded = { ...recorded, inputs: known(recorded.inputs), outputs: known(recorded.outputs) };
}

describe("a state that an older version wrote", () => {
  const INPUTS = { elasticIp: true, tags: { Team: "a" }, market: { lifecycle: "spot" } };

  async function old(): Promise<{ owner: Stack; was: Machine }> {
    const owner = await up(INPUTS);
    const was = machineOf(owner);
    aged(owner);
    return { owner, was };
  }

  it("is refreshed, and lacks nothing then", async () => {
    const { owner, was } = await old();
    await owner.refresh();
    assert.deepEqual(
      [owner.outputs.drift, owner.outputs.dataVolumeIds, owner.outputs.secondaryPrivateIps, owner.outputs.desiredState],
      [[], {}, [], "running"],
    );
    assert.equal(await owner.up(program(INPUTS)), "same");
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("is brought up to date by an up with no outage", async () => {
    const { owner, was } = await old();
    owner.calls();
    await owner.up(program(INPUTS));
    assert.deepEqual(
      owner.calls("mutating").filter((it) => it !== "CreateTags"),
      [],
    );
    assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
    assert.equal(await owner.up(program(INPUTS)), "same");
  });

  it("takes a change, a pause and what is new", async () => {
    const { owner, was } = await old();
    await owner.up(program({ ...INPUTS, imageId: WELL_KNOWN.imageV2, secondaryPrivateIpCount: 1 }));
    assert.equal(only(made(owner).instances).imageId, WELL_KNOWN.imageV2);
    assert.equal(only(made(owner).networkInterfaces).networkInterfaceId, was.eni.networkInterfaceId);
    aged(owner);
    await owner.up(program({ ...INPUTS, imageId: WELL_KNOWN.imageV2, desiredState: "paused" }));
    assert.deepEqual([made(owner).instances, owner.outputs.state], [[], "paused"]);
  });

  it("is destroyed", async () => {
    const { owner } = await old();
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });
});
