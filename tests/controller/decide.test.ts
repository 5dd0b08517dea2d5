/** One answer to whatever made somebody look. */
import assert from "node:assert/strict";
import { decide, type Situation } from "../../controller/decide";
import type { Signal } from "../../controller/events";
import { digestOf } from "../../controller/history";
import type { Machine } from "../../controller/record";
import { type LastReplacement, replacementText } from "../../provider/engine/record/last-replacement";
import { TAG } from "../../provider/ec2/tags";
import type { Instance } from "../../provider/model/things";
import type { Observed } from "../../provider/model/observed";
import { desired, eni, generation, ID, instance, observed, template, volume } from "../provider/engine/things";

const NOW = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface Overrides {
  inputs?: Record<string, unknown>;
  instances?: Partial<Instance>[];
  world?: Partial<Observed>;
  history?: Machine["history"];
  health?: Situation["health"];
  signals?: Signal[];
  now?: number;
}

/** A machine that has run for a day, and that nobody has looked at before. */
function situation({ inputs = {}, world = {}, history = {}, ...rest }: Overrides = {}): Situation {
  const program = desired(inputs);
  const made = generation({}, program);
  const instances = (rest.instances ?? [{}]).map((it) =>
    instance({ launchedAt: NOW - 24 * HOUR, lifecycle: program.market.lifecycle, ...it }, program),
  );
  const isHeld = instances.some((it) => it.state !== "terminated");
  const there = observed(
    {
      template: template({ createdAt: NOW - 24 * HOUR, latestVersionAt: NOW - 24 * HOUR }, program),
      generation: made,
      instances,
      networkInterfaces: [isHeld ? eni({}, program) : eni({ attachment: undefined, status: "available" }, program)],
      ...world,
    },
    program,
  );
  const machine: Machine = {
    id: ID,
    name: "web",
    template: there.template ?? assert.fail(),
    desired: program,
    purpose: { kind: "upkeep", generation: made },
    observed: there,
    history,
  };
  return { machine, health: rest.health, signals: rest.signals ?? [], now: rest.now ?? NOW };
}

const decided = (overrides: Overrides = {}): ReturnType<typeof decide> => decide(situation(overrides));

/** In one word, with the reason. */
function answer(overrides: Overrides = {}): string {
  const action = decided(overrides);
  return "replacement" in action && action.replacement !== undefined
    ? `${action.kind} ${action.replacement.reason}`
    : action.kind;
}

const ENDED: Partial<Instance> = {
  state: "terminated",
  stateReason: { code: "Client.UserInitiatedShutdown", message: "" },
};
const TAKEN: Partial<Instance> = {
  state: "terminated",
  stateReason: { code: "Server.SpotInstanceTermination", message: "" },
};
const SPOT = { market: { lifecycle: "spot" } };
const OVERLAP = { replacement: { strategy: "overlap" } };
const OFF = { healing: { enabled: false } };
const WARNING: Signal = { kind: "interruption-warning", instanceId: "i-1", at: NOW };
const REBALANCE: Signal = { kind: "rebalance", instanceId: "i-1", at: NOW };
const IMPAIRED = (ms: number): Situation["health"] => ({ status: "impaired", impairedSince: NOW - ms });

const last = (overrides: Partial<LastReplacement> = {}): Machine["history"] => ({
  replacement: {
    at: NOW - MINUTE / 2,
    reason: "ended",
    instanceId: "i-0",
    inARow: 1,
    tries: 0,
    gaveUp: false,
    ...overrides,
  },
});

