// The licences of the packages that are in a bundle.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

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

/** Each text once, after the packages that it is of. @param metafile esbuild's */
export function licencesOf(metafile) {
  const inputs = Object.values(metafile.outputs).flatMap((it) => Object.entries(it.inputs));
  const inBundle = inputs.filter(([, it]) => it.bytesInOutput > 0);
  const directories = new Set(inBundle.map(([path]) => packageOf(path)).filter((it) => it !== undefined));
  const headings = new Map();
  for (const { heading, text } of [...directories].sort().map(noticeOf)) {
    headings.set(text, [...(headings.get(text) ?? []), heading]);
  }
  return [...headings].map(([text, of]) => `${of.join("\n")}\n\n${text}\n`).join(`\n${"-".repeat(80)}\n\n`);
}
