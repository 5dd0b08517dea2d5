/** What a machine's schedules ask for now: each time once, however often, or late, somebody looks. (pure) */
import type { Schedule } from "../provider/model/desired";
import { lastDue, nextDue } from "../provider/kit/timetable";
import { digestOf, type LastTick } from "./history";

/** What is due, and what is to be remembered of having looked; without the first time there is nothing to remember. */
export interface Due {
  schedule?: Schedule;
  tick?: LastTick;
}

/**
 * What is due since the last time. Schedules that were never looked at, or that are others than then, begin now. Of several that
 * were missed the last pause or resume counts, and a recycle only where there is none: what is paused, or comes anew, needs no other.
 */
export function dueOf(schedules: readonly Schedule[], last: LastTick | undefined, now: number): Due {
  if (schedules.length === 0) {
    return {};
  }
  const digest = digestOf(schedules);
  if (last?.digest !== digest) {
    return { tick: { at: now, digest } };
  }
  const due = schedules
    .flatMap((schedule) => {
      const at = lastDue(schedule, last.at, now);
      return at === undefined ? [] : [{ schedule, at }];
    })
    .sort((a, b) => b.at - a.at);
  const [latest] = due;
  if (latest === undefined) {
    return {};
  }
  const { schedule } = due.find((it) => it.schedule.action !== "recycle") ?? latest;
  return { schedule, tick: { at: latest.at, digest } };
}

/** When the next is due. */
export function nextOf(schedules: readonly Schedule[], now: number): { schedule: Schedule; at: number } | undefined {
  return schedules
    .flatMap((schedule) => {
      const at = nextDue(schedule, now);
      return at === undefined ? [] : [{ schedule, at }];
    })
    .sort((a, b) => a.at - b.at)[0];
}
