/** One Chromium for all browser tests of a file, and pages of it that keep what went wrong in them. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { chromium, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from "playwright-core";
import type { AxeResults } from "axe-core";
import { NOW } from "../samples";
import { Stage, TOKEN } from "./stage";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** The same picture on every machine: one scale, one time zone, one font, nothing that moves. */
const STILL = {
  viewport: { width: 1280, height: 800 },
  deviceScaleFactor: 1,
  timezoneId: "UTC",
  locale: "en-US",
  reducedMotion: "reduce",
  colorScheme: "light",
} as const satisfies BrowserContextOptions;

/** Open pages complain of nothing but what a test expects. */
interface Opened {
  page: Page;
  /** Errors of scripts and of the page's security policy. */
  complaints: string[];
}

export interface Theatre {
  browser: Browser;
  stage: Stage;
  /** A page in a context of its own, which is closed after the test. */
  open: (hash?: string, options?: BrowserContextOptions) => Promise<Opened>;
  context: (options?: BrowserContextOptions) => Promise<BrowserContext>;
}

/**
 * Declares a suite in which `theatre` gives a browser, and a stage that is new for each test. Where there is no Chromium the suite
 * is skipped aloud, unless CHROMIUM_REQUIRED is set.
 */
export function describeInBrowser(title: string, declare: (theatre: () => Theatre) => void): void {
  if (!existsSync(CHROMIUM) && (process.env.CHROMIUM_REQUIRED ?? "") === "") {
    describe.skip(`${title} (skipped: there is no ${CHROMIUM}; CHROMIUM_REQUIRED=1 makes that a failure)`, () => {
      declare(() => {
        throw new Error("skipped");
      });
    });
    return;
  }
  describe(title, function () {
    this.timeout(30_000);
    let browser: Browser;
    let stage: Stage;
    let contexts: BrowserContext[] = [];
    const context = async (options: BrowserContextOptions = {}): Promise<BrowserContext> => {
      const opened = await browser.newContext({ ...STILL, ...options });
      contexts.push(opened);
      return opened;
    };
    const theatre = (): Theatre => ({
      browser,
      stage,
      context,
      open: async (hash = `#token=${TOKEN}`, options = {}) => openPage(await context(options), `${stage.url}/${hash}`),
    });
    before(async () => {
      browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    });
    after(async () => {
      await browser.close();
    });
    beforeEach(async () => {
      stage = await new Stage().open();
    });
    afterEach(async () => {
      await Promise.all(contexts.map((it) => it.close()));
      contexts = [];
      await stage.close();
    });
    declare(theatre);
  });
}

/**
 * @param url with the hash of a view, or with the token of a new session
 * @param options `isFrozen`: the page's clock stands at the time of the samples
 */
export async function openPage(
  context: BrowserContext,
  url: string,
  { isFrozen } = { isFrozen: true },
): Promise<Opened> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("console", (message) => {
    // Replies with an error status are logged by the browser itself.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) {
      complaints.push(message.text());
    }
  });
  if (isFrozen) {
    await page.clock.setFixedTime(new Date(NOW));
  }
  await page.goto(url);
  return { page, complaints };
}

/** Holds that axe finds nothing, and that nothing is wider than the window. */
export async function holdAccessible(page: Page): Promise<void> {
  // In the page's own world, but not by a script element: the policy would refuse that.
  if (!(await page.evaluate<boolean>("'axe' in window"))) {
    await page.evaluate(AXE);
  }
  const { violations } = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  assert.deepEqual(
    violations.flatMap((it) =>
      it.nodes.map((node) => `${it.id}: ${node.html.slice(0, 200)}; ${node.failureSummary ?? ""}`),
    ),
    [],
  );
  const { scrollWidth, clientWidth } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    return { scrollWidth, clientWidth };
  });
  assert.ok(scrollWidth <= clientWidth, `the page is ${scrollWidth} px wide in a window of ${clientWidth} px`);
}
