/** The function's log: one JSON object a line, as CloudWatch Logs Insights reads them. (pure but for the one print) */
import { printableJson } from "../../provider/kit/printable";

export type Level = "info" | "warn" | "error";

export interface Log {
  line: (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** Writes a line that is JSON already. */
  raw: (json: string) => void;
}

/** A log that bypasses the runtime's console, which puts words of its own before each line, so that CloudWatch finds no metrics in it. */
export function logTo(print: (line: string) => void, now: () => number): Log {
  return {
    line: (level, message, fields = {}) => {
      // Text that names and EC2's own words bring along cannot pretend to be another line.
      print(printableJson(JSON.stringify({ level, time: new Date(now()).toISOString(), message, ...fields })));
    },
    raw: print,
  };
}
