import assert from "node:assert/strict";
import type { Desired } from "../../../../provider/model/desired";
import { TAG } from "../../../../provider/ec2/tags";
import { NOTHING_OBSERVED, type Observed } from "../../../../provider/model/observed";
import { desired, ID, observed, recorded, volume } from "../things";
import { kinds, planned } from "./plans";

describe("the plan of data volumes", () => {
  const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
  const wanted = (...dataVolumes: Record<string, unknown>[]): Desired => desired({ dataVolumes });
  const on = (volumes: Observed["volumes"], overrides: Partial<Observed> = {}): Observed =>
    observed({ volumes, ...overrides });

  it("has no step where they are as they are wanted", () => {
    assert.deepEqual(planned({ desired: wanted(DATA), observed: on([volume()]) }), []);
  });

  it("makes one before the launch, and attaches it after", () => {
    assert.deepEqual(kinds({ observed: NOTHING_OBSERVED, desired: wanted(DATA), purpose: { kind: "create" } }), [
      "record",
      "make-network-interface",
      "make-volume",
      "launch",
      "attach-volumes",
    ]);
  });

  it("attaches one that is off, is coming off, or is on another device, which it comes off first", () => {
    const attached = { instanceId: "i-1", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: false };
    const off = volume({ attachment: undefined, status: "available" });
    assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([off]) }), ["attach-volumes"]);
    for (const status of ["detaching", "busy"]) {
      const coming = volume({ attachment: { ...attached, status } });
      assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([coming]) }), ["attach-volumes"], status);
    }
    const elsewhere = volume({ attachment: { ...attached, deviceName: "/dev/sdz" } });
    assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([elsewhere]) }), [
      "check-rights",
      "detach-volume",
      "attach-volumes",
    ]);
  });

  it("never takes one off an instance that is none of the machine's", () => {
    const attachment = { instanceId: "i-9", deviceName: "/dev/sdf", status: "attached", deleteOnTermination: true };
    assert.deepEqual(kinds({ observed: on([volume({ attachment })]) }), ["retain"]);
  });

  it("grows one, and leaves one that somebody made larger; with another type goes all that is wanted of its speed", () => {
    const stepFor = (input: Record<string, unknown>, held = volume()): unknown => {
      const [step] = planned({ desired: wanted({ ...DATA, ...input }), observed: on([held]) });
      return step?.kind === "modify-volume" ? step.shape : step;
    };
    assert.deepEqual(stepFor({ size: 11 }), { size: 11 });
    assert.equal(stepFor({}, volume({ size: 12 })), undefined);
    assert.deepEqual(stepFor({ throughput: 200 }), { throughput: 200 });
    assert.equal(stepFor({ iops: 3000 }), undefined);
    assert.deepEqual(stepFor({ type: "io2", iops: 3000 }), { type: "io2", iops: 3000 });
  });

  it("takes the volume of the name that is ours, and none that once had it", () => {
    const old = volume({ id: "vol-1", attachment: undefined, tags: { [TAG.volume]: "data", [TAG.retained]: "true" } });
    const given = { name: "old", deviceName: "/dev/sdg", volumeId: "vol-0000000000000001a" };
    const back = volume({ ...old, id: given.volumeId });
    assert.deepEqual(kinds({ desired: wanted(DATA), observed: on([old]) }), ["make-volume", "attach-volumes"]);
    assert.deepEqual(kinds({ desired: wanted(DATA, given), observed: on([back]) }), [
      "claim-given",
      "make-volume",
      "attach-volumes",
      "end-claims",
    ]);
  });

  it("retains, deletes or gives back what is not wanted, once it is off, and touches nobody else's", () => {
    const theirs = volume({ id: "vol-9", attachment: undefined, tags: { [TAG.id]: "mi-other" } });
    const given = volume({ tags: { [TAG.id]: ID, [TAG.owned]: "false" } });
    const gives = recorded({ dataVolumeIds: { data: "vol-2", x: "vol-9" } });
    const deletes = desired({ deletion: { dataVolumes: "delete" } });
    assert.deepEqual(kinds({ observed: on([volume(), theirs]), recorded: gives }), ["detach-volume", "retain"]);
    assert.deepEqual(kinds({ desired: deletes, observed: on([volume(), theirs]), recorded: gives }), [
      "detach-volume",
      "delete-volume",
    ]);
    assert.deepEqual(kinds({ desired: deletes, observed: on([given]) }), ["detach-volume", "give-back"]);
  });
});
