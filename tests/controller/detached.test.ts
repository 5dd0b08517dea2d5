/** A network interface that somebody detached from an instance that works. */
import assert from "node:assert/strict";
import {
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DescribeNetworkInterfacesCommand,
  DetachNetworkInterfaceCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { recycle } from "../../controller/by-hand";
import { program, type Stack } from "../provider/support";
import { settled, somebody, up } from "../provider/world";
import { depsOf, machine, outages, pass } from "./support";

const MINUTE = 60_000;
const EXACT = { leapMs: 0 };

/** A machine whose interface is the second one of its instance, as after a replacement by `overlap`. */
async function handedOver(inputs: object): Promise<Stack> {
  const owner = await up({ elasticIp: true, replacement: { strategy: "overlap" }, ...inputs }, EXACT);
  owner.clock.advance(10 * MINUTE);
  await recycle(await machine(owner), depsOf(owner));
  await owner.refresh();
  return owner;
}

async function attachmentOf(owner: Stack): Promise<{ id?: string; instance?: string; index?: number }> {
  const input = { NetworkInterfaceIds: [String(owner.outputs.networkInterfaceId)] };
  const { NetworkInterfaces } = await somebody(owner).send(new DescribeNetworkInterfacesCommand(input));
  const { AttachmentId: id, InstanceId: instance, DeviceIndex: index } = NetworkInterfaces?.[0]?.Attachment ?? {};
  return { id, instance, index };
}

async function detached(owner: Stack): Promise<void> {
  const { id, index } = await attachmentOf(owner);
  assert.equal(index, 1);
  await somebody(owner).send(new DetachNetworkInterfaceCommand({ AttachmentId: id }));
}

describe("an interface detached by hand from an instance that works", function () {
  this.timeout(60_000);

  for (const strategy of ["overlap", "terminate-first", "auto"]) {
    it(`is attached to it again within a tick, without any capacity, with the strategy ${strategy}`, async () => {
      const inputs = { elasticIp: true, replacement: { strategy } };
      const owner = await handedOver({});
      await owner.up(program(inputs));
      const was = owner.outputs;
      await pass(owner, 10 * MINUTE);
      await detached(owner);
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
      owner.calls();
      const outcomes = await pass(owner, 10 * MINUTE, { sweepMs: MINUTE });
      assert.deepEqual(
        outcomes.filter((it) => it.kind !== "nothing").map((it) => [it.kind, it.action]),
        [["done", "finish"]],
      );
      assert.deepEqual(owner.calls("mutating").sort(), ["AttachNetworkInterface", "CreateTags"]);
      const [, dark = 0] = outages(owner, was.privateIp);
      assert.ok(dark > 0 && dark < 70, String(dark));
      await owner.refresh();
      assert.deepEqual([owner.outputs.instanceId, owner.outputs.state], [was.instanceId, "running"]);
      await settled(owner, inputs);
    });

    it(`is attached to it again by \`up\`, which ends and launches nothing, with the strategy ${strategy}`, async () => {
      const inputs = { elasticIp: true, replacement: { strategy } };
      const owner = await handedOver({});
      await owner.up(program(inputs));
      const was = owner.outputs;
      owner.clock.advance(10 * MINUTE);
      await detached(owner);
      owner.clock.advance(MINUTE);
      await owner.refresh();
      assert.deepEqual(owner.outputs.drift, ["its network interface is not on its instance"]);
      owner.calls();
      assert.equal(await owner.up(program(inputs)), "update");
      assert.deepEqual(owner.calls("mutating").sort(), ["AttachNetworkInterface", "CreateTags"]);
      assert.equal(owner.outputs.instanceId, was.instanceId);
      await settled(owner, inputs);
    });
  }

  it("is attached to it again where its checks cannot be looked at, and the instance is not ended for that", async () => {
    const inputs = { replacement: { strategy: "overlap", waitFor: "status-ok" } };
    const owner = await handedOver(inputs);
    await owner.up(program({ elasticIp: true, ...inputs }));
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    await detached(owner);
    owner.simulator.iam.deny("DescribeInstanceStatus");
    await pass(owner, 10 * MINUTE, { sweepMs: MINUTE });
    owner.simulator.iam.clear();
    assert.equal((await attachmentOf(owner)).instance, was.instanceId);
  });

  it("is said where the instance takes no interface in its place, and the instance is left running", async () => {
    const owner = await handedOver({});
    const was = owner.outputs;
    await pass(owner, 10 * MINUTE);
    await detached(owner);
    owner.clock.advance(MINUTE);
    const client = somebody(owner);
    const { NetworkInterface } = await client.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
    const input = {
      NetworkInterfaceId: NetworkInterface?.NetworkInterfaceId,
      InstanceId: String(was.instanceId),
      DeviceIndex: 1,
    };
    const { AttachmentId } = await client.send(new AttachNetworkInterfaceCommand(input));
    const outcomes = await pass(owner, 10 * MINUTE, { sweepMs: MINUTE });
    assert.ok(outcomes.length > 5);
    for (const { kind, because } of outcomes) {
      assert.equal(kind, "failed");
      assert.match(because, /device index/);
    }
    await client.send(new DetachNetworkInterfaceCommand({ AttachmentId }));
    await pass(owner, 3 * MINUTE, { sweepMs: MINUTE });
    assert.equal((await attachmentOf(owner)).instance, was.instanceId);
  });
});
