/** docs/performance.md and its pictures, from the kept results: `npm run bench -- --render` writes them, a test holds them. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawn } from "./pictures";
import { GOALS_HEAD, goalRows } from "./print";
import { type Finding, keptFindings, type Optimization, optimizations } from "./results";
import { SECTIONS } from "./sections";
import type { Picture, Table } from "./section";

const DOCS = join(__dirname, "..", "docs");
export const PAGE = join(DOCS, "performance.md");
export const PICTURES = join(DOCS, "performance");

/** In a table's cell a bar would begin the next one. */
const cell = (text: string): string => text.replaceAll("|", "\\|");

function table(head: string[], rows: string[][]): string {
  return [head, head.map(() => "---"), ...rows].map((it) => `| ${it.map(cell).join(" | ")} |`).join("\n");
}

function list(lines: string[]): string {
  return lines.map((it) => `- ${it}`).join("\n");
}

function paragraphs(parts: string[]): string {
  return parts.filter((it) => it !== "").join("\n\n");
}

function tableText({ title, head, rows, notes = [] }: Table): string {
  return paragraphs([`**${title}**`, table(head, rows), list(notes)]);
}

function pictureText({ name, title }: Picture): string {
  return `![${title}](performance/${name}.svg)`;
}

function sectionText({ title, measured, tables, pictures }: Finding): string {
  const { date, node, cores, seconds } = measured;
  const circumstances = `Measured on ${date} with Node ${node} on ${cores} cores, in ${seconds} s.`;
  return paragraphs([`## ${title}`, circumstances, ...pictures.map(pictureText), ...tables.map(tableText)]);
}

function optimizationTable(all: readonly Optimization[]): string {
  return table(
    ["change", "measured", "before", "after"],
    all.map((it) => [it.what, it.measure, it.before, it.after]),
  );
}

/** The page with all that is in it by measurement. */
export function withFindings(page: string, findings: readonly Finding[], all: readonly Optimization[]): string {
  return Object.entries({
    felt: list(findings.flatMap((it) => it.felt ?? [])),
    goals: table(GOALS_HEAD, goalRows(findings)),
    sections: paragraphs(findings.map(sectionText)),
    optimizations: optimizationTable(all),
  }).reduce((text, [name, content]) => {
    const [begin, end] = [`<!-- ${name}: written by npm run bench -->`, `<!-- end of ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) {
      throw new Error(`docs/performance.md has no place for ${name}: "${begin}" and "${end}"`);
    }
    return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
  }, page);
}

export interface Rendered {
  page: string;
  /** By name of the file. */
  pictures: ReadonlyMap<string, string>;
}

export async function rendered(page: string): Promise<Rendered> {
  const findings = keptFindings(SECTIONS);
  const pictures = new Map<string, string>();
  for (const picture of findings.flatMap((it) => it.pictures)) {
    pictures.set(`${picture.name}.svg`, await drawn(picture));
  }
  return { page: withFindings(page, findings, optimizations()), pictures };
}

export async function render(): Promise<void> {
  const { page, pictures } = await rendered(readFileSync(PAGE, "utf8"));
  writeFileSync(PAGE, page);
  mkdirSync(PICTURES, { recursive: true });
  for (const name of readdirSync(PICTURES).filter((it) => !pictures.has(it))) {
    rmSync(join(PICTURES, name));
  }
  for (const [name, svg] of pictures) {
    writeFileSync(join(PICTURES, name), svg);
  }
}
