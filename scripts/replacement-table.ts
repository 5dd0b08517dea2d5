/** The table in docs/replacement.md, from the code that decides. `npm run docs` writes it; a test holds it current. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LaunchPart } from "../provider/engine/record/specification";
import type { Lifecycle } from "../provider/model/things";
import type { Strategy } from "../provider/model/desired";
import { pathOf } from "../provider/engine/situation/strategy";

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

export function replacementTable(): string {
  return INSTANCES.map(([what, runsAs, isRunning]) => {
    const rows = CHANGES.map(([change, parts, moves]) => {
      const paths = STRATEGIES.map((strategy) =>
        pathOf({ strategy, parts, moves, isRunning, runsAs, wantedAs: runsAs }),
      );
      return `| ${[change, ...paths].join(" | ")} |`;
    });
    const head = ["change", ...STRATEGIES.map((it) => `\`${it}\``)];
    return [
      `An instance that is ${what}:`,
      "",
      `| ${head.join(" | ")} |`,
      `|${"---|".repeat(head.length)}`,
      ...rows,
    ].join("\n");
  }).join("\n\n");
}

const [BEGIN, END] = ["<!-- written by npm run docs -->", "<!-- end -->"];

/** The page with its tables as the code would have them. */
export function withTable(page: string): string {
  const [before, after] = [page.indexOf(BEGIN) + BEGIN.length, page.indexOf(END)];
  return `${page.slice(0, before)}\n\n${replacementTable()}\n\n${page.slice(after)}`;
}

if (require.main === module) {
  writeFileSync(FILE, withTable(readFileSync(FILE, "utf8")));
}
