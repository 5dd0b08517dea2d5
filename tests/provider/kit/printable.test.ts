import assert from "node:assert/strict";
import { printable, printableJson } from "../../../provider/kit/printable";

/** A new line, a terminal's escape, another direction of writing, a zero-width space, and half of a character. */
const HOSTILE = "a\n\u001b[2J\u202eb\u200b\ud800";

describe("printable text", () => {
  it("has in words what a terminal takes for a command or does not show", () => {
    assert.equal(printable(HOSTILE), "a\\n\\u001b[2J\\u202eb\\u200b\\ud800");
    assert.equal(printable("größe 🙂"), "größe 🙂");
  });

  it("is still the same JSON where it was JSON", () => {
    const content = { [HOSTILE]: HOSTILE, tag: "\u{e0001}" };
    const line = printableJson(JSON.stringify(content));
    assert.match(line, /^[\x20-\x7e]+$/);
    assert.deepEqual(JSON.parse(line), content);
  });
});
