// Bundles the controller's function and the console's page into files that need nothing else, and beside them the licences of what is in them.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { licencesIn } from "./licences.mjs";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Writes a file only if its content changed: who deploys it would see a change. */
function write(path, content) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== content) {
    writeFileSync(path, content);
  }
}

const COMMON = {
  absWorkingDir: ROOT,
  bundle: true,
  minifyWhitespace: true,
  minifySyntax: true,
  charset: "utf8",
  metafile: true,
  write: false,
  logLevel: "warning",
};

async function bundle(folder, options) {
  const { outputFiles, metafile } = await build({ ...COMMON, outdir: folder, ...options });
  mkdirSync(join(ROOT, folder), { recursive: true });
  for (const { path, text } of outputFiles) {
    write(path, text);
  }
  write(join(ROOT, folder, "LICENSES.txt"), licencesIn(metafile));
  return metafile;
}

const lambda = await bundle("dist/controller/lambda", {
  entryPoints: ["controller/lambda/index.ts"],
  platform: "node",
  target: "node22",
  // Not ESM: parts of the AWS SDK require Node's own modules as they go, which a bundle of ESM cannot.
  format: "cjs",
  // ES modules can be tree-shaken: the SDK has a command for each of EC2's some 700 actions.
  mainFields: ["module", "main"],
  // Names stay, so that a stack in the log can be read: there is no source map.
  keepNames: false,
  legalComments: "eof",
});
await bundle("dist/console", {
  entryPoints: ["console/main.tsx"],
  entryNames: "app",
  platform: "browser",
  target: ["chrome120", "firefox120", "safari17"],
  format: "iife",
  minifyIdentifiers: true,
  legalComments: "none",
  tsconfig: "console/tsconfig.json",
});
for (const file of ["index.html", "icon.svg"]) {
  write(join(ROOT, "dist/console", file), readFileSync(join(ROOT, "console", file), "utf8"));
}
if (process.argv.includes("--analyze")) {
  const { inputs } = Object.values(lambda.outputs)[0];
  const largest = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  for (const [path, { bytesInOutput }] of largest.slice(0, 25)) {
    console.log(`${String(bytesInOutput).padStart(9)} ${path}`);
  }
}
