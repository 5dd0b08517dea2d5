#!/usr/bin/env node
/** `managed-instance`, the command line. */
import { run } from "./program";
import { processTerminal } from "./terminal";

/** Whoever reads our output may stop reading, as `head` does; that is no failure. */
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    process.exit(error.code === "EPIPE" ? 0 : 1);
  });
}

void run(process.argv.slice(2), { terminal: processTerminal() }).then((code) => {
  // A pause that was cut short leaves its timer behind; it is not waited for.
  process.stdout.write("", () => process.stderr.write("", () => process.exit(code)));
});
