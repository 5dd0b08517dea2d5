/** The pictures of docs/console.md. `UPDATE_PICTURES=1` takes them anew; else the page is only held to what they show. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { hasChromium, launched } from "./chromium";
import { type Account, accountOfFive, openConsole, opened } from "./scene";

const FOLDER = join(__dirname, "../../../docs/pictures");

/** Times and the port are others each time, and would make another picture. */
async function stilled(page: Page): Promise<void> {
  await page.evaluate(`
    for (const it of document.querySelectorAll("time")) it.textContent = /^in /.test(it.textContent) ? "in 7 h" : "12 min ago";
    for (const it of document.querySelectorAll("span.brief")) it.textContent = "3 h 7 min";
    document.querySelector(".badge").textContent = "not AWS: http://127.0.0.1:4599";
  `);
}

describe("the pictures of the console", function () {
  this.timeout(60_000);
  let account: Account;
  let browser: Browser;

  before(async function () {
    if (!hasChromium()) {
      this.skip();
    }
    [account, browser] = await Promise.all([accountOfFive(), launched()]);
  });
  after(async () => {
    await (browser as Browser | undefined)?.close();
    await (account as Account | undefined)?.close();
  });

  it("are of the page as it is", async () => {
    const console = await openConsole(account);
    const { page, context } = await opened(browser, console, { timezoneId: "UTC" });
    const take = async (name: string, fullPage: boolean): Promise<void> => {
      const path = join(FOLDER, `${name}.png`);
      await stilled(page);
      if (process.env.UPDATE_PICTURES === "1") {
        await page.screenshot({ path, fullPage });
      }
      assert.ok(existsSync(path), path);
    };
    await page.waitForSelector("tbody th");
    await page.setViewportSize({ width: 1280, height: 520 });
    await take("console-fleet", false);
    await page.getByRole("link", { name: "web", exact: true }).click();
    await page.getByRole("heading", { name: "Commands" }).waitFor();
    await page.getByText(/^generation 1/).waitFor();
    await take("console-machine", true);
    await context.close();
    console.child.kill("SIGINT");
    await console.ended;
  });
});
