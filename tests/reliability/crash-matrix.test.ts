/**
 * The provider's process is killed before and after every single call of every verb; then `up`, or `destroy`, goes on. The calls are
 * found by a run to the end, so a new one is covered by itself.
 */
import assert from "node:assert/strict";
import { fromEachOf, type Points, pointsOf, type Tried, wasUnheard } from "../provider/kills";
import { holdingsOf } from "../provider/world";
import { type Properties } from "./purpose";
import { Watch } from "./invariants";
import { isOnPage } from "./page";
import { command, isSound, run, watched } from "./runs";
import { SCENARIOS, type Scene } from "./scenarios";

const tried: Tried & { instants: number } = { kills: 0, worlds: 0, instants: 0 };

interface Going {
  scene: Scene;
  killed: Points;
  /** The program as it is now; nothing for a destroy. */
  next: Properties | undefined;
  refreshes?: boolean;
}

/** Goes on with some program, or to the end, from wherever the run of a scene may have been killed. */
async function goOn({ scene, killed, next, refreshes = false }: Going): Promise<void> {
  const { owner, others, second, before } = scene;
  const theirs = holdingsOf(owner, second);
  const done = await fromEachOf(killed, owner, async (last, point) => {
    if (before === undefined && next !== undefined && (await wasUnheard(last, next, second))) {
      tried.instants++;
      return;
    }
    const watch = new Watch(owner, others);
    const stack = watched(last, watch, { after: next, before });
    try {
      if (refreshes) {
        await stack.refresh();
      }
      await run(stack, next);
    } catch (error) {
      throw new assert.AssertionError({ message: `${point}: ${String(error)}` });
    }
    watch.holds(point);
    await isSound(stack, next, others, point);
    assert.deepEqual(holdingsOf(owner, second), theirs, point);
  });
  tried.kills += done.kills;
  tried.worlds += done.worlds;
}

describe("the crash matrix", function () {
  this.timeout(120_000);

  for (const { verb, name, prepare } of SCENARIOS) {
    describe(`${verb}: ${name}`, () => {
      let known: Promise<Points> | undefined;
      /** The same for every program that goes on. */
      const killedIn = ({ owner, after }: Scene): Promise<Points> =>
        (known ??= pointsOf(owner, (stack) => command(stack, after)));

      it("holds every invariant at each call of a run that nobody kills", async () => {
        const { owner, others, before, after } = await prepare();
        const watch = new Watch(owner, others);
        const stack = watched(owner, watch, { after, before });
        await run(stack, after);
        watch.holds("a run to the end");
        assert.ok(watch.looks > 5);
        await isSound(stack, after, others, "a run to the end");
      });

      it("is finished by the same command, wherever it was killed", async () => {
        const scene = await prepare();
        await goOn({ scene, killed: await killedIn(scene), next: scene.after });
      });

      // A machine that was not there before is not in Pulumi's state yet, and nothing can undo it.
      if (verb !== "create" && verb !== "adopt") {
        it("is undone by what the program said before, or by destroy, after a refresh", async () => {
          const scene = await prepare();
          assert.ok(scene.before !== undefined);
          const killed = await killedIn(scene);
          if (scene.after !== undefined) {
            await goOn({ scene, killed, next: scene.before, refreshes: true });
          }
          await goOn({ scene, killed, next: undefined, refreshes: true });
        });
      }
    });
  }

  describe("all of it", () => {
    it("is as docs/reliability.md says", () => {
      isOnPage("crashes", { kills: tried.kills, "different worlds": tried.worlds });
    });
  });

  after("tells how much was tried", () => {
    process.stdout.write(`    ${tried.kills} kills tried, which leave ${tried.worlds} different worlds\n`);
  });
});
