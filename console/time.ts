/** Times as people say them. (pure) */

const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["min", 60],
  ["s", 1],
] as const;

/** A length of time in its two largest units. */
export function lengthText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const first = UNITS.findIndex(([, size]) => seconds >= size);
  if (first < 0) {
    return "0 s";
  }
  const [unit, size] = UNITS[first] ?? UNITS[3];
  const next = UNITS[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[1]);
  const more = next === undefined || rest === 0 ? "" : ` ${rest} ${next[0]}`;
  return `${Math.floor(seconds / size)} ${unit}${more}`;
}

/** How far a time is from now. */
export function relativeText(at: string, now: number): string {
  const ms = now - Date.parse(at);
  return Number.isNaN(ms) ? at : ms >= 0 ? `${lengthText(ms)} ago` : `in ${lengthText(-ms)}`;
}

/** The exact time, in UTC as all of AWS has it. */
export function exactText(at: string): string {
  return at.replace("T", " ").replace(/(\.\d+)?Z$/, " UTC");
}
