/** docs/reliability.md says what the tests saw: `npm run docs` runs them and writes it, and they hold it to what they see. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const PAGE = join(__dirname, "..", "..", "docs", "reliability.md");
/** The folder in which `npm run docs` expects the sections. */
export const FOLDER = "RELIABILITY_SECTIONS";

export type Section = "crashes" | "faults" | "histories" | "meetings";
/** By what was counted. */
type Figures = Readonly<Record<string, number>>;

const beginOf = (section: Section): string => `<!-- ${section}: written by npm run docs -->\n`;
const END = "\n<!-- end -->";

function bounds(page: string, section: Section): [from: number, to: number] {
  const from = page.indexOf(beginOf(section)) + beginOf(section).length;
  const to = page.indexOf(END, from);
  assert.ok(page.includes(beginOf(section)) && to >= from, `docs/reliability.md has a section ${section}`);
  return [from, to];
}

export function withSection(page: string, section: Section, text: string): string {
  const [from, to] = bounds(page, section);
  return `${page.slice(0, from)}\n${text}\n${page.slice(to)}`;
}

function sentenceOf(figures: Figures): string {
  const counted = Object.entries(figures).map(([what, number]) => `${number} ${what}`);
  return `Tried in every \`npm test\`: ${counted.join(", ")}.`;
}

/** The page says `text` as it is, and of the figures no more than what was counted. */
export function isOnPage(section: Section, figures: Figures, text = ""): void {
  const folder = process.env[FOLDER];
  if (folder !== undefined) {
    writeFileSync(join(folder, section), [sentenceOf(figures), text].filter((it) => it !== "").join("\n\n"));
    return;
  }
  const page = readFileSync(PAGE, "utf8");
  const written = page.slice(...bounds(page, section));
  for (const [what, number] of Object.entries(figures)) {
    const [, said] = new RegExp(`(\\d+) ${what}\\b`).exec(written) ?? [];
    assert.ok(said !== undefined, `docs/reliability.md says how many ${what} were tried: npm run docs writes it`);
    assert.ok(Number(said) <= number, `docs/reliability.md says ${said} ${what}, and ${number} were tried`);
  }
  assert.equal(written.split("\n").slice(3, -1).join("\n"), text, "npm run docs writes it");
}
