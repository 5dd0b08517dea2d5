import assert from "node:assert/strict";

import { AssociateAddressCommand, StartInstancesCommand, StopInstancesCommand } from "@aws-sdk/client-ec2";

import { LONG, associated, idOf, launchedOn, madeAddress, madeInterface, present, terminated } from "./scenes";
import { simulated } from "./support";

describe("the timeline", () => {
  it("shows who was behind a private IP and an Elastic IP, and how long nobody was", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    const { allocationId, publicIp } = await madeAddress(ec2);
    await associated(ec2, allocationId, id);
    const first = await launchedOn(ec2, id);
    clock.advance(LONG);
    const retired = clock.now();
    await terminated(ec2, first);
    clock.advance(60_000);
    const second = await launchedOn(ec2, id);
    clock.advance(LONG);

    const { privateIps, publicIps, events } = simulator.timeline();
    for (const { tenures, outages } of [present(privateIps["10.0.1.7"]), present(publicIps[publicIp])]) {
      assert.deepEqual(
        tenures.map(({ instanceId, endedBy }) => [instanceId, endedBy]),
        [
          [first.InstanceId, "shutdown-requested"],
          [second.InstanceId, null],
        ],
      );
      assert.equal(tenures[0]?.to, retired);
      assert.equal(tenures[1]?.to, null);
      const outage = present(outages[0]);
      assert.equal(outage.from, retired);
      assert.equal(outage.to, tenures[1].from);
      assert.ok(outage.seconds > 60 && outage.seconds < 80, `${outage.seconds} s`);
    }
    assert.deepEqual(
      events.map(({ event }) => event),
      ["launched", "running", "shutdown-requested", "terminated", "launched", "running"],
    );
  });

  it("counts a stop as an outage", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    const instance = await launchedOn(ec2, id);
    clock.advance(LONG);
    await ec2.send(new StopInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(100_000);
    await ec2.send(new StartInstancesCommand({ InstanceIds: [idOf(instance)] }));
    clock.advance(LONG);
    const { outages } = present(simulator.timeline().privateIps["10.0.1.7"]);
    assert.equal(outages.length, 1);
    assert.ok(present(outages[0]).seconds > 100);
  });

  it("shows an Elastic IP that moved with no outage", async () => {
    const { ec2, clock, simulator } = simulated();
    const [one, two] = [await madeInterface(ec2), await madeInterface(ec2)];
    const { allocationId, publicIp } = await madeAddress(ec2);
    await associated(ec2, allocationId, one.NetworkInterfaceId);
    await launchedOn(ec2, one.NetworkInterfaceId);
    const second = await launchedOn(ec2, two.NetworkInterfaceId);
    clock.advance(LONG);
    const move = { AllocationId: allocationId, NetworkInterfaceId: two.NetworkInterfaceId, AllowReassociation: true };
    await ec2.send(new AssociateAddressCommand(move));
    const { tenures, outages } = present(simulator.timeline().publicIps[publicIp]);
    assert.equal(tenures[0]?.endedBy, "address-moved");
    assert.equal(tenures[1]?.instanceId, second.InstanceId);
    assert.deepEqual(outages, []);
  });

  it("shows what happened while nobody looked at its own time", async () => {
    const { ec2, clock, simulator } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    await launchedOn(ec2, id);
    const start = clock.now();
    clock.advance(10 * 3_600_000);
    const from = present(simulator.timeline().privateIps["10.0.1.7"]?.tenures[0]).from;
    assert.ok(from - start < 20_000);
  });
});
