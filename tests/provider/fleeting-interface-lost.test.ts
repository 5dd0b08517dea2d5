/** `persistPrivateIp: false` where somebody deletes things, a launch fails or a run is killed: nothing is stranded. */
import assert from "node:assert/strict";
import { DeleteNetworkInterfaceCommand, DeleteTagsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { fleeting, movedOn, PUBLIC, settled, shownAtPreview, terminateInstance, withElasticIp } from "./fleeting";
import { interruptedAtEveryCall } from "./kills";
import { program } from "./support";
import { failureOf, later, made, only, somebody, up } from "./world";
import { machineOf } from "./machine";

describe("persistPrivateIp: false", () => {
  it("launches again for an instance that somebody ended, and strands nothing", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    await terminateInstance(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["it has no instance"]);
    assert.deepEqual(shownAtPreview(owner.outputs, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
    assert.equal(await owner.up(program(withElasticIp())), "update");
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    await settled(owner, withElasticIp());
  });

  it("forgets no interface that was made for a launch without capacity, and that lost its tags", async () => {
    const inputs = fleeting();
    const owner = await up(inputs);
    const { instanceId } = machineOf(owner).instance;
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    await owner.refresh();
    await failureOf(owner.up(program(inputs)));
    const recorded = owner.outputs.networkInterfaceId;
    const Tags = Object.values(TAG).map((Key) => ({ Key }));
    await somebody(owner).send(new DeleteTagsCommand({ Resources: [String(recorded)], Tags }));
    await owner.refresh();
    assert.equal(owner.outputs.networkInterfaceId, recorded, "the record is all that leads to it");
    owner.simulator.capacity.clear("m7i.large", "us-east-1a", "on-demand");
    await owner.up(program(inputs));
    later(owner);
    machineOf(owner);
    await settled(owner, inputs);
  });

  it("says of an instance and its interface that somebody deleted what is gone, not that it was never there", async () => {
    const owner = await up(withElasticIp());
    const { eni, eip } = machineOf(owner);
    await terminateInstance(owner);
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
    owner.lines.length = 0;
    await owner.preview(program(withElasticIp({ tags: { Team: "a" } })));
    const line = only(owner.lines);
    assert.match(line, /^web: launches an instance \(tags; its network interface is gone; /);
    assert.ok(line.endsWith(`; keeps ${eip?.publicIp ?? "-"}`), line);
  });

  it("makes an interface for one that somebody deleted with the instance, on whatever address there is", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    await terminateInstance(owner);
    const NetworkInterfaceId = was.eni.networkInterfaceId;
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await owner.refresh();
    assert.ok((owner.outputs.drift as string[]).includes("its network interface is gone"));
    assert.equal(owner.outputs.privateIp, "");
    const preview = (await owner.preview(program(withElasticIp()))).inputs;
    assert.deepEqual(shownAtPreview(preview, ["networkInterfaceId", "privateIp"]), [undefined, undefined]);
    await owner.up(program(withElasticIp()));
    movedOn(was, machineOf(owner));
    await settled(owner, withElasticIp());
  });

  it("goes back to the old interface when the new instance cannot be launched, with the Elastic IP", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Client.InternalError");
    const failure = await failureOf(owner.up(program(withElasticIp({ imageId: WELL_KNOWN.imageV2 }))));
    assert.match(failure.message, /The previous one, generation 1 on eni-\w+, runs again/);
    const instance = only(made(owner).instances);
    assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
    assert.equal(only(made(owner).elasticIps).networkInterfaceId, was.eni.networkInterfaceId);
    assert.deepEqual(shownAtPreview(owner.outputs, ["privateIp", "publicIp"]), [was.privateIp, was.eip?.publicIp]);
    await owner.up(program(withElasticIp({ imageId: WELL_KNOWN.imageV2 })));
    movedOn(was, machineOf(owner));
    await settled(owner, withElasticIp({ imageId: WELL_KNOWN.imageV2 }));
  });

  const KILLED: [title: string, before: Properties, after: Properties][] = [
    ["a replacement", withElasticIp(), withElasticIp({ imageId: WELL_KNOWN.imageV2 })],
    [
      "a pause",
      withElasticIp({ pauseBehavior: "terminate" }),
      withElasticIp({ pauseBehavior: "terminate", desiredState: "paused" }),
    ],
    ["a resumption", withElasticIp({ desiredState: "paused" }), withElasticIp()],
    ["coming to be persisted", withElasticIp(), { elasticIp: true }],
    ["ceasing to be persisted", { elasticIp: true }, withElasticIp()],
  ];
  for (const [title, before, after] of KILLED) {
    it(`strands nothing wherever ${title} was killed`, async () => {
      const account = await up(before);
      const eip = only(made(account).elasticIps);
      await interruptedAtEveryCall(account, after, async (next, point) => {
        await next.up(program(after));
        assert.equal(only(made(next).elasticIps).allocationId, eip.allocationId, point);
        assert.equal(next.outputs.publicIp, eip.publicIp, point);
        if (after.desiredState === "paused") {
          later(next);
          assert.deepEqual([made(next).networkInterfaces, made(next).instances], [[], []], point);
        } else {
          assert.equal(machineOf(next).eip?.allocationId, eip.allocationId, point);
        }
        assert.equal(await next.up(program(after)), "same", point);
      });
    });
  }
});
