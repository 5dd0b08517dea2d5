import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { FLEET, machine } from "../samples";
import { describeInBrowser, holdAccessible } from "./browser";
import { TOKEN } from "./stage";

const names = (page: Page): Promise<string[]> => page.locator(".fleet tbody th a").allInnerTexts();
const focused = (page: Page): Promise<string> => page.evaluate(() => document.activeElement?.textContent ?? "");
const hash = (page: Page): string => new URL(page.url()).hash;

describeInBrowser("the page, in use,", (theatre) => {
  const ready = async (at = `#token=${TOKEN}`, options = {}): Promise<Page> => {
    const { page } = await theatre().open(at, options);
    await page.locator("h1").waitFor();
    return page;
  };

  it("takes the token out of the address bar and out of the history", async () => {
    const page = await ready();
    await page.getByText("Machines (9)").waitFor();
    assert.equal(hash(page), "#/");
    await page.goBack();
    assert.equal(page.url(), "about:blank");
  });

  it("opens with a token that was used already where the browser has the session", async () => {
    const page = await ready("#token=used");
    await page.getByText("Machines (9)").waitFor();
  });

  it("filters by text and state, keeps both in the address, and finds them again after a reload", async () => {
    const page = await ready();
    await page.getByRole("searchbox").fill("10.0.1");
    await page.getByRole("button", { name: "running 3" }).click();
    assert.deepEqual(await names(page), ["billing", "db", "vpn"]);
    assert.equal(hash(page), "#/?q=10.0.1&state=running");
    await page.reload();
    await page.getByText("(3 of 9)").waitFor();
    assert.equal(await page.getByRole("button", { name: "running 3" }).getAttribute("aria-pressed"), "true");
  });

  it("sorts by a column's head, says so to assistive technology, and turns the order at the second press", async () => {
    const page = await ready();
    const head = page.getByRole("columnheader", { name: "State" });
    await head.getByRole("button").click();
    assert.deepEqual((await names(page)).slice(0, 3), ["legacy-erp", "queue", "nat-b"]);
    assert.equal(await head.getAttribute("aria-sort"), "ascending");
    await head.getByRole("button").click();
    assert.equal(await head.getAttribute("aria-sort"), "descending");
    assert.equal((await names(page)).at(-1), "legacy-erp");
  });

  it("keeps the choice of columns over a reload, and forgets it without harm where the browser refuses to keep it", async () => {
    const page = await ready();
    await page.getByRole("button", { name: "Columns" }).click();
    await holdAccessible(page);
    await page.getByRole("checkbox", { name: "Drift" }).uncheck();
    await page.getByRole("checkbox", { name: "IPv6" }).check();
    await page.keyboard.press("Escape");
    await page.reload();
    await page.getByRole("columnheader", { name: "IPv6" }).waitFor();
    assert.equal(await page.getByRole("columnheader", { name: "Drift" }).count(), 0);

    const context = await theatre().context();
    await context.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new DOMException("refused", "SecurityError");
        },
      });
    });
    const refused = await context.newPage();
    await refused.goto(`${theatre().stage.url}/#/`);
    await refused.getByRole("button", { name: "Columns" }).click();
    await refused.getByRole("checkbox", { name: "Drift" }).uncheck();
    await refused.keyboard.press("Escape");
    assert.equal(await refused.getByRole("columnheader", { name: "Drift" }).count(), 0);
  });

  it("exports the filtered rows, as CSV and as JSON", async () => {
    const page = await ready("#/?q=nat-");
    for (const [name, expected] of [
      ["CSV", /^Name,State,[^]*\r\nnat-a,running,[^]*\r\nnat-b,pending,[^]*\r\n$/],
      ["JSON", /"name": "nat-a"[^]*"name": "nat-b"/],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("button", { name: `Export ${name}` }).click(),
      ]);
      assert.equal(download.suggestedFilename(), `managed-instances.${name.toLowerCase()}`);
      const text = readFileSync(await download.path(), "utf8");
      assert.match(text, expected);
      assert.ok(!text.includes("billing"));
    }
  });

  it("shows a hundred of a thousand machines a page, and the last page without a way on", async () => {
    const many = Array.from({ length: 1000 }, (_, at) =>
      machine({ name: `m${at}`, id: `mi-${String(at).padStart(17, "0")}` }),
    );
    theatre().stage.show(many);
    const page = await ready("#/?page=10");
    await page.getByText("901–1000 of 1,000 machines").waitFor();
    assert.equal((await names(page)).length, 100);
    assert.ok(await page.getByRole("button", { name: "Next page" }).isDisabled());
    await page.getByRole("button", { name: "Page before" }).click();
    await page.getByText("801–900 of 1,000 machines").waitFor();
  });

  it("is used by keyboard alone: filter, machine, copy, doctor and back, with the focus on each view's heading", async () => {
    const page = await ready(undefined, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByText("Machines (9)").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("replica");
    assert.deepEqual(await names(page), ["db-replica"]);
    await tabTo(page, "db-replica");
    await page.keyboard.press("Enter");
    await page.getByText("Drift: not as it is on record").waitFor();
    assert.equal(await focused(page), "db-replica");
    await tabTo(page, "Copy Private IP 10.0.2.41");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Copied Private IP 10.0.2.41.").waitFor({ state: "attached" });
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), "10.0.2.41");
    await tabTo(page, "Run the checks");
    await page.keyboard.press("Space");
    await page.getByText("Nothing is wrong.").first().waitFor();
    assert.equal(await focused(page), "Run again");
    await page.goBack();
    await page.getByText("Machines (1 of 9)").waitFor();
    assert.match(await focused(page), /^Machines/);
  });

  it("keeps the focus on a machine's heading while what was loading comes in, and takes it from nothing at the first view", async () => {
    const { stage } = theatre();
    const path = `/api/machines/${FLEET[0]?.id ?? ""}`;
    stage.show([], { at: null });
    stage.silent.add(path);
    const page = await ready();
    await page.evaluate((it) => (location.hash = it), `#/machines/${FLEET[0]?.id ?? ""}`);
    await page.getByText("Asking EC2 for the machine…").waitFor();
    assert.match(await focused(page), /^mi-/);
    stage.show(FLEET);
    await page.getByText("10.0.1.183").first().waitFor();
    assert.equal(await focused(page), "db");
    await page.reload();
    await page.getByText("10.0.1.183").first().waitFor();
    assert.equal(await page.evaluate(() => document.activeElement === document.body), true);
  });

  it("opens the dialog of keys at ?, gives the focus back at Escape, and leaves single keys alone once they are turned off", async () => {
    const page = await ready();
    await page.getByText("Machines (9)").waitFor();
    await page.keyboard.press("/");
    await page.keyboard.press("?");
    assert.equal(await page.getByRole("searchbox").inputValue(), "?");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Export CSV" }).focus();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keys" }).waitFor();
    await holdAccessible(page);
    await page.getByRole("checkbox").uncheck();
    await page.keyboard.press("Escape");
    assert.equal(await focused(page), "Export CSV");
    await page.keyboard.press("?");
    await page.keyboard.press("/");
    assert.equal(await page.getByRole("dialog").count(), 0);
    assert.equal(await focused(page), "Export CSV");
  });

  it("shows a change at once, and speaks of it", async () => {
    const page = await ready();
    await page.getByText("Machines (9)").waitFor();
    theatre().stage.show(
      FLEET.map((it) => (it.name === "vpn" ? { ...it, state: "failed", reason: "no capacity" } : it)),
    );
    await page.getByText("no capacity").waitFor();
    await page.getByRole("status").getByText("vpn is failed.").waitFor({ state: "attached" });
  });

  it("tells that it shows a simulator, and of the account what is known", async () => {
    theatre().stage.session = {
      ...theatre().stage.session,
      account: "",
      whyNoAccount: "the package is not installed",
      endpoint: "http://127.0.0.1:4599",
      isSimulator: true,
    };
    const page = await ready();
    await page.getByText("Simulator").waitFor();
    await page.getByText("http://127.0.0.1:4599").waitFor();
    assert.equal(await page.getByText("not known").locator("..").getAttribute("title"), "the package is not installed");
  });
});

/** Presses Tab until the control of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const now = await page.evaluate(() => {
      const it = document.activeElement;
      return it?.getAttribute("aria-label") ?? it?.textContent ?? "";
    });
    if (now === name) {
      return;
    }
  }
  assert.fail(`Tab does not lead to ${name}`);
}
