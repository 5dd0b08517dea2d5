/** Makes a text safe for a line of a terminal, whoever wrote it: a program, EC2, or somebody with rights in the account. (pure) */

/** Characters that a terminal takes for a new line, a command or another direction of writing, or does not show at all. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** The character escaped as in JSON, or as in JavaScript where JSON has no escape for it. */
function escaped(character: string): string {
  const json = JSON.stringify(character).slice(1, -1);
  if (json !== character) {
    return json;
  }
  const code = (character.codePointAt(0) ?? 0).toString(16);
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, "0")}`;
}

/** The text on one line, with nothing in it that a reader does not see. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, escaped);
}

/** The JSON with such characters escaped, so that it stays the same JSON. */
export function printableJson(json: string): string {
  return json.replace(UNPRINTABLE, (character) =>
    character
      .split("")
      .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}
