import assert from "node:assert/strict";

import {
  CreateTagsCommand,
  DeleteNetworkInterfaceCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  DescribeTagsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import {
  LONG,
  associated,
  idOf,
  launched,
  launchedOn,
  madeAddress,
  madeInterface,
  refused,
  seenAddress,
  seenInterface,
  stateOf,
  terminated,
} from "../scenes";
import { simulated } from "../support";

async function listed(ec2: EC2Client): Promise<number> {
  const Filters = [{ Name: "client-token", Values: ["t1"] }];
  return (await ec2.send(new DescribeInstancesCommand({ Filters }))).Reservations?.length ?? 0;
}

describe("an account that is consistent only eventually", () => {
  it("does not know what was just made, in describes by id or by filter", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.consistency.set({ unknownMs: 3_000 });
    const instance = await launched(ec2, { ClientToken: "t1" });
    await refused(stateOf(ec2, instance), "InvalidInstanceID.NotFound");
    assert.equal(await listed(ec2), 0);
    clock.advance(2_999);
    assert.equal(await listed(ec2), 0);
    clock.advance(1);
    assert.equal(await stateOf(ec2, instance), "pending");
    assert.equal(await listed(ec2), 1);
  });

  it("does not know it in other calls either", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.consistency.set({ unknownMs: 3_000 });
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    const { allocationId } = await madeAddress(ec2);
    const tags = new CreateTagsCommand({ Resources: [eni], Tags: [{ Key: "a", Value: "b" }] });
    await refused(launchedOn(ec2, eni), "InvalidNetworkInterfaceID.NotFound");
    await refused(ec2.send(tags), "InvalidNetworkInterfaceID.NotFound");
    await refused(associated(ec2, allocationId, eni), "InvalidAllocationID.NotFound");
    clock.advance(3_000);
    await ec2.send(tags);
    await associated(ec2, allocationId, eni);
    await launchedOn(ec2, eni);
  });

  it("still answers the same client token with the same object", async () => {
    const { ec2, simulator } = simulated();
    simulator.consistency.set({ unknownMs: 3_000 });
    const instance = await launched(ec2, { ClientToken: "t1" });
    assert.equal((await launched(ec2, { ClientToken: "t1" })).InstanceId, idOf(instance));
    const first = await madeInterface(ec2, { ClientToken: "t2" });
    assert.equal((await madeInterface(ec2, { ClientToken: "t2" })).NetworkInterfaceId, first.NetworkInterfaceId);
  });

  it("shows what changed as it was, while the change has taken effect", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.timings.set({ terminate: 30_000 });
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, eni);
    clock.advance(LONG);
    simulator.consistency.set({ staleMs: 5_000 });
    await terminated(ec2, instance);
    assert.equal(await stateOf(ec2, instance), "running");
    clock.advance(5_000);
    assert.equal(await stateOf(ec2, instance), "shutting-down");
    clock.advance(25_000);
    assert.equal((await seenInterface(ec2, eni)).Status, "in-use");
    await launchedOn(ec2, eni);
  });

  it("shows what is gone for a while", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    simulator.consistency.set({ staleMs: 5_000 });
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni }));
    assert.equal((await seenInterface(ec2, eni)).Status, "available");
    clock.advance(5_000);
    await refused(seenInterface(ec2, eni), "InvalidNetworkInterfaceID.NotFound");
  });

  it("learns of each object's changes in their order, however the lags fall", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.consistency.set({ unknownMs: { uniform: [0, 5_000] }, staleMs: { uniform: [0, 5_000] } });
    const { allocationId } = await madeAddress(ec2);
    clock.advance(10_000);
    const tagged = [];
    for (const Value of ["1", "2", "3", "4"]) {
      await ec2.send(new CreateTagsCommand({ Resources: [allocationId], Tags: [{ Key: "n", Value }] }));
      clock.advance(1_000);
      tagged.push(Number((await seenAddress(ec2, allocationId)).Tags?.[0]?.Value ?? 0));
    }
    assert.deepEqual(
      tagged,
      tagged.toSorted((a, b) => a - b),
    );
    clock.advance(5_000);
    assert.equal((await seenAddress(ec2, allocationId)).Tags?.[0]?.Value, "4");
    const { Tags } = await ec2.send(new DescribeTagsCommand({}));
    assert.equal(Tags?.find(({ ResourceId }) => ResourceId === allocationId)?.Value, "4");
  });

  it("is consistent at once again when it is told so", async () => {
    const { ec2, simulator } = simulated();
    simulator.consistency.set({ unknownMs: 3_000 });
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    simulator.consistency.set({});
    assert.equal((await seenInterface(ec2, eni)).NetworkInterfaceId, eni);
    assert.equal((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces?.length, 1);
  });
});

describe("a network interface", () => {
  it("may be held for a while after the end of its instance", async () => {
    const { ec2, clock, simulator } = simulated();
    simulator.timings.set({ terminate: 30_000, release: 20_000 });
    const { NetworkInterfaceId: eni } = await madeInterface(ec2);
    const instance = await launchedOn(ec2, eni);
    clock.advance(LONG);
    await terminated(ec2, instance);
    clock.advance(30_000);
    assert.equal(await stateOf(ec2, instance), "terminated");
    assert.equal((await seenInterface(ec2, eni)).Attachment?.Status, "detaching");
    await refused(launchedOn(ec2, eni), "InvalidNetworkInterface.InUse");
    clock.advance(20_000);
    assert.equal((await seenInterface(ec2, eni)).Status, "available");
    await launchedOn(ec2, eni);
  });
});
