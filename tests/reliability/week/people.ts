/** The commands that a machine's own users run in a spell, beside the controller. */
import { MINUTE } from "./time";
import { IMAGES, TYPES } from "./fleet";
import type { Machine } from "./machine";
import { byHand, up, type UpOptions } from "./operator";
import type { Scene } from "./scene";

const isKeptRunning = ({ program }: Machine): boolean => program.desiredState !== "paused";

const other = <T>(list: readonly T[], present: unknown): T => list.find((it) => it !== present) ?? (list[0] as T);

async function upped(scene: Scene, options: (machine: Machine) => UpOptions): Promise<void> {
  await scene.pause(4 * MINUTE);
  const machine = scene.machine();
  scene.causes(machine, "up");
  await up(scene.account, machine, options(machine));
  await scene.rest();
}

export function ups(scene: Scene): Promise<void> {
  return upped(scene, () => ({ isRefreshed: scene.chance(0.3) }));
}

export function upsWithImage(scene: Scene): Promise<void> {
  return upped(scene, ({ program }) => ({ change: { imageId: other(IMAGES, program.imageId) } }));
}

export function upsWithType(scene: Scene): Promise<void> {
  return upped(scene, ({ program }) => ({ change: { instanceType: other(TYPES, program.instanceType) } }));
}

/** Killed at one of its calls, and run again. */
export async function upsKilled(scene: Scene): Promise<void> {
  await scene.pause(4 * MINUTE);
  const machine = scene.machine();
  scene.causes(machine, "up");
  const change = { imageId: other(IMAGES, machine.program.imageId) };
  await up(scene.account, machine, { change, killedAt: 5 + scene.random.integer(60) });
  await scene.pause(6 * MINUTE);
  await up(scene.account, machine);
  await scene.rest();
}

export async function recycles(scene: Scene): Promise<void> {
  await scene.pause(4 * MINUTE);
  const machine = scene.machine(isKeptRunning);
  scene.causes(machine, "recycle by hand");
  await byHand(scene.account, machine, "recycle");
  await scene.rest();
}

/** Paused for a while, and mostly resumed. */
export async function pauses(scene: Scene): Promise<void> {
  await scene.pause(3 * MINUTE);
  const machine = scene.machine(isKeptRunning);
  scene.causes(machine, "pause by hand");
  await byHand(scene.account, machine, "pause");
  await scene.pause(6 * MINUTE);
  await (scene.chance(0.9) ? byHand(scene.account, machine, "resume") : undefined);
  await scene.rest();
}

/** Two who do not know of each other, and one machine. */
function meeting(second: (scene: Scene, machine: Machine) => Promise<unknown>): (scene: Scene) => Promise<void> {
  return async (scene) => {
    await scene.pause(4 * MINUTE);
    const machine = scene.machine(isKeptRunning);
    scene.causes(machine, "up");
    const change = { imageId: other(IMAGES, machine.program.imageId) };
    const later = scene.account.time.sleep(scene.random.integer(90_000)).then(() => second(scene, machine));
    machine.isMet = true;
    await Promise.all([up(scene.account, machine, { change }), later]);
    machine.isMet = false;
    await scene.rest();
  };
}

export const upMeetsRecycle = meeting(({ account }, machine) => byHand(account, machine, "recycle"));
export const upMeetsPause = meeting(async ({ account }, machine) => {
  await byHand(account, machine, "pause");
  await account.time.sleep(3 * MINUTE);
  await byHand(account, machine, "resume");
});

/** As many as the `up`, three tries, and what was counted as good once. */
const MOST_LAUNCHES = 5;

/** An image whose instances all fail their checks: after three tries it is left, loudly, until somebody changes it. */
export async function badImage(scene: Scene): Promise<void> {
  const { account } = scene;
  await scene.pause(2 * MINUTE);
  const machine = scene.machine((it) => isKeptRunning(it) && it.program.replacement === undefined);
  const template = String(machine.stack.outputs.launchTemplateId);
  const good = machine.program.imageId;
  const launches = (): number => [...account.owners.values()].filter((it) => it === machine.id).length;
  const before = launches();
  machine.isBad = true;
  account.spoiled.add(template);
  scene.causes(machine, "an image that does not work");
  await up(account, machine, { change: { imageId: other(IMAGES, good) } });
  await scene.rest();
  account.spoiled.delete(template);
  if (launches() - before > MOST_LAUNCHES) {
    account.breaks(`${machine.name}: ${launches() - before} launches of an image that does not work`);
  }
  await up(account, machine, { change: { imageId: good } });
  machine.isBad = false;
}
