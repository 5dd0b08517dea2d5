// Makes a fresh clone ready: dependencies from the lockfile, then the build. What is up to date is left alone.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

process.chdir(fileURLToPath(new URL("..", import.meta.url)));
const quiet = process.argv.includes("--quiet");
const STAMP = "node_modules/.setup-stamp";

function run(what, command, args) {
  if (!quiet) {
    console.log(`${what} …`);
  }
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: "utf8" });
  if (status !== 0) {
    console.error(`${what} failed:\n${stdout ?? ""}${stderr ?? ""}`);
    process.exit(1);
  }
}

const wanted = createHash("sha256").update(readFileSync("package-lock.json")).update(process.version).digest("hex");
const installed = existsSync(STAMP) ? readFileSync(STAMP, "utf8") : "";
if (installed !== wanted) {
  run("Installing dependencies", "npm", ["ci", "--no-audit", "--no-fund"]);
  writeFileSync(STAMP, wanted);
}
// Incremental: a second or so when nothing has changed.
run("Building", process.execPath, ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json"]);
run("Bundling the controller's function and the console's page", process.execPath, ["scripts/bundle.mjs"]);
