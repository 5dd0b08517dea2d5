/** What the function says: one JSON object a line, as CloudWatch Logs Insights reads them. (pure but for the one print) */
import { printableJson } from "../../provider/kit/printable";

export type Level = "info" | "warn" | "error";

export interface Log {
  line: (level: Level, message: string, fields?: Readonly<Record<string, unknown>>) => void;
  /** A line that is JSON already. */
  raw: (json: string) => void;
}

/** Past the runtime's console, which would put words of its own before each line, and CloudWatch would find no metrics in it. */
export function logTo(print: (line: string) => void, now: () => number): Log {
  return {
    line: (level, message, fields = {}) => {
      // Text that names and EC2's own words bring along cannot pretend to be another line.
      print(printableJson(JSON.stringify({ level, time: new Date(now()).toISOString(), message, ...fields })));
    },
    raw: print,
  };
}
