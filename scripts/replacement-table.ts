/** The table in docs/replacement.md, from the code that decides. `npm run docs` writes it; a test holds it current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LaunchPart } from "../provider/engine/record/specification";
import type { Lifecycle } from "../provider/model/things";
import type { Strategy } from "../provider/model/desired";
import { pathOf } from "../provider/engine/situation/strategy";
import { markdownTable, withPart } from "./page";

const FILE = join(__dirname, "..", "docs", "replacement.md");
const STRATEGIES: Strategy[] = ["terminate-first", "root-volume", "stop-start", "overlap", "auto"];

const CHANGES: [what: string, parts: LaunchPart[], moves: boolean][] = [
  ["`imageId` alone", ["imageId"], false],
  ["`instanceType` alone", ["instanceType"], false],
  ["`userData` alone", ["userData"], false],
  ["`instanceType` and `userData`", ["instanceType", "userData"], false],
  ["`imageId` and `instanceType`", ["imageId", "instanceType"], false],
  ["any other input of class I, alone or with these", ["other"], false],
  ["a recycle", ["other"], false],
  ["an input of class N", [], true],
];

const INSTANCES: [what: string, runsAs: Lifecycle, isRunning: boolean][] = [
  ["on-demand and running", "on-demand", true],
  ["on-demand and stopped", "on-demand", false],
  ["spot", "spot", true],
];

function replacementTable(): string {
  return INSTANCES.map(([what, runsAs, isRunning]) => {
    const rows = CHANGES.map(([change, parts, moves]) => [
      change,
      ...STRATEGIES.map((strategy) => pathOf({ strategy, parts, moves, isRunning, runsAs, wantedAs: runsAs })),
    ]);
    const head = ["change", ...STRATEGIES.map((it) => `\`${it}\``)];
    return `An instance that is ${what}:\n\n${markdownTable(head, rows)}`;
  }).join("\n\n");
}

/** The page with its tables as the code would have them. */
export function withReplacementTable(page: string): string {
  return withPart(page, "paths", replacementTable());
}

if (require.main === module) {
  writeFileSync(FILE, withReplacementTable(readFileSync(FILE, "utf8")));
}
