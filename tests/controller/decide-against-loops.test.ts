/** Limits on what the controller does by itself: pauses between replacements, and when a machine is given up. */
import assert from "node:assert/strict";
import type { MachineLook } from "../../controller/action";
import { decide } from "../../controller/decide";
import type { Signal } from "../../controller/events";
import type { Machine } from "../../controller/record";
import { TAG } from "../../provider/ec2/tags";
import { replacementText } from "../../provider/engine/record/last-replacement";
import type { Instance } from "../../provider/model/things";
import { ID } from "../provider/engine/things";
import {
  answer,
  decided,
  ENDED_INSTANCE,
  IMPAIRED,
  last,
  NOW,
  OVERLAP,
  type Overrides,
  situation,
  TAKEN,
} from "./situations";
import { SPOT } from "./machines-that-come-back";
import { HOUR, MINUTE } from "../reliability/week/time";

describe("decide", () => {
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
      assert.equal(answer({ instances: [ENDED_INSTANCE], history: last() }), "wait");
      assert.equal(answer({ instances: [ENDED_INSTANCE], history: last({ at: NOW - MINUTE }) }), "restore ended");
      assert.equal(answer({ inputs: SPOT, instances: [TAKEN], history: last() }), "restore interruption");
      assert.equal(
        answer({ inputs: { minReplacementInterval: 0 }, instances: [ENDED_INSTANCE], history: last() }),
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
        "an instance that never worked did not work for as long as it ran",
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
      assert.equal(counts({ instances: [ENDED_INSTANCE], history: tried }), "restore 1 40");
    });

    it("tries on for ever what EC2 refuses, with pauses that stay below ten minutes", () => {
      const after = (tries: number, ms: number): string =>
        answer({ instances: [ENDED_INSTANCE], history: last({ instanceId: "i-1", at: NOW - ms, tries }) });
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
      const left = (health: MachineLook["health"]): string => {
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
      const left = decided({ instances: [ENDED_INSTANCE], history: begun(1000) });
      // Only the controller that tries has the follow-up, so that one of several goes on.
      assert.ok(left.kind === "wait" && left.isLeft === true);
      const early = decided({ instances: [ENDED_INSTANCE], history: last() });
      assert.ok(early.kind === "wait" && early.isLeft === false);
      assert.equal(answer({ instances: [ENDED_INSTANCE], history: begun(MINUTE) }), "restore ended");
      const signals: Signal[] = [{ kind: "continue", machineId: ID }];
      assert.equal(answer({ instances: [ENDED_INSTANCE], history: begun(1000), signals }), "restore ended");
    });
  });
});
