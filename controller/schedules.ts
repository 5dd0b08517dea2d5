/** Finds what a machine's schedules ask for now: each time once, however often, or late, somebody looks. (pure) */
import type { Schedule } from "../provider/model/desired";
import { lastDue, nextDue } from "../provider/kit/timetable";
import { digestOf, type LastTick } from "./history";

/** The schedule that is due, if any, and the look to remember; nothing to remember where there are no schedules, or none came due. */
export interface Due {
  schedule?: Schedule;
  tick?: LastTick;
}

/**
 * Finds what came due since the last look. Schedules that were never looked at, or that changed since, begin now. If several times were
 * missed, the last pause or resume counts, and a recycle only where there is neither: a pause or resume makes a recycle needless.
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

/** The schedule that is due next, and when. */
export function nextOf(schedules: readonly Schedule[], now: number): { schedule: Schedule; at: number } | undefined {
  return schedules
    .flatMap((schedule) => {
      const at = nextDue(schedule, now);
      return at === undefined ? [] : [{ schedule, at }];
    })
    .sort((a, b) => a.at - b.at)[0];
}
