/** One answer to whatever made somebody look. */
import assert from "node:assert/strict";
import type { MachineLook } from "../../controller/action";
import { decide } from "../../controller/decide";
import type { Signal } from "../../controller/events";
import { digestOf } from "../../controller/history";
import type { Observed } from "../../provider/model/observed";
import { desired, generation, ID, instance, template, volume } from "../provider/engine/things";
import {
  answer,
  decided,
  ENDED_INSTANCE,
  IMPAIRED,
  last,
  NOW,
  OFF,
  OVERLAP,
  type Overrides,
  REBALANCE,
  situation,
  TAKEN,
  WARNING,
} from "./situations";
import { SPOT } from "./machines-that-come-back";
import { HOUR, MINUTE } from "../reliability/week/time";

describe("decide", () => {
  const TABLE: [what: string, overrides: Overrides, expected: string][] = [
    ["an instance that runs is left alone", {}, "nothing"],
    ["an instance that starts is waited for by whoever started it", { instances: [{ state: "pending" }] }, "finish"],
    ["an instance that was ended is brought back", { instances: [ENDED_INSTANCE] }, "restore ended"],
    [
      "an instance that is ending is brought back, too: its interface is waited for",
      { instances: [{ ...ENDED_INSTANCE, state: "shutting-down" }] },
      "restore ended",
    ],
    ["an instance that EC2 does not show any more is brought back", { instances: [] }, "restore ended"],
    ["an instance that was stopped is started", { instances: [{ state: "stopped" }] }, "restore stopped"],
    ["an instance that is stopping is started, too", { instances: [{ state: "stopping" }] }, "restore stopped"],
    ["an instance that AWS took is followed by another", { inputs: SPOT, instances: [TAKEN] }, "restore interruption"],
    ["with healing off, one that was ended is left", { inputs: OFF, instances: [ENDED_INSTANCE] }, "nothing"],
    ["with healing off, one that was stopped is left", { inputs: OFF, instances: [{ state: "stopped" }] }, "nothing"],
    [
      "with healing off, an instance that AWS took is followed by another",
      { inputs: { ...SPOT, ...OFF }, instances: [TAKEN] },
      "restore interruption",
    ],
    [
      "with healing off, what was ended for another is followed by it",
      {
        inputs: OFF,
        instances: [ENDED_INSTANCE],
        history: last({ instanceId: "i-1", at: NOW - 2 * MINUTE, reason: "revert-to-spot" }),
      },
      "restore revert-to-spot",
    ],
    ["at the warning nothing can be won by terminate-first", { inputs: SPOT, signals: [WARNING] }, "wait"],
    [
      "at the warning overlap launches another",
      { inputs: { ...SPOT, ...OVERLAP }, signals: [WARNING] },
      "replace interruption-warning",
    ],
    [
      "the warning of one that is gone is late",
      { inputs: { ...SPOT, ...OVERLAP }, signals: [{ ...WARNING, instanceId: "i-0" }] },
      "nothing",
    ],
    [
      "a recommendation is followed by overlap",
      { inputs: { ...SPOT, ...OVERLAP }, signals: [REBALANCE] },
      "replace rebalance",
    ],
    ["a recommendation is no reason for an outage", { inputs: SPOT, signals: [REBALANCE] }, "nothing"],
    ["failed checks count after a while", { health: IMPAIRED(119_000) }, "wait"],
    ["failed checks replace it then", { health: IMPAIRED(120_000) }, "replace status-checks"],
    [
      "failed checks do not count right after a launch",
      { instances: [{ launchedAt: NOW - 4 * MINUTE }], health: IMPAIRED(3 * MINUTE) },
      "wait",
    ],
    ["failed checks do not count with healing off", { inputs: OFF, health: IMPAIRED(HOUR) }, "nothing"],
    [
      "a machine that is paused stays so",
      { inputs: { desiredState: "paused" }, instances: [ENDED_INSTANCE] },
      "nothing",
    ],
    [
      "a machine that is paused and stopped stays so",
      { inputs: { desiredState: "paused" }, instances: [{ state: "stopped" }] },
      "nothing",
    ],
    [
      "an instance that runs is not replaced for want of its interface, which its dying predecessor holds",
      {
        inputs: SPOT,
        instances: [{ state: "shutting-down" }, { id: "i-2", networkInterfaceId: "eni-2", launchedAt: NOW - HOUR }],
      },
      "finish",
    ],
    [
      "an instance that overlap launched is not replaced either",
      {
        inputs: OVERLAP,
        instances: [{ state: "shutting-down" }, { id: "i-2", networkInterfaceId: "eni-2", launchedAt: NOW - HOUR }],
      },
      "finish",
    ],
    ["a machine that is to be paused is", { inputs: { desiredState: "paused" } }, "finish"],
    ["a machine whose interface is gone needs a program", { world: { networkInterfaces: [] } }, "give-up"],
    [
      "a machine whose interface somebody else holds needs a person",
      { instances: [], world: { strangers: [instance({ tags: {} })] } },
      "give-up",
    ],
  ];
  for (const [what, overrides, expected] of TABLE) {
    it(what, () => {
      assert.equal(answer(overrides), expected);
    });
  }

  it("waits from a warning on until the instance goes", () => {
    const action = decided({ inputs: SPOT, signals: [{ ...WARNING, at: NOW - MINUTE }] });
    assert.ok(action.kind === "wait" && action.until === NOW + MINUTE);
  });

  describe("with a generation that no instance is of yet", () => {
    const newer = generation({ number: 2, replacesBefore: 2, launchHash: generation().launchHash });
    const at = (ms: number, changed = newer): Partial<Observed> => ({
      generation: changed,
      template: template({ latestVersion: 2, latestVersionAt: NOW - ms }),
    });
    const other = generation({ number: 2, replacesBefore: 2 }, desired({ imageId: "ami-0a1b2c3d" }));
    const wanted = (overrides: Overrides, changed = newer): MachineLook => {
      const it = situation(overrides);
      it.machine.purpose = { kind: "upkeep", generation: changed };
      return it;
    };
    const kindOf = (it: MachineLook): string => decide(it).kind;

    it("leaves it to the up that recorded it, while that may be at it", () => {
      assert.equal(kindOf(wanted({ instances: [ENDED_INSTANCE], world: at(MINUTE) })), "wait");
      assert.equal(kindOf(wanted({ instances: [ENDED_INSTANCE], world: at(5 * MINUTE) })), "restore");
      assert.equal(kindOf(wanted({ world: at(MINUTE) })), "wait");
    });

    it("does not wait for what AWS took, nor where its own run goes on", () => {
      assert.equal(kindOf(wanted({ instances: [TAKEN], world: at(MINUTE) })), "restore");
      const goesOn: Signal = { kind: "continue", machineId: ID };
      assert.equal(kindOf(wanted({ instances: [ENDED_INSTANCE], world: at(MINUTE), signals: [goesOn] })), "restore");
    });

    it("finishes a recycle, but never an update: that may have been refused", () => {
      assert.equal(kindOf(wanted({ world: at(5 * MINUTE) })), "finish");
      assert.equal(kindOf(wanted({ world: at(5 * MINUTE, other) }, other)), "nothing");
      assert.equal(
        kindOf(wanted({ instances: [{ state: "stopped" }], world: at(5 * MINUTE, other) }, other)),
        "restore",
      );
    });
  });

  describe("going back to spot", () => {
    const onDemand = { lifecycle: "on-demand", launchedAt: NOW - 2 * HOUR } as const;
    const going = (revertToSpot: unknown, overrides: Overrides = {}): string =>
      answer({ inputs: { market: { lifecycle: "spot", revertToSpot } }, instances: [onDemand], ...overrides });
    const window = (from: string, to: string): unknown => ({ window: { from, to } });

    it("is for what fell back, and where it is wanted", () => {
      assert.equal(going("always"), "replace revert-to-spot");
      assert.equal(going("never"), "nothing");
      assert.equal(going("always", { instances: [{ ...onDemand, lifecycle: "spot" }] }), "nothing");
    });

    it("is tried once an hour, since it costs an outage and may not succeed", () => {
      assert.equal(going("always", { instances: [{ ...onDemand, launchedAt: NOW - HOUR / 2 }] }), "wait");
      assert.equal(going("always", { history: last({ reason: "revert-to-spot", at: NOW - HOUR / 2 }) }), "wait");
    });

    it("in a window is tried once in it", () => {
      assert.equal(going(window("11:00", "13:00")), "replace revert-to-spot");
      assert.equal(going(window("13:00", "14:00")), "wait");
      const tried = last({ reason: "revert-to-spot", at: NOW - HOUR / 2 });
      assert.equal(going(window("11:00", "13:00"), { history: tried }), "nothing");
      assert.equal(going(window("11:45", "13:00"), { history: tried }), "replace revert-to-spot");
    });
  });

  describe("by schedules", () => {
    const schedules = [
      { action: "pause", cron: "0 11 * * *" },
      { action: "resume", cron: "30 11 * * *" },
      { action: "recycle", cron: "45 11 * * *" },
    ];
    const since = (ms: number, list: unknown[] = schedules): Overrides => {
      const inputs = { schedules: list };
      return { inputs, history: { tick: { at: NOW - ms, digest: digestOf(desired(inputs).schedules) } } };
    };

    it("begins when it first looks: what was before is over", () => {
      const action = decided({ inputs: { schedules } });
      assert.equal(action.kind, "nothing");
      assert.equal(action.tick?.at, NOW);
    });

    it("begins anew with other schedules", () => {
      const before = since(2 * HOUR, schedules.slice(0, 1)).history;
      assert.equal(decided({ inputs: { schedules }, history: before }).tick?.at, NOW);
    });

    it("does each once, however late, and notes up to when", () => {
      const due = decided(since(20 * MINUTE));
      assert.deepEqual([due.kind, due.tick?.at], ["recycle", NOW - 15 * MINUTE]);
      const again = decided({ inputs: { schedules }, history: { tick: due.tick } });
      assert.deepEqual([again.kind, again.tick], ["nothing", undefined]);
    });

    it("does the last pause or resume of several that were missed, and no recycle beside it", () => {
      const only = (action: string): unknown[] => schedules.filter((it) => it.action === action);
      assert.equal(decided(since(2 * HOUR, [...only("pause"), ...only("recycle")])).kind, "pause");
      assert.equal(decided(since(2 * HOUR)).kind, "nothing");
      const paused = since(2 * HOUR);
      assert.equal(
        decided({ ...paused, inputs: { ...paused.inputs, desiredState: "paused" }, instances: [ENDED_INSTANCE] }).kind,
        "resume",
      );
    });
  });

  it("finishes what a run that died left undone after the launch", () => {
    const program = { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }] };
    const volumes = [volume({ status: "available", attachment: undefined }, desired(program))];
    assert.equal(answer({ inputs: program, world: { volumes } }), "finish");
  });
});
