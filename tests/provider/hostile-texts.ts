/** Texts that would do harm where they are printed or read back, and the look at a line that none of them got through. */
import assert from "node:assert/strict";
import { nameOf } from "../../provider/ec2/tags";
import { checkInputs } from "../../provider/inputs/inputs";
import { program, type Stack } from "./support";
import { machineOf } from "./machine";

export const HOSTILE: Readonly<Record<string, string>> = {
  "a line break": "first\nweb: i-0abc retired",
  "a carriage return": "seen\rhidden",
  "terminal commands": "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "terminal commands of one character": "\u009b31mred",
  "the Unicode line separators": "a\u2028b\u2029c\u0085d",
  "a null character": "a\u0000b",
  "the other direction of writing": "\u202eexe.txt\u2066",
  "right-to-left letters": "שלום עולם",
  "characters that are not seen": "a\u200bb\u2060c\ufeffd",
  "characters beyond 16 bits": "👩‍👩‍👧 𝒳 \u{e0041}",
  "half of a character": "a\ud800b",
  "no character": "a\uffffb",
  "a way up": "../../../etc/passwd",
  "a prototype": "__proto__",
  "a member of every object": "constructor",
  "another member of every object": "hasOwnProperty",
  "a template": "${process.env.HOME} {{7*7}} <%= 7*7 %> `id` $(id) %s%n",
  markup: "</Value></Tag>&amp;&#x41;&quot;<![CDATA[ ]]>\"'",
  wildcards: "*?\\*",
  "spaces around": "  text  ",
  "nothing but a space": " ",
  "a text that looks like base64": "IyEvYmluL3NoCg==",
  "10 MB": "k".repeat(10 * 1024 * 1024),
};

/** Characters that make more than one line, or a line that is read as another. */
const RAW = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const LONGEST = 2000;

export function isTame(text: string): void {
  assert.doesNotMatch(text, RAW, JSON.stringify(text.slice(0, LONGEST)));
  assert.ok(text.length <= LONGEST, `${text.length} characters: ${text.slice(0, LONGEST)}`);
}

export const inputAt = (path: string): string => path.replace(/^.* of /, "").replace(/[.[].*$/, "");

/** The refusals of the inputs without asking EC2; all of their text is fit to be read. */
export function refusalsOf(inputs: Record<string, unknown>, input: string): string[] {
  const { failures } = checkInputs({ ...program(), ...inputs }, "us-east-1");
  return failures.map(({ property, reason }) => {
    isTame(property);
    isTame(reason);
    assert.ok(property.includes(input), `${property}: ${reason}`);
    return reason;
  });
}

export function linesAreTame({ lines }: Stack): void {
  for (const line of lines) {
    isTame(line);
  }
}

/** It is in Pulumi's state as it was given, and in EC2 where it belongs there. */
export function isCarried(owner: Stack, inputs: Record<string, unknown>): void {
  const { template, instance, eni } = machineOf(owner);
  for (const [name, value] of Object.entries(inputs)) {
    assert.deepEqual(owner.outputs[name], value);
    assert.deepEqual(owner.recorded?.inputs[name], value);
  }
  const tags = Object.entries((inputs.tags ?? {}) as Record<string, string>);
  for (const thing of [template, instance, eni]) {
    for (const [key, value] of tags) {
      assert.equal(Object.getOwnPropertyDescriptor(thing.tags, key)?.value, value);
    }
    if (typeof inputs.resourceUrn === "string") {
      assert.equal(thing.tags.Name, nameOf(inputs.resourceUrn));
    }
  }
}
