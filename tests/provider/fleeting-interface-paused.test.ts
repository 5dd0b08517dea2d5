/** `persistPrivateIp: false` while no instance runs: the interface goes, and no address of it is shown. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { changesBetween } from "../../provider/inputs/changes";
import type { Properties } from "../../provider/model/properties";
import {
  fleeting,
  movedOn,
  OF_THE_INTERFACE,
  PLACE,
  PUBLIC,
  settled,
  shownAtPreview,
  terminateInstance,
  withElasticIp,
} from "./fleeting";
import { program } from "./support";
import { identityOf, machineOf } from "./machine";
import { later, made, nothingIsLeft, only, up } from "./world";

describe("persistPrivateIp: false", () => {
  describe("when it is paused", () => {
    it("by terminate gives up the interface and keeps the Elastic IP, allocated and told", async () => {
      const paused = withElasticIp({ desiredState: "paused", pauseBehavior: "terminate" });
      const running = withElasticIp({ pauseBehavior: "terminate" });
      const owner = await up(running);
      const was = machineOf(owner);
      const preview = (await owner.preview(program(paused))).inputs;
      assert.deepEqual(shownAtPreview(preview, ["networkInterfaceId", "privateIp"]), [undefined, undefined]);
      assert.deepEqual(shownAtPreview(preview, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
      const line = owner.lines.at(-1) ?? "";
      assert.ok(line.includes(`keeps ${was.eip?.publicIp ?? "-"}; gives up ${was.eni.networkInterfaceId}`), line);
      await owner.up(program(paused));
      assert.deepEqual(made(owner).networkInterfaces, []);
      assert.deepEqual(made(owner).instances, []);
      assert.equal(only(made(owner).elasticIps).associationId, undefined);
      assert.deepEqual(shownAtPreview(owner.outputs, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
      assert.deepEqual(shownAtPreview(owner.outputs, [...OF_THE_INTERFACE, "state"]), ["", "", "", "", "paused"]);
      const place = [was.eni.availabilityZone, was.eni.vpcId];
      assert.deepEqual(shownAtPreview(preview, PLACE), place);
      assert.deepEqual(shownAtPreview(owner.outputs, PLACE), place);
      await settled(owner, paused);
      assert.deepEqual(shownAtPreview(owner.outputs, PLACE), place);
      const waiting = (await owner.preview(program({ ...paused, tags: { Team: "a" } }))).inputs;
      assert.deepEqual(shownAtPreview(waiting, [...PUBLIC, "privateIp"]), [
        was.eip?.publicIp,
        was.eip?.allocationId,
        "",
      ]);
      await owner.up(program({ ...paused, imageId: WELL_KNOWN.imageV2 }));
      assert.deepEqual(made(owner).networkInterfaces, []);
      const resumed = (await owner.preview(program({ ...running, imageId: WELL_KNOWN.imageV2 }))).inputs;
      assert.deepEqual(shownAtPreview(resumed, ["networkInterfaceId", "privateIp"]), [undefined, undefined]);
      assert.deepEqual(shownAtPreview(resumed, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
      await owner.up(program({ ...running, imageId: WELL_KNOWN.imageV2 }));
      movedOn(was, machineOf(owner));
      await settled(owner, { ...running, imageId: WELL_KNOWN.imageV2 });
    });

    it("by stop keeps the interface, and starts the same instance on it again", async () => {
      const owner = await up(withElasticIp());
      const was = machineOf(owner);
      const paused = withElasticIp({ desiredState: "paused" });
      await owner.up(program(paused));
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "stopped"]);
      assert.equal(only(made(owner).elasticIps).associationId, was.eip?.associationId);
      assert.deepEqual(shownAtPreview(owner.outputs, ["networkInterfaceId", "publicIp"]), [
        was.eni.networkInterfaceId,
        was.eip?.publicIp,
      ]);
      await settled(owner, paused);
      await owner.up(program(withElasticIp()));
      const now = machineOf(owner);
      assert.deepEqual(identityOf(now), identityOf(was));
      assert.equal(now.instance.instanceId, was.instance.instanceId);
      await settled(owner, withElasticIp());
    });

    it("from the start has an Elastic IP and nothing else, until it is resumed", async () => {
      const paused = withElasticIp({ desiredState: "paused" });
      const owner = await up(paused);
      assert.deepEqual([made(owner).networkInterfaces, made(owner).instances], [[], []]);
      const eip = only(made(owner).elasticIps);
      assert.deepEqual(shownAtPreview(owner.outputs, PUBLIC), [eip.publicIp, eip.allocationId]);
      assert.deepEqual(shownAtPreview(owner.outputs, PLACE), ["us-east-1a", WELL_KNOWN.vpcId]);
      await settled(owner, paused);
      await owner.up(program(withElasticIp()));
      assert.equal(machineOf(owner).eip?.allocationId, eip.allocationId);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });

    it("without an Elastic IP has nothing left but its record", async () => {
      const owner = await up(fleeting({ pauseBehavior: "terminate" }));
      const paused = fleeting({ pauseBehavior: "terminate", desiredState: "paused" });
      await owner.up(program(paused));
      const { templates, ...rest } = made(owner);
      only(templates);
      assert.ok(Object.values(rest).every((it: unknown[]) => it.length === 0));
      await settled(owner, paused);
      await owner.up(program(fleeting({ pauseBehavior: "terminate" })));
      machineOf(owner);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  });

  it("shows no address of an instance that has ended, where the machine is to be paused", async () => {
    const owner = await up(withElasticIp({ pauseBehavior: "terminate" }));
    await terminateInstance(owner);
    const paused = withElasticIp({ pauseBehavior: "terminate", desiredState: "paused" });
    const preview = (await owner.preview(program(paused))).inputs;
    assert.deepEqual(shownAtPreview(preview, ["networkInterfaceId", "privateIp"]), ["", ""]);
    await owner.up(program(paused));
    assert.deepEqual(shownAtPreview(owner.outputs, ["networkInterfaceId", "privateIp"]), ["", ""]);
    assert.deepEqual(made(owner).networkInterfaces, []);
    await settled(owner, paused);
  });

  it("asks for no address: one that an earlier preview has shown is no change", () => {
    const [gone, told] = [{ privateIp: "" }, { privateIp: "10.0.1.7", secondaryPrivateIps: ["10.0.1.8"] }];
    const changes = (more: Properties): Properties[] =>
      changesBetween({ ...gone, ...more }, { ...told, ...more }).map((it) => ({ ...it }));
    assert.deepEqual(changes({ persistPrivateIp: false }), []);
    assert.deepEqual(
      changes({ persistPrivateIp: true }).map((it) => it.input),
      ["privateIp", "secondaryPrivateIps"],
    );
  });
});
