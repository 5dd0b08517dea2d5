/** What the function says: one JSON object a line, as CloudWatch Logs Insights reads them. (pure but for the one print) */

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
      print(oneLine({ level, time: new Date(now()).toISOString(), message, ...fields }));
    },
    raw: print,
  };
}

/** JSON leaves these as they are, and a reader does not see them, or sees another order of what is around them. */
const UNSEEN = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** What names and EC2's own words bring along cannot pretend to be another line. */
function oneLine(content: object): string {
  return JSON.stringify(content).replace(UNSEEN, (character) =>
    Array.from({ length: character.length }, (_, at) => {
      const unit = character.charCodeAt(at).toString(16).padStart(4, "0");
      return `\\u${unit}`;
    }).join(""),
  );
}
