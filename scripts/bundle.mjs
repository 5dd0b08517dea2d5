// Bundles the controller's function into one file that needs nothing else, and beside it the licences of what is in it.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const OUT = join(ROOT, "dist/controller/lambda");

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

/** The package that a file of `node_modules` is of. */
function packageOf(path) {
  const [, within] = /.*node_modules\/(.*)$/.exec(path) ?? [];
  if (within === undefined) {
    return undefined;
  }
  const [scope, name] = within.split("/");
  const directory = join(
    path.slice(0, path.length - within.length),
    scope.startsWith("@") ? `${scope}/${name}` : scope,
  );
  return existsSync(join(ROOT, directory, "package.json")) ? directory : dirname(path);
}

function noticeOf(directory) {
  const { name, version, license } = JSON.parse(readFileSync(join(ROOT, directory, "package.json"), "utf8"));
  const texts = readdirSync(join(ROOT, directory))
    .filter((it) => /^(licen[cs]e|notice)(\.|$)/i.test(it))
    .map((it) => readFileSync(join(ROOT, directory, it), "utf8").trim());
  return { heading: `${name} ${version} (${license ?? "no licence named"})`, text: texts.join("\n\n") };
}

/** Each text once, after the packages that it is of. */
function licences() {
  const inBundle = Object.entries(Object.values(metafile.outputs)[0].inputs).filter(([, it]) => it.bytesInOutput > 0);
  const directories = new Set(inBundle.map(([path]) => packageOf(path)).filter((it) => it !== undefined));
  const headings = new Map();
  for (const { heading, text } of [...directories].sort().map(noticeOf)) {
    headings.set(text, [...(headings.get(text) ?? []), heading]);
  }
  return [...headings].map(([text, of]) => `${of.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}

mkdirSync(OUT, { recursive: true });
write(join(OUT, "index.js"), outputFiles[0].text);
write(join(OUT, "LICENSES.txt"), licences());
if (process.argv.includes("--analyze")) {
  const { inputs } = Object.values(metafile.outputs)[0];
  const largest = Object.entries(inputs).sort(([, a], [, b]) => b.bytesInOutput - a.bytesInOutput);
  for (const [path, { bytesInOutput }] of largest.slice(0, 25)) {
    console.log(`${String(bytesInOutput).padStart(9)} ${path}`);
  }
}
