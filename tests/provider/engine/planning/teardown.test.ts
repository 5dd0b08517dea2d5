import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { NOTHING_OBSERVED, type Observed, type Recorded } from "../../../../provider/model/observed";
import type { Desired } from "../../../../provider/model/desired";
import type { Step } from "../../../../provider/engine/planning/step";
import { planTeardown } from "../../../../provider/engine/planning/teardown";
import {
  desired,
  elasticIp,
  eni,
  givenElasticIp,
  ID,
  instance,
  observed,
  recorded,
  situation,
  volume,
} from "../things";

function steps(world: Observed, deletion: Partial<Desired["deletion"]> = {}): Step[] {
  return planTeardown(situation({ observed: world, desired: desired({ deletion }) }));
}

function kinds(world: Observed, deletion: Partial<Desired["deletion"]> = {}): string[] {
  return steps(world, deletion).map((it) => it.kind);
}

const WHOLE = observed({ elasticIps: [elasticIp()] });

describe("planTeardown", () => {
  it("ends the instance, then the Elastic IP, then the interface, and the record last", () => {
    assert.deepEqual(kinds(WHOLE), [
      "retire",
      "disassociate-elastic-ip",
      "release-elastic-ip",
      "delete-network-interface",
      "delete-record",
    ]);
  });

  it("has nothing to do where nothing is", () => {
    assert.deepEqual(steps(NOTHING_OBSERVED), []);
  });

  it("takes a given Elastic IP off, and takes our tags off it, and does not release it", () => {
    const found = steps(observed({ elasticIps: [givenElasticIp()] }));
    assert.deepEqual(
      found.map((it) => it.kind),
      ["retire", "disassociate-elastic-ip", "give-back", "delete-network-interface", "delete-record"],
    );
    assert.deepEqual(found[2], {
      kind: "give-back",
      resourceId: "eipalloc-0a1b2c3d",
      what: "the Elastic IP 52.1.2.3",
      remove: ["managed-instance:id", "managed-instance:owned"],
    });
  });

  it("does not take a given Elastic IP off a holder that is not ours", () => {
    const elsewhere = givenElasticIp({ association: { id: "a", networkInterfaceId: "eni-9" } });
    assert.ok(!kinds(observed({ elasticIps: [elsewhere] })).includes("disassociate-elastic-ip"));
  });

  it("keeps what is to be retained, and the Elastic IP on the interface only if both are", () => {
    assert.deepEqual(kinds(WHOLE, { elasticIp: "retain" }), [
      "retire",
      "disassociate-elastic-ip",
      "retain",
      "delete-network-interface",
      "delete-record",
    ]);
    assert.deepEqual(kinds(WHOLE, { networkInterface: "retain" }), [
      "retire",
      "disassociate-elastic-ip",
      "release-elastic-ip",
      "retain",
      "delete-record",
    ]);
    assert.deepEqual(kinds(WHOLE, { networkInterface: "retain", elasticIp: "retain" }), [
      "retire",
      "retain",
      "retain",
      "delete-record",
    ]);
  });

  it("makes an interface that is to be retained outlive its instance first", () => {
    const flipped = eni({
      attachment: { id: "eni-attach-1", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: true },
    });
    const world = observed({ networkInterfaces: [flipped] });
    assert.equal(kinds(world, { networkInterface: "retain" })[0], "keep-on-termination");
    assert.equal(kinds(world)[0], "retire");
  });

  it("waits for an instance that is ending as long as it holds the interface", () => {
    assert.equal(kinds(observed({ instances: [instance({ state: "shutting-down" })] }))[0], "retire");
    const free = eni({ attachment: undefined, status: "available" });
    assert.equal(
      kinds(observed({ networkInterfaces: [free], instances: [instance({ state: "terminated" })] }))[0],
      "delete-network-interface",
    );
    const stranger = instance({ id: "i-9", state: "shutting-down", tags: {} });
    assert.equal(kinds(observed({ instances: [], strangers: [{ ...stranger }] }))[0], "delete-network-interface");
    const held = eni({ attachment: { id: "a", instanceId: "i-9", deviceIndex: 0, deleteOnTermination: false } });
    assert.equal(kinds(observed({ networkInterfaces: [held], instances: [], strangers: [stranger] }))[0], "retire");
  });

  describe("with data volumes", () => {
    const ofVolume = (world: Partial<Observed>, dataVolumes: "delete" | "retain", on?: Recorded): string[] =>
      planTeardown(
        situation({ observed: observed(world), recorded: on, desired: desired({ deletion: { dataVolumes } }) }),
      )
        .map((it) => it.kind)
        .filter((it) => !["retire", "delete-network-interface", "delete-record"].includes(it));
    const untagged = volume({ tags: {} });

    it("retains or deletes those that were made", () => {
      assert.deepEqual(ofVolume({ volumes: [volume()] }, "retain"), ["retain"]);
      assert.deepEqual(ofVolume({ volumes: [volume()] }, "delete"), ["detach-volume", "delete-volume"]);
      const free = volume({ attachment: undefined });
      assert.deepEqual(ofVolume({ volumes: [free] }, "delete"), ["delete-volume"]);
    });

    it("keeps them from ending with the instance, before that ends", () => {
      const attachment = { instanceId: "i-1", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: true };
      const found = kinds(observed({ volumes: [volume({ attachment })] }));
      assert.deepEqual(found.slice(0, 2), ["keep-volume-on-termination", "retire"]);
    });

    it("gives back those that were given, whatever became of their tags", () => {
      const given = volume({ tags: { [TAG.id]: ID, [TAG.owned]: "false" } });
      assert.deepEqual(ofVolume({ volumes: [given] }, "delete"), ["give-back"]);
      const on = recorded({ dataVolumeIds: { data: "vol-2" }, givenVolumeIds: ["vol-2"] });
      assert.deepEqual(ofVolume({ volumes: [untagged] }, "delete", on), ["give-back"]);
      assert.deepEqual(ofVolume({ volumes: [volume({ tags: { [TAG.id]: ID } })] }, "delete", on), ["give-back"]);
    });

    it("finds those that were made by the record where their tags were taken off", () => {
      const on = recorded({ dataVolumeIds: { data: "vol-2" } });
      assert.deepEqual(ofVolume({ volumes: [untagged] }, "delete", on), ["detach-volume", "delete-volume"]);
    });

    it("leaves alone what never was ours, is somebody else's, or was retained before", () => {
      const on = recorded({ dataVolumeIds: { data: "vol-2" } });
      const theirs = volume({ tags: { [TAG.id]: "mi-other", [TAG.volume]: "data" } });
      const kept = volume({ tags: { [TAG.retained]: "true", [TAG.volume]: "data" } });
      assert.deepEqual(ofVolume({ volumes: [untagged] }, "delete"), []);
      assert.deepEqual(ofVolume({ volumes: [theirs] }, "delete", on), []);
      assert.deepEqual(ofVolume({ volumes: [kept] }, "delete", on), []);
    });
  });

  it("leaves an interface alone that was retained by a run that was killed since", () => {
    const kept = eni({ attachment: undefined, status: "available", tags: { [TAG.retained]: "true" } });
    for (const networkInterface of ["retain", "delete"] as const) {
      assert.deepEqual(kinds(observed({ networkInterfaces: [kept], instances: [] }), { networkInterface }), [
        "delete-record",
      ]);
    }
  });
});
