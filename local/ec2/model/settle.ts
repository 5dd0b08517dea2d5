import { onAttached, onDetached } from "./attachments";
import { onForgotten, onLaunchFailed, onRunning, onStopped, onTerminated } from "./lifecycle";
import { onInterruption } from "./interruption";
import { onPublicAddressDue } from "./public-addresses";
import { onRebooted } from "./reboots";
import { onReplaced, onReplacing } from "./root-volumes";
import type { Due, DueKind } from "./schedule";
import { onEvaluation } from "./spot-evaluation";
import { onVolumeDetached } from "./volume-attachments";
import { onVolumeModified } from "./volume-modifications";
import { onRequestForgotten } from "./spot-requests";
import type { World } from "./world";

const TRANSITIONS: Readonly<Record<DueKind, (world: World, due: Due) => void>> = {
  "instance-running": onRunning,
  "instance-launch-failed": onLaunchFailed,
  "instance-stopped": onStopped,
  "instance-terminated": onTerminated,
  "instance-forgotten": onForgotten,
  "attachment-attached": onAttached,
  "attachment-detached": onDetached,
  "public-address-due": onPublicAddressDue,
  "instance-rebooted": onRebooted,
  "volume-detached": onVolumeDetached,
  "volume-modified": onVolumeModified,
  "root-volume-replacing": onReplacing,
  "root-volume-replaced": onReplaced,
  "spot-interruption": onInterruption,
  "spot-evaluation": onEvaluation,
  "spot-forgotten": onRequestForgotten,
};

/** Lets everything happen that is due by `now`, each at its own time, so that looking late changes nothing. */
export function settle(world: World, now: number): void {
  world.begin();
  for (let due = world.schedule.take(now); due !== undefined; due = world.schedule.take(now)) {
    world.now = Math.max(world.now, due.at);
    TRANSITIONS[due.kind](world, due);
    world.begin();
  }
  world.now = Math.max(world.now, now);
}
