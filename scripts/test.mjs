// `npm test`: format, lint, types and tests, all of them even if one fails, and one closing line.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const bin = (name) => `node_modules/${name}`;
const CACHED = ["--cache", "--cache-strategy", "content", "--cache-location", "node_modules/.cache/prettier-of-tests"];
/** @param buildInfo the compiler knows by it which files to look at again */
const types = (project, buildInfo) => [
  bin("typescript/bin/tsc"),
  "--noEmit",
  "-p",
  project,
  "--incremental",
  "--tsBuildInfoFile",
  `node_modules/.cache/${buildInfo}.tsbuildinfo`,
];
const CHECKS = [
  // The cache knows files by what they hold, and is of no use where the options or the version are others.
  ["format", bin("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", ...CACHED, "."],
  ["lint", bin("eslint/bin/eslint.js"), "."],
  ["imports", bin("dependency-cruiser/bin/dependency-cruise.mjs"), "--config", ".dependency-cruiser.cjs", "."],
  ["unused", bin("knip/bin/knip.js")],
  ["types", ...types("tsconfig.json", "types-of-tests")],
  ["types of the page", ...types("console/tsconfig.json", "types-of-page-tests")],
];

function run(args, { inherit }) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: inherit ? ["ignore", "pipe", "inherit"] : ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (chunk) => {
        output += chunk;
        if (inherit) {
          process.stdout.write(chunk);
        }
      });
    }
    child.on("close", (status) => resolve({ status, output }));
  });
}

let passed = 0;
let failed = 0;
const checks = CHECKS.map(async ([name, ...args]) => ({ name, ...(await run(args, { inherit: false })) }));
const tests = await run(
  [
    bin("mocha/bin/mocha.js"),
    "--parallel",
    "--jobs",
    "2",
    ...(process.argv.length > 2 ? process.argv.slice(2) : ["tests/**/*.test.ts"]),
  ],
  { inherit: true },
);
for (const { name, status, output } of await Promise.all(checks)) {
  console.log(`${status === 0 ? "ok" : "FAILED"}: ${name}`);
  if (status === 0) {
    passed++;
  } else {
    failed++;
    console.log(output);
  }
}
const count = (word) => Number(new RegExp(`^\\s+(\\d+) ${word}`, "m").exec(tests.output)?.[1] ?? 0);
passed += count("passing");
// A run that ended before it could count, or that ran nothing, is a failure too.
failed += count("failing") || (tests.status === 0 && count("passing") > 0 ? 0 : 1);
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
