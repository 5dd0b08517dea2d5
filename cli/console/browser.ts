/** Opens the user's browser. Other users of the machine see the arguments of each process, so the link, with its token, goes by a file. */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** As long as a browser takes to start. The link itself is good for a minute. */
const KEPT_MS = 60_000;

/** Whether somebody sits in front of this machine's browser. */
export function hasBrowser(isTerminal: boolean, env = process.env): boolean {
  return isTerminal && (env.SSH_CONNECTION ?? "") === "";
}

/** @returns removes the file */
export function openBrowser(link: string, start = startBrowser): () => void {
  // The folder is its owner's alone (mkdtemp), and so is the file.
  const folder = mkdtempSync(join(tmpdir(), "managed-instance-"));
  const file = join(folder, "console.html");
  const page = `<!doctype html><meta charset="utf-8"><title>managed-instance</title><meta http-equiv="refresh" content="0;url=${link}">`;
  writeFileSync(file, page, { mode: 0o600, flag: "wx" });
  start(file);
  const remove = (): void => {
    rmSync(folder, { recursive: true, force: true });
  };
  setTimeout(remove, KEPT_MS).unref();
  return remove;
}

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", ""],
};

function startBrowser(file: string): void {
  const [command = "xdg-open", ...args] = OPENERS[process.platform] ?? [];
  const child = spawn(command, [...args, file], { stdio: "ignore", detached: true });
  // Without a browser the printed link is what there is.
  child.on("error", () => undefined);
  child.unref();
}
