/** The figures and tables of docs/reliability.md, as the tests see them. `npm run docs` writes them; the tests hold them current. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FOLDER, PAGE, type Section, withSection } from "../tests/reliability/page";

const folder = mkdtempSync(join(tmpdir(), "reliability-"));
const { status } = spawnSync(
  process.execPath,
  [
    "node_modules/mocha/bin/mocha.js",
    "--parallel",
    "--jobs",
    "2",
    "--reporter",
    "dot",
    "tests/reliability/**/*.test.ts",
  ],
  {
    cwd: join(__dirname, ".."),
    env: { ...process.env, [FOLDER]: folder, AWS_ENDPOINT_URL_EC2: undefined },
    stdio: ["ignore", "inherit", "inherit"],
  },
);
if (status === 0) {
  const page = readdirSync(folder).reduce(
    (text, section) => withSection(text, section as Section, readFileSync(join(folder, section), "utf8")),
    readFileSync(PAGE, "utf8"),
  );
  writeFileSync(PAGE, page);
}
rmSync(folder, { recursive: true });
process.exitCode = status ?? 1;
