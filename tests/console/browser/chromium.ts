/** Debian's Chromium, driven by Playwright. Where it is missing the tests of the page are skipped, and say so aloud. */
import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const PATH = process.env.CHROMIUM_PATH ?? "/usr/bin/chromium";

/** `.ci/run` sets it: there a missing browser is a failure, and no test is skipped. */
const IS_REQUIRED = process.env.CHROMIUM_REQUIRED === "1";

/** Chromium asks for Google's hosts by itself, unless it is told not to. */
const ARGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--font-render-hinting=none",
];

export function hasChromium(): boolean {
  const isThere = existsSync(PATH);
  if (!isThere && !IS_REQUIRED) {
    process.stdout.write(`\n  SKIPPED: the page is not tested, there is no ${PATH}; CHROMIUM_PATH names another\n`);
  }
  return isThere || IS_REQUIRED;
}

export function launched(): Promise<Browser> {
  return chromium.launch({ executablePath: PATH, args: ARGS });
}
