/** Cron lines and daily windows, on the clocks of a time zone: when each is due. Times are passed in. (pure) */
import { Cron } from "croner";

export type Day = "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";

/** Moments that come again and again. */
export interface CronLine {
  /** Minute, hour, day of the month, month, day of the week. */
  cron: string;
  timezone: string;
}

/** Some hours of some days, on the clocks of a time zone. */
export interface Window {
  /** The days on which the window begins; absent: every day. */
  days?: Day[];
  /** HH:MM */
  from: string;
  /** HH:MM, after midnight if it is before `from`. */
  to: string;
  timezone: string;
}

/** Any moment: whether a cron line is ever due is asked from here on. */
const SOME_TIME = new Date(0);

/** The reason why a text is no cron line, as the end of "but …"; undefined if it is one. */
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
    const why = error instanceof Error ? error.message.replace(/^CronPattern: /, "").replace(/\.$/, "") : String(error);
    return `that is no cron line: ${why}`;
  }
}

function cronOf(line: string, timezone: string): Cron {
  return new Cron(line, { timezone, mode: "5-part" });
}

/** Whether a name is one of a time zone. An offset is none: it would be wrong for half of the year in most places. */
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
export function lastDue({ cron, timezone }: CronLine, since: number, now: number): number | undefined {
  // `previousRuns` gives the times before a moment, and `now` itself counts.
  const [last] = cronOf(cron, timezone).previousRuns(1, new Date(now + 1));
  const at = last?.getTime();
  return at === undefined || at <= since ? undefined : at;
}

/** The first time that a line is due after `now`. */
export function nextDue({ cron, timezone }: CronLine, now: number): number | undefined {
  return cronOf(cron, timezone).nextRun(new Date(now))?.getTime();
}

const WEEK: readonly Day[] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/**
 * The time since which a window is open; undefined while it is shut. Where the clocks are set back a window may open a second time that
 * day: it counts from the first.
 */
export function openSince({ days = [...WEEK], from, to, timezone }: Window, now: number): number | undefined {
  const { local, day, minutes } = localTime(now, timezone);
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  const isNight = end < begin;
  const began = isNight && minutes < end ? -1 : 0;
  const isInside = isNight ? minutes >= begin || minutes < end : minutes >= begin && minutes < end;
  const beginDay = WEEK[(WEEK.indexOf(day) + WEEK.length + began) % WEEK.length];
  if (!isInside || beginDay === undefined || !days.includes(beginDay)) {
    return undefined;
  }
  return firstMoment(local + (begin - minutes + began * MINUTES_A_DAY) * MINUTE_MS, timezone);
}

/** The first moment at which clocks show `local`; where they skip it, the moment at which they would have shown it before they were set. */
function firstMoment(local: number, timezone: string): number {
  // The clocks' offset from UTC is taken on the day before and on the day after: the greater, the earlier they show a time.
  const moments = [-1, 1]
    .map((days) => local + days * MINUTES_A_DAY * MINUTE_MS)
    .map((near) => local - (localTime(near, timezone).local - near))
    .sort((a, b) => a - b);
  return moments.find((it) => localTime(it, timezone).local === local) ?? moments[0] ?? local;
}

/** The time at which a window opens next, or `now` while it is open: to a quarter of an hour, as zones are. */
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

/** @returns `local`: what clocks show, to the minute, as if they showed UTC */
function localTime(now: number, timezone: string): { local: number; day: Day; minutes: number } {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone: timezone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const part = Object.fromEntries(format.formatToParts(new Date(now)).map(({ type, value }) => [type, value]));
  const { year = "1970", month = "01", day: date = "01", hour = "00", minute = "00", weekday } = part;
  return {
    local: Date.parse(`${year}-${month}-${date}T${hour}:${minute}Z`),
    day: WEEK.find((it) => it === weekday?.toLowerCase()) ?? "mon",
    minutes: Number(hour) * 60 + Number(minute),
  };
}
