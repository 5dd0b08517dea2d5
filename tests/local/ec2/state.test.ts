import assert from "node:assert/strict";

import { DescribeInstancesCommand, DescribeNetworkInterfacesCommand } from "@aws-sdk/client-ec2";

import type { Ec2Simulator } from "../../../local/ec2";
import {
  LONG,
  associated,
  launched,
  launchedOn,
  madeAddress,
  madeInterface,
  refused,
  stateOf,
  terminated,
} from "./scenes";
import { simulated } from "./support";

describe("the simulator's state", () => {
  it("is plain JSON, from which another simulator goes on where this one was", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    const { allocationId } = await madeAddress(ec2);
    await associated(ec2, allocationId, id);
    const instance = await launchedOn(ec2, id, { ClientToken: "g1" });

    const saved = JSON.stringify(simulator.snapshot());
    const other = simulated({ seed: 99, clock });
    other.simulator.restore(JSON.parse(saved) as ReturnType<Ec2Simulator["snapshot"]>);
    clock.advance(LONG);
    assert.equal(await stateOf(other.ec2, instance), "running");
    assert.equal((await launchedOn(other.ec2, id, { ClientToken: "g1" })).InstanceId, instance.InstanceId);
    await refused(madeInterface(other.ec2, { PrivateIpAddress: "10.0.1.7" }), "InvalidIPAddress.InUse");
    await terminated(other.ec2, instance);
    clock.advance(LONG);
    assert.equal(other.simulator.timeline().privateIps["10.0.1.7"]?.tenures.length, 1);
    assert.deepEqual(simulator.snapshot().now, other.simulator.snapshot().now);
  });

  it("does not change when a snapshot does", async () => {
    const { ec2, simulator } = simulated();
    await launched(ec2);
    const snapshot = simulator.snapshot();
    for (const instance of Object.values(snapshot.instances)) instance.state = "terminated";
    const { Reservations } = await ec2.send(new DescribeInstancesCommand({}));
    assert.equal(Reservations?.[0]?.Instances?.[0]?.State?.Name, "pending");
  });

  it("is fresh again after a reset", async () => {
    const { ec2, simulator } = simulated();
    const fresh = simulator.snapshot();
    await launched(ec2);
    await madeAddress(ec2);
    simulator.faults.add({ action: "*", error: { code: "Unavailable" } });
    simulator.reset();
    assert.deepEqual(simulator.snapshot(), fresh);
    assert.deepEqual((await ec2.send(new DescribeNetworkInterfacesCommand({}))).NetworkInterfaces, []);
  });

  it("is the same for the same seed and calls, and differs with the seed", async () => {
    const run = async (seed: number) => {
      const { ec2, clock, simulator } = simulated({ seed });
      await launched(ec2, { ClientToken: "t" });
      clock.advance(LONG);
      return simulator.snapshot();
    };
    assert.deepEqual(await run(5), await run(5));
    assert.notDeepEqual(await run(5), await run(6));
  });
});
