// Bundles the controller's function into one file that needs nothing else, and the console's page into a folder; beside each the
// licences of what is in it.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesOf } from "./licences.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "dist/controller/lambda");
const PAGE = join(ROOT, "dist/console");

/** Writes a file only if its content changed: who deploys it would see a change. */
function write(path, content) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== content) {
    writeFileSync(path, content);
  }
}

const { outputFiles, metafile } = await build({
  absWorkingDir: ROOT,
  entryPoints: ["controller/lambda/index.ts"],
  outfile: "dist/controller/lambda/index.js",
  bundle: true,
  platform: "node",
  target: "node22",
  // Not ESM: parts of the AWS SDK require Node's own modules as they go, which a bundle of ESM cannot.
  format: "cjs",
  // ES modules can be tree-shaken: the SDK has a command for each of EC2's some 700 actions.
  mainFields: ["module", "main"],
  // Names stay, so that a stack in the log can be read: there is no source map.
  minifyWhitespace: true,
  minifySyntax: true,
  keepNames: false,
  legalComments: "eof",
  charset: "utf8",
  metafile: true,
  write: false,
  logLevel: "warning",
});

mkdirSync(OUT, { recursive: true });
write(join(OUT, "index.js"), outputFiles[0].text);
write(join(OUT, "LICENSES.txt"), licencesOf(metafile));

if (process.argv.includes("--analyze")) {
  const { inputs } = Object.values(metafile.outputs)[0];
  const largest = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  for (const [path, { bytesInOutput }] of largest.slice(0, 25)) {
    console.log(`${String(bytesInOutput).padStart(9)} ${path}`);
  }
}

const page = await build({
  absWorkingDir: ROOT,
  entryPoints: ["console/app.tsx"],
  outdir: "dist/console",
  bundle: true,
  platform: "browser",
  target: ["chrome111", "firefox114", "safari16.4"],
  format: "esm",
  minify: true,
  legalComments: "none",
  charset: "utf8",
  metafile: true,
  write: false,
  logLevel: "warning",
});
mkdirSync(PAGE, { recursive: true });
for (const { path, text } of page.outputFiles) {
  write(join(PAGE, basename(path)), text);
}
for (const name of ["index.html", "icon.svg"]) {
  write(join(PAGE, name), readFileSync(join(ROOT, "console", name), "utf8"));
}
write(join(PAGE, "LICENSES.txt"), licencesOf(page.metafile));
