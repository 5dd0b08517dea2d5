/** The files of the page, as the build has made them. What is served comes from this map, never from a path in a request. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { CommandError, EXIT } from "../exit";

export interface Asset {
  type: string;
  content: Buffer;
}

const FILES: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript; charset=utf-8"],
  "/app.css": ["app.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
};

/** Beside the built command line; beside the sources, where it runs from them. */
const FOLDERS = [join(__dirname, "../../console"), join(__dirname, "../../dist/console")];

/** @throws CommandError where the page was not built */
export function readAssets(): ReadonlyMap<string, Asset> {
  const folder = FOLDERS.find((it) => existsSync(join(it, "app.js")));
  if (folder === undefined) {
    throw new CommandError("the console's page is not there; `npm run build` makes it", EXIT.failed);
  }
  return new Map(
    Object.entries(FILES).map(([path, [file, type]]) => [path, { type, content: readFileSync(join(folder, file)) }]),
  );
}
