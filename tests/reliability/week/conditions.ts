/** Conditions of a spell: refusals of EC2, lost events, killed controllers. */
import { MINUTE, SECOND } from "./time";
import { controllerOf } from "./controllers";
import { TYPES } from "./fleet";
import { ACTS, NEEDED_TO_LOOK } from "./rights";
import type { Scene } from "./scene";
import type { Condition } from "./weather";

const ZONE = "us-east-1a";
const SHORT_MS = 7 * MINUTE;

type Spell = (scene: Scene) => Promise<void>;

/** Holds to the end of the spell, or for a while; meanwhile nobody can bring anything up. */
async function holding(scene: Scene, what: string, conditions: readonly Condition[], ms = Infinity): Promise<void> {
  const { account } = scene;
  const left = Math.min(ms, scene.end - account.now());
  account.note(what);
  await account.weather.lacking(
    what,
    () => account.now(),
    () => account.weather.while(conditions, () => account.time.sleep(left)),
  );
  account.note(`no longer: ${what}`);
}

/** The controller's role lost the right; its users have it still. */
export function denied(actions: readonly string[], ms?: number): Spell {
  return (scene) => {
    const action = scene.one(actions);
    return holding(scene, `the controller may not ${action}`, [{ role: "controller", denied: action }], ms);
  };
}

export const deniedLook = denied(NEEDED_TO_LOOK, SHORT_MS);

const answering = (action: string, code: string, status: number, probability: number): Condition => ({
  fault: { action, error: { code, status }, probability },
});

export async function throttled(scene: Scene): Promise<void> {
  const action = scene.one(["*", "Describe*", ...ACTS]);
  const isOfReads = action === "*" || action === "Describe*";
  await holding(
    scene,
    `${action} is throttled`,
    [answering(action, "RequestLimitExceeded", 503, isOfReads ? 0.5 : 1)],
    isOfReads ? SHORT_MS : 20 * MINUTE,
  );
}

export async function failing(scene: Scene): Promise<void> {
  const action = scene.one(["*", ...ACTS]);
  const share = action === "*" ? 0.3 : 1;
  await holding(scene, `${action} fails with 500`, [answering(action, "InternalError", 500, share)]);
}

/** Replies are lost before or after the call took effect, and some never come. */
export async function lostReplies(scene: Scene): Promise<void> {
  const faults: Condition[] = [
    { fault: { action: "*", reset: true, probability: 0.04 } },
    { fault: { action: "*", reset: true, when: "after", probability: 0.06 } },
    { fault: { action: "*", hang: true, probability: 0.01 } },
  ];
  await holding(scene, "replies are lost", faults);
}

/** Calls of one action take effect, and their replies are lost. */
export async function repliesLostOf(scene: Scene): Promise<void> {
  const action = scene.one(ACTS);
  const condition: Condition = { fault: { action, reset: true, when: "after", probability: 0.7 } };
  await holding(scene, `replies to ${action} are lost`, [condition], 10 * MINUTE);
}

/** A read that every look makes. */
export async function failingLook(scene: Scene): Promise<void> {
  const action = scene.one(NEEDED_TO_LOOK);
  await holding(scene, `${action} fails with 503`, [answering(action, "Unavailable", 503, 1)], SHORT_MS);
}

export async function slow(scene: Scene): Promise<void> {
  await holding(scene, "EC2 takes five seconds for each call", [{ slowMs: 5 * SECOND }]);
}

export async function staleReads(scene: Scene): Promise<void> {
  const { account } = scene;
  account.note("reads are up to 15 s old");
  account.simulator.consistency.set({ unknownMs: 10_000, staleMs: { uniform: [1_000, 15_000] } });
  await scene.rest();
  account.simulator.consistency.set({});
}

/** @param lifecycles of what there is none */
export function noCapacity(lifecycles: readonly ("spot" | "on-demand")[], areAll: boolean): Spell {
  return async (scene) => {
    const { account } = scene;
    const { capacity } = account.simulator;
    const types = areAll ? [...TYPES, "m5.large"] : [scene.one(TYPES)];
    const pools = types.flatMap((type) => lifecycles.map((lifecycle) => [type, ZONE, lifecycle] as const));
    const what = `no ${lifecycles.join(" and no ")} capacity for ${types.join(", ")}`;
    account.note(what);
    await account.weather.lacking(
      what,
      () => account.now(),
      async () => {
        pools.forEach((pool) => {
          capacity.set(...pool, 0);
        });
        await scene.rest();
        pools.forEach((pool) => {
          capacity.clear(...pool);
        });
      },
    );
    account.note(`no longer: ${what}`);
  };
}

export async function eventsLost(scene: Scene): Promise<void> {
  const lost = scene.one([0.3, 1]);
  scene.account.note(`${lost * 100} % of the events get lost`);
  await scene.account.weather.delivering({ lost }, () => scene.rest());
}

export async function eventsTwice(scene: Scene): Promise<void> {
  scene.account.note("events come three times, in any order, up to three minutes late");
  await scene.account.weather.delivering({ copies: 3, lateMs: 3 * MINUTE }, () => scene.rest());
}

export async function controllerKilled(scene: Scene): Promise<void> {
  await scene.repeatedly(4 * scene.controller.everyMs, () => {
    scene.controller.kill(1 + scene.random.integer(25), scene.one(["before", "after"] as const));
  });
}

export async function poisoned(scene: Scene): Promise<void> {
  await scene.repeatedly(10 * MINUTE, () => {
    scene.controller.poison();
  });
}

/** Somebody has `watch` running beside the controller. */
export async function twoControllers(scene: Scene): Promise<void> {
  const second = controllerOf(scene.account, "watch");
  scene.account.note("a second controller begins");
  second.begin();
  await scene.rest();
  await second.stop();
  scene.account.note("the second controller ended");
}
