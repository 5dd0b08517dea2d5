/** `npm run release:check`: whether this tree may be published as the version that it says it is (docs/releasing.md). */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as find from "./release-findings";

const ROOT = join(__dirname, "..");
const TYPESCRIPT = ["-r", "ts-node/register/transpile-only"];

interface Ran {
  ok: boolean;
  stdout: string;
  output: string;
}

function run(command: string, ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return { ok: status === 0, stdout, output: `${stdout}${stderr}`.trim() };
}

const node = (...args: string[]): Ran => run(process.execPath, ...args);
const read = (path: string): string => readFileSync(join(ROOT, path), "utf8");
const lines = (text: string): string[] => text.split("\n").filter((it) => it !== "");
const said = ({ ok, output }: Ran): string[] => (ok ? [] : [output]);

const manifest = JSON.parse(read("package.json")) as find.Manifest;

function packed(): string[] {
  const { stdout } = run("npm", "pack", "--dry-run", "--json", "--ignore-scripts");
  const report = JSON.parse(stdout) as Record<string, { files: { path: string }[] }>;
  return Object.values(report)[0]?.files.map((it) => it.path) ?? [];
}

interface Outcome {
  findings: string[];
  /** Why it is not known whether there are any. */
  why?: string;
}

const CHECKS: readonly [what: string, check: () => string[] | Outcome][] = [
  ["nothing in the tree is uncommitted", () => lines(run("git", "status", "--porcelain").stdout)],
  ["the changelog has the version", () => find.versionFindings(manifest, read("CHANGELOG.md"))],
  ["the packaging can be proven", () => find.packagingFindings(manifest)],
  [
    "the dependencies are few and pinned",
    () => [
      ...find.lockFindings(manifest, JSON.parse(read("package-lock.json")) as find.Lockfile),
      ...said(run("npm", "ci", "--dry-run", "--ignore-scripts")),
    ],
  ],
  [
    "no dependency is known to be vulnerable",
    () => find.auditFindings(run("npm", "audit", "--omit=dev", "--json").stdout),
  ],
  [
    "the package holds what it should",
    () => [
      ...said(node("node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json")),
      ...said(node("scripts/bundle.mjs")),
      ...find.packFindings(packed(), lines(run("git", "ls-files").stdout)),
    ],
  ],
  [
    "the states that the version leaves behind are kept",
    () => said(node(...TYPESCRIPT, "scripts/state-fixtures.ts", "--check")),
  ],
];

function told(what: string, { findings, why }: Outcome): string {
  if (findings.length > 0) {
    return [`FAILED: ${what}`, ...findings.map((it) => `  ${it}`)].join("\n");
  }
  return why === undefined ? `ok: ${what}` : `not known: ${what} (${why})`;
}

let failed = 0;
for (const [what, check] of CHECKS) {
  const found = check();
  const outcome = Array.isArray(found) ? { findings: found } : found;
  failed += outcome.findings.length > 0 ? 1 : 0;
  process.stdout.write(`${told(what, outcome)}\n`);
}
process.stdout.write(`${CHECKS.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
