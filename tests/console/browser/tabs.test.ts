import assert from "node:assert/strict";
import type { BrowserContext, Page } from "playwright-core";
import { FLEET, machine } from "../samples";
import { describeInBrowser, openPage, type Theatre } from "./browser";
import { TOKEN, type Stage } from "./stage";

const NEW = machine({ name: "new-one", id: "mi-0123456789abcdef0" });

async function openTabs(context: BrowserContext, stage: Stage, count: number): Promise<Page[]> {
  const pages: Page[] = [];
  for (let at = 0; at < count; at++) {
    const { page } = await openPage(context, `${stage.url}/#token=${TOKEN}`);
    await page.getByText("Machines (9)").waitFor();
    pages.push(page);
  }
  return pages;
}

async function showsNew(pages: readonly Page[]): Promise<void> {
  await Promise.all(pages.map((it) => it.getByRole("link", { name: "new-one" }).waitFor()));
}

/** Waits until so many streams are open, without a clock: each look goes through the browser. */
async function untilStreams(stage: Stage, count: number, [page]: readonly Page[]): Promise<void> {
  for (let looks = 0; stage.openStreams !== count; looks++) {
    assert.ok(looks < 5000, `${stage.openStreams} streams are open, not ${count}`);
    await page?.evaluate(() => new Promise(requestAnimationFrame));
  }
}

describeInBrowser("seven tabs of one browser", (theatre) => {
  it("share one event stream, and all show a change", async () => {
    const { stage, context } = theatre();
    const pages = await openTabs(await context(), stage, 7);
    assert.equal(stage.openStreams, 1);
    stage.show([...FLEET, NEW]);
    await showsNew(pages);
    assert.equal(stage.requests.filter((it) => it === "GET /api/stream").length, 1);
  });

  it("go on when the tab closes that has the stream: another takes over", async () => {
    const { stage, context } = theatre();
    const [first, ...others] = await openTabs(await context(), stage, 3);
    await first?.close();
    await untilStreams(stage, 1, others);
    stage.show([...FLEET, NEW]);
    await showsNew(others);
  });

  it("all tell that the server is gone, and all are well again at Try now in any of them", async () => {
    const { stage, context } = theatre();
    const pages = await openTabs(await context(), stage, 3);
    const port = Number(new URL(stage.url).port);
    await stage.close();
    for (const page of pages) {
      await page.getByText("The console's server is gone").waitFor();
    }
    await stage.open(port);
    await pages[2]?.getByRole("button", { name: "Try now" }).click();
    for (const page of pages) {
      await page.getByText("The console's server is gone").waitFor({ state: "detached" });
    }
    assert.equal(stage.openStreams, 1);
  });

  it("come back by themselves after the server was away", async () => {
    const { stage, context } = theatre();
    const [page] = await openTabs(await context(), stage, 1);
    stage.drop({ bye: false });
    await page?.getByText("The console's server is gone").waitFor();
    await page?.getByText("The console's server is gone").waitFor({ state: "detached" });
  });

  for (const missing of ["locks", "BroadcastChannel"] as const) {
    it(`have a stream each in a browser without ${missing}`, async () => {
      const { stage, context } = theatre();
      const pages = await openTabs(await withoutApi(context, missing), stage, 3);
      assert.equal(stage.openStreams, 3);
      stage.show([...FLEET, NEW]);
      await showsNew(pages);
    });
  }
});

async function withoutApi(context: Theatre["context"], missing: string): Promise<BrowserContext> {
  const opened = await context();
  await opened.addInitScript((name) => {
    Reflect.deleteProperty(name === "locks" ? Navigator.prototype : window, name);
  }, missing);
  return opened;
}