describe("decide", () => {
  const TABLE: [what: string, overrides: Overrides, expected: string][] = [
    ["one that runs is left alone", {}, "nothing"],
    ["one that starts is waited for by whoever started it", { instances: [{ state: "pending" }] }, "finish"],
    ["one that was ended is brought back", { instances: [ENDED] }, "restore ended"],
    [
      "one that is ending, too: its interface is waited for",
      { instances: [{ ...ENDED, state: "shutting-down" }] },
      "restore ended",
    ],
    ["one that EC2 does not show any more is brought back", { instances: [] }, "restore ended"],
    ["one that was stopped is started", { instances: [{ state: "stopped" }] }, "restore stopped"],
    ["one that is stopping, too", { instances: [{ state: "stopping" }] }, "restore stopped"],
    ["one that AWS took is followed by another", { inputs: SPOT, instances: [TAKEN] }, "restore interruption"],
    ["with healing off, one that was ended is left", { inputs: OFF, instances: [ENDED] }, "nothing"],
    ["with healing off, one that was stopped is left", { inputs: OFF, instances: [{ state: "stopped" }] }, "nothing"],
    [
      "with healing off, one that AWS took is followed by another",
      { inputs: { ...SPOT, ...OFF }, instances: [TAKEN] },
      "restore interruption",
    ],
    [
      "with healing off, what was ended for another is followed by it",
      {
        inputs: OFF,
        instances: [ENDED],
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
    ["one that is paused stays so", { inputs: { desiredState: "paused" }, instances: [ENDED] }, "nothing"],
    [
      "one that is paused and stopped stays so",
      { inputs: { desiredState: "paused" }, instances: [{ state: "stopped" }] },
      "nothing",
    ],
    ["one that is to be paused is", { inputs: { desiredState: "paused" } }, "finish"],
    ["one whose interface is gone needs a program", { world: { networkInterfaces: [] } }, "give-up"],
    [
      "one whose interface somebody else holds needs a person",
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
    const wanted = (overrides: Overrides, changed = newer): Situation => {
      const it = situation(overrides);
      it.machine.purpose = { kind: "upkeep", generation: changed };
      return it;
    };
    const kindOf = (it: Situation): string => decide(it).kind;

    it("leaves it to the up that recorded it, while that may be at it", () => {
      assert.equal(kindOf(wanted({ instances: [ENDED], world: at(MINUTE) })), "wait");
      assert.equal(kindOf(wanted({ instances: [ENDED], world: at(5 * MINUTE) })), "restore");
      assert.equal(kindOf(wanted({ world: at(MINUTE) })), "wait");
    });

    it("does not wait for what AWS took, nor where its own run goes on", () => {
      assert.equal(kindOf(wanted({ instances: [TAKEN], world: at(MINUTE) })), "restore");
      const goesOn: Signal = { kind: "continue", machineId: ID };
      assert.equal(kindOf(wanted({ instances: [ENDED], world: at(MINUTE), signals: [goesOn] })), "restore");
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

  describe("against loops", () => {
    /** Launched a few minutes ago by the last replacement, and ended by its own guest. */
    const CRASHED: Partial<Instance> = {
      state: "terminated",
      launchedAt: NOW - 4 * MINUTE,
      stateReason: { code: "Client.InstanceInitiatedShutdown", message: "" },
    };
    const counts = (overrides: Overrides): string => {
      const action = decided(overrides);
      assert.ok("replacement" in action && action.replacement !== undefined, action.kind);
      const { inARow, tries } = action.replacement;
      return `${action.kind} ${inARow} ${tries}`;
    };

    it("waits between two replacements, but not after what AWS took", () => {
      assert.equal(answer({ instances: [ENDED], history: last() }), "wait");
      assert.equal(answer({ instances: [ENDED], history: last({ at: NOW - MINUTE }) }), "restore ended");
      assert.equal(answer({ inputs: SPOT, instances: [TAKEN], history: last() }), "restore interruption");
      assert.equal(
        answer({ inputs: { minReplacementInterval: 0 }, instances: [ENDED], history: last() }),
        "restore ended",
      );
    });

    it("gives up after three replacements in a row by instances that did not work, once, until somebody acts", () => {
      const before = (inARow: number): Machine["history"] => last({ at: NOW - 5 * MINUTE, inARow });
      assert.equal(counts({ instances: [CRASHED], history: before(1) }), "restore 2 0");
      assert.equal(counts({ instances: [CRASHED], history: before(2) }), "restore 3 0");
      const action = decided({ instances: [CRASHED], history: before(3) });
      assert.ok(action.kind === "give-up" && !action.isKnown && action.replacement?.gaveUp === true);
      const history = { replacement: action.replacement };
      const again = decided({ instances: [CRASHED], history });
      assert.ok(again.kind === "give-up" && again.isKnown);
      assert.match(again.because, /3 replacements in a row .*`pulumi up`, or a recycle by hand, tries again/);
      // The count is on the record: that EC2 forgets the instance after an hour changes nothing.
      const later = decided({ instances: [], history, now: NOW + 5 * HOUR });
      assert.ok(later.kind === "give-up" && later.isKnown);
      assert.equal(
        answer({ instances: [{ ...CRASHED, id: "i-2", launchedAt: NOW + MINUTE }], history }),
        "give-up ended",
      );
    });

    it("counts from one where the last one worked for a good while", () => {
      const third = last({ at: NOW - HOUR, inARow: 3 });
      assert.equal(counts({ instances: [{ ...CRASHED, launchedAt: NOW - HOUR }], history: third }), "restore 1 0");
      const running = { instances: [{ launchedAt: NOW - HOUR }], history: third };
      assert.equal(counts({ ...running, health: IMPAIRED(2 * MINUTE) }), "replace 1 0");
      assert.equal(
        decided({ ...running, health: IMPAIRED(58 * MINUTE) }).kind,
        "give-up",
        "one that never worked did not work for as long as it ran",
      );
    });

    it("does not count what a person, a run or AWS ended, nor a try that launched nothing", () => {
      const third = last({ at: NOW - 5 * MINUTE, inARow: 3 });
      const ended = (code: string): Partial<Instance> => ({ ...CRASHED, stateReason: { code, message: "" } });
      for (const code of [
        "Client.UserInitiatedShutdown",
        "Server.InsufficientInstanceCapacity",
        "Server.InternalError",
      ]) {
        assert.equal(counts({ instances: [ended(code)], history: third }), "restore 3 0", code);
      }
      assert.equal(
        counts({ inputs: SPOT, instances: [ended("Server.SpotInstanceTermination")], history: third }),
        "restore 3 0",
      );
      const tried = last({ at: NOW - 10 * MINUTE, instanceId: "i-1", inARow: 1, tries: 40 });
      assert.equal(counts({ instances: [ENDED], history: tried }), "restore 1 40");
    });

    it("tries on for ever what EC2 refuses, with pauses that stay below ten minutes", () => {
      const after = (tries: number, ms: number): string =>
        answer({ instances: [ENDED], history: last({ instanceId: "i-1", at: NOW - ms, tries }) });
      assert.deepEqual([after(1, MINUTE - 1), after(1, MINUTE)], ["wait", "restore ended"]);
      assert.deepEqual([after(32, 4 * MINUTE - 1), after(32, 4 * MINUTE)], ["wait", "restore ended"]);
      assert.deepEqual([after(9999, 9 * MINUTE - 1), after(9999, 9 * MINUTE)], ["wait", "restore ended"]);
    });

    it("never gives up an instance that works, and answers the interruption that follows at once", () => {
      for (const reason of ["rebalance", "revert-to-spot", "interruption-warning"] as const) {
        const inVain = last({ reason, instanceId: "i-1", inARow: 3, tries: 7, at: NOW - 1000 });
        const spot = { ...SPOT, ...OVERLAP };
        assert.equal(answer({ inputs: spot, history: inVain }), "nothing");
        assert.equal(answer({ inputs: spot, instances: [TAKEN], history: inVain }), "restore interruption");
        assert.equal(
          answer({ inputs: spot, instances: [{ ...TAKEN, launchedAt: NOW - MINUTE }], history: inVain }),
          "restore interruption",
        );
      }
    });

    it("brings back what AWS took, also of a machine that was given up", () => {
      const history = last({ instanceId: "i-1", inARow: 3, gaveUp: true, reason: "status-checks" });
      assert.equal(answer({ inputs: SPOT, instances: [TAKEN], history }), "restore interruption");
    });

    it("takes the mark off one that was given up and works all the same", () => {
      const history = last({ instanceId: "i-1", inARow: 3, gaveUp: true, reason: "status-checks" });
      const left = (health: Situation["health"]): string => {
        const it = situation({ history, health });
        it.machine.template.tags = { [TAG.lastReplacement]: replacementText(history.replacement ?? assert.fail()) };
        return decide(it).kind;
      };
      assert.equal(left({ status: "impaired", impairedSince: NOW - HOUR }), "give-up");
      assert.equal(left({ status: "initializing" }), "give-up");
      assert.equal(left(undefined), "give-up");
      assert.equal(left({ status: "ok" }), "recovered");
    });

    it("leaves an instance to whoever began with it a moment ago, and takes it on if nothing came of that", () => {
      const begun = (ms: number): Machine["history"] => last({ instanceId: "i-1", at: NOW - ms });
      const left = decided({ instances: [ENDED], history: begun(1000) });
      // Whoever is at it has the follow-up: of several that look, one goes on.
      assert.ok(left.kind === "wait" && left.isLeft === true);
      const early = decided({ instances: [ENDED], history: last() });
      assert.ok(early.kind === "wait" && early.isLeft === false);
      assert.equal(answer({ instances: [ENDED], history: begun(MINUTE) }), "restore ended");
      const signals: Signal[] = [{ kind: "continue", machineId: ID }];
      assert.equal(answer({ instances: [ENDED], history: begun(1000), signals }), "restore ended");
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

    it("of several that were missed does the last pause or resume, and no recycle beside it", () => {
      const only = (action: string): unknown[] => schedules.filter((it) => it.action === action);
      assert.equal(decided(since(2 * HOUR, [...only("pause"), ...only("recycle")])).kind, "pause");
      assert.equal(decided(since(2 * HOUR)).kind, "nothing");
      const paused = since(2 * HOUR);
      assert.equal(
        decided({ ...paused, inputs: { ...paused.inputs, desiredState: "paused" }, instances: [ENDED] }).kind,
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
