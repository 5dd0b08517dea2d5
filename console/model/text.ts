/** Text that others wrote, such as names, tags and reasons, made safe to show. (pure) */
import { printable } from "../../provider/kit/printable";

export { printable };

export interface Shown {
  /** On one line, with control characters and direction marks escaped, and cut where it is too long. */
  text: string;
  /** The whole text where `text` is cut; else empty. */
  whole: string;
}

/** Most characters of a text that is shown where there is little room. */
export const SHORT = 80;
/** Most characters of a sentence, such as a reason. */
export const SENTENCE = 400;

/** @param most the number of characters after which the text is cut */
export function shown(text: string, most: number): Shown {
  // Escapes make a text longer at most; a long one is cut first, so that 10 kB cost no time in a table of 100 rows.
  const head = Array.from(text.slice(0, 2 * most + 2));
  if (head.length <= most) {
    return { text: printable(text), whole: "" };
  }
  return { text: `${printable(head.slice(0, most - 1).join(""))}…`, whole: printable(text) };
}
