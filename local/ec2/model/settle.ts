import { onAttached, onDetached } from "./attachments";
import { onForgotten, onLaunchFailed, onRunning, onStopped, onTerminated } from "./lifecycle";
import type { Due, DueKind } from "./schedule";
import type { World } from "./world";

const TRANSITIONS: Readonly<Record<DueKind, (world: World, due: Due) => void>> = {
  "instance-running": onRunning,
  "instance-launch-failed": onLaunchFailed,
  "instance-stopped": onStopped,
  "instance-terminated": onTerminated,
  "instance-forgotten": onForgotten,
  "attachment-attached": onAttached,
  "attachment-detached": onDetached,
};

/** Lets everything happen that is due by `now`, each at its own time, so that looking late changes nothing. */
export function settle(world: World, now: number): void {
  for (let due = world.schedule.take(now); due !== undefined; due = world.schedule.take(now)) {
    world.now = Math.max(world.now, due.at);
    TRANSITIONS[due.kind](world, due);
  }
  world.now = Math.max(world.now, now);
}
