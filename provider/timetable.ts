/** When something is due: cron lines and daily windows, on the clocks of a time zone. Times are passed in. (pure) */
import { Cron } from "croner";
import type { Day, Schedule, Window } from "./engine/state";

/** Any moment; whether a line is ever due is asked from here on. */
const SOME_TIME = new Date(0);

/** Why a cron line is none, as the end of "but …"; nothing if it is one. */
export function cronProblem(line: string): string | undefined {
  const count = line.split(" ").length;
  if (count !== 5) {
    return `a cron line has five fields (minute, hour, day of the month, month, day of the week), and this has ${count}`;
  }
  try {
    return cronOf(line, "UTC").nextRun(SOME_TIME) === null
      ? "there is no such day, so it would never be due"
      : undefined;
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^CronPattern: /, "").replace(/\.$/, "") : String(error);
  }
}

function cronOf(line: string, timezone: string): Cron {
  return new Cron(line, { timezone, mode: "5-part" });
}

/** By name; an offset would be wrong for half of the year in most places. */
export function isTimezone(name: string): boolean {
  if (!/^[A-Za-z][\w/+-]*$/.test(name)) {
    return false;
  }
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** The last time that a line was due after `since`, `now` included. */
export function lastDue(
  { cron, timezone }: Pick<Schedule, "cron" | "timezone">,
  since: number,
  now: number,
): number | undefined {
  // Those before a moment: the moment itself counts.
  const [last] = cronOf(cron, timezone).previousRuns(1, new Date(now + 1));
  const at = last?.getTime();
  return at === undefined || at <= since ? undefined : at;
}

/** The first time that a line is due after `now`. */
export function nextDue({ cron, timezone }: Pick<Schedule, "cron" | "timezone">, now: number): number | undefined {
  return cronOf(cron, timezone).nextRun(new Date(now))?.getTime();
}

const WEEK: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/** Since when a window is open, to the minute; nothing while it is shut. */
export function openSince({ days = [...WEEK], from, to, timezone }: Window, now: number): number | undefined {
  const { day, minutes } = localTime(now, timezone);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const isNight = end < begin;
  const began = isNight && minutes < end ? -1 : 0;
  const isInside = isNight ? minutes >= begin || minutes < end : minutes >= begin && minutes < end;
  const beginDay = WEEK[(WEEK.indexOf(day) + WEEK.length + began) % WEEK.length];
  if (!isInside || beginDay === undefined || !days.includes(beginDay)) {
    return undefined;
  }
  const elapsed = minutes - begin - began * MINUTES_A_DAY;
  return Math.floor(now / MINUTE_MS) * MINUTE_MS - elapsed * MINUTE_MS;
}

/** When a window opens the next time, or `now` while it is open: to a quarter of an hour, as zones are. */
export function nextOpening(window: Window, now: number): number {
  const step = 15 * MINUTE_MS;
  for (let at = now, left = 8 * 24 * 4; left > 0; at = (Math.floor(at / step) + 1) * step, left--) {
    if (openSince(window, at) !== undefined) {
      return at;
    }
  }
  return now + 24 * 60 * MINUTE_MS;
}

const MINUTE_MS = 60_000;
const MINUTES_A_DAY = 24 * 60;

function minutesOf(clock: string): number {
  const [hours = "0", minutes = "0"] = clock.split(":");
  return Number(hours) * 60 + Number(minutes);
}

function localTime(now: number, timezone: string): { day: Day; minutes: number } {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const part = Object.fromEntries(format.formatToParts(new Date(now)).map(({ type, value }) => [type, value]));
  const day = WEEK.find((it) => it === part.weekday?.toLowerCase()) ?? "mon";
  return { day, minutes: minutesOf(`${part.hour ?? "0"}:${part.minute ?? "0"}`) };
}
