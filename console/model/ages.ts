/** Times in words: how long ago, how old, and exactly when. (pure) */
import { SHORT, shown } from "./text";

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** A span in its two largest units: `3 d 4 h`. @param seconds below 0 counts as 0 */
export function spanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const first = UNITS.findIndex(([, size]) => whole >= size);
  const [unit, size] = UNITS[first] ?? UNITS[3];
  const next = UNITS[first + 1];
  const rest = first < 0 || next === undefined ? 0 : Math.floor((whole % size) / next[1]);
  const head = `${Math.floor(whole / size)} ${unit}`;
  return next === undefined || rest === 0 ? head : `${head} ${rest} ${next[0]}`;
}

/** A span in its largest unit: `3 d`. @param seconds below 0 counts as 0 */
export function roughSpanText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const [unit, size] = UNITS.find(([, it]) => whole >= it) ?? UNITS[3];
  return `${Math.floor(whole / size)} ${unit}`;
}

/** `12 s ago`, `in 3 h`; within two seconds `now`. Both times in milliseconds since 1970. */
export function relativeText(at: number, now: number): string {
  const seconds = (now - at) / 1000;
  if (Math.abs(seconds) < 2) {
    return "now";
  }
  return seconds > 0 ? `${roughSpanText(seconds)} ago` : `in ${roughSpanText(-seconds)}`;
}

/** `2026-11-22 12:02:31 UTC`. @param at ISO 8601; text that is no time is shown as text */
export function exactText(at: string): string {
  const time = Date.parse(at);
  return Number.isNaN(time)
    ? shown(at, SHORT).text
    : `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Milliseconds since 1970; null for null and for what is no time. */
export function timeOf(at: string | null): number | null {
  const time = at === null ? NaN : Date.parse(at);
  return Number.isNaN(time) ? null : time;
}
