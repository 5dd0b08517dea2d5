import assert from "node:assert/strict";
import { withAttachments } from "../../../../provider/engine/situation/attachments";
import { holdsOn } from "../../../../provider/engine/situation/instances";
import { eni, instance } from "../things";

describe("the instances and interfaces that EC2 shows as of two moments", () => {
  const bare = instance({ networkInterfaceId: undefined });
  const on = (instanceId: string, deviceIndex: number, isDetaching = false): ReturnType<typeof eni> =>
    eni({ attachment: { id: "eni-attach-1", instanceId, deviceIndex, isDetaching, deleteOnTermination: false } });
  const idsOf = (...args: Parameters<typeof withAttachments>): [primary: string | undefined, others: string[]][] =>
    withAttachments(...args).map((it) => [it.networkInterfaceId, it.secondaryNetworkInterfaceIds]);

  it("agree on the primary interface of an instance that EC2 shows without one", () => {
    assert.deepEqual(idsOf([bare], [on("i-1", 0)]), [["eni-1", []]]);
  });

  it("agree on a secondary interface that was attached or moved between the two", () => {
    const old = instance({ networkInterfaceId: "eni-8", secondaryNetworkInterfaceIds: ["eni-1"] });
    const next = instance({ id: "i-2", networkInterfaceId: "eni-9" });
    assert.deepEqual(idsOf([old, next], [on("i-2", 1)]), [
      ["eni-8", []],
      ["eni-9", ["eni-1"]],
    ]);
  });

  it("leave an interface where an instance shows it, while it comes off or its holder ends", () => {
    const old = instance({ networkInterfaceId: "eni-8", state: "shutting-down" });
    const next = instance({ id: "i-2", networkInterfaceId: "eni-9", secondaryNetworkInterfaceIds: ["eni-1"] });
    assert.deepEqual(idsOf([old, next], [on("i-1", 1)])[1], ["eni-9", ["eni-1"]]);
    const comingOff = on("i-1", 1, true);
    const alive = { ...old, state: "running" as const };
    assert.deepEqual(idsOf([alive, next], [comingOff])[1], ["eni-9", ["eni-1"]]);
    // The instance that it comes off does not hold it; the one that shows it already does.
    assert.ok(!holdsOn({ ...alive, secondaryNetworkInterfaceIds: ["eni-1"] }, comingOff));
    assert.ok(holdsOn(next, comingOff));
  });
});
