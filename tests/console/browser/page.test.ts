/** The console's page in a real browser: what is seen, what can be done by keyboard alone, and what it says where something is wrong. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import type { Browser, Page } from "playwright-core";
import { TAG } from "../../../provider/ec2/tags";
import { deployed, environment, start } from "../../cli/support";
import { made, somebody } from "../../provider/world";
import { hasChromium, launched } from "./chromium";
import { type Account, accountOfFive, openConsole, type OpenConsole, opened, type Opened, URN } from "./scene";

const AXE = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

/** All that `axe` finds against WCAG 2.2 AA. */
async function findings(page: Page): Promise<string[]> {
  // In a world of the test's own: the page's policy lets no script in.
  await page.evaluate(AXE);
  const violations = await page.evaluate(async () => {
    const { axe } = globalThis as never as {
      axe: { run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
    };
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
    return (await axe.run({ runOnly: { type: "tag", values: tags } })).violations;
  });
  return violations.map((it) => `${it.id}: ${it.nodes.map((node) => node.html).join(" ")}`);
}

const rows = (page: Page): Promise<string[]> => page.locator("tbody th").allTextContents();

describe("the console's page", function () {
  this.timeout(60_000);
  let account: Account;
  let browser: Browser;
  let console: OpenConsole;
  let open: Opened;
  const consoles: OpenConsole[] = [];

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
  afterEach(async () => {
    await open.context.close();
    for (const it of consoles.splice(0)) {
      it.child.kill("SIGINT");
      await it.ended;
    }
  });

  const begin = async (options = {}): Promise<Page> => {
    console = await openConsole(account);
    consoles.push(console);
    open = await opened(browser, console, options);
    await open.page.waitForSelector("tbody th");
    return open.page;
  };
  const toMachine = async (page: Page, name: string): Promise<void> => {
    await page.getByRole("link", { name, exact: true }).click();
    await page.getByRole("heading", { name: "Commands" }).waitFor();
  };

  it("shows all machines, cleans the address bar of the token, and asks nobody but its server", async () => {
    const page = await begin();
    assert.deepEqual(await rows(page), ["batch", "cache", "db", "nat", "web"]);
    assert.equal(page.url(), `${console.url}#/`);
    assert.match(await page.locator("header.top").innerText(), /us-east-1.*not AWS/s);
    const { publicIp } = account.stacks.db?.outputs ?? {};
    assert.match(
      await page.getByRole("row", { name: /^db/ }).innerText(),
      new RegExp(`paused.*${String(publicIp)}`, "s"),
    );
    assert.deepEqual(open.complaints, []);
  });

  it("filters, sorts and keeps that in its address, so that a reload shows the same", async () => {
    const page = await begin();
    await page.keyboard.press("/");
    await page.keyboard.type("cache");
    await page.getByText("1 of 5").waitFor();
    assert.deepEqual(await rows(page), ["cache"]);
    await page.getByRole("searchbox").fill("");
    await page.getByRole("button", { name: "Name" }).click();
    assert.deepEqual(await rows(page), ["web", "nat", "db", "cache", "batch"]);
    await page.getByRole("searchbox").fill("10.0.1.");
    await page.getByRole("combobox", { name: "State" }).selectOption("paused");
    assert.deepEqual(await rows(page), ["db"]);
    assert.equal(await page.locator("th[aria-sort=descending]").innerText(), "Name▼");
    await page.reload();
    await page.waitForSelector("tbody th");
    assert.deepEqual(await rows(page), ["db"]);
    await page.getByRole("searchbox").fill("nothing is like that");
    await page.getByRole("button", { name: "Show all 5" }).click();
    assert.equal((await rows(page)).length, 5);
  });

  it("follows what becomes of a machine, with no reload", async () => {
    const page = await begin();
    const env = environment(account.server.url);
    const { code } = await start(["pause", "web", "--yes"], env).ended;
    assert.equal(code, 0);
    await page.getByRole("row", { name: /^web paused/ }).waitFor({ timeout: 30_000 });
    assert.equal((await start(["resume", "web"], env).ended).code, 0);
    await page.getByRole("row", { name: /^web running/ }).waitFor({ timeout: 30_000 });
  });

  it("shows one machine with its addresses, what is off, its events and its configuration", async () => {
    const page = await begin();
    await toMachine(page, "web");
    const { privateIp, publicIp, allocationId } = account.stacks.web?.outputs ?? {};
    const addresses = await page.getByRole("region", { name: "Addresses" }).innerText();
    for (const address of [privateIp, publicIp, allocationId]) {
      assert.ok(addresses.includes(String(address)), addresses);
    }
    await page.getByText("instanceType", { exact: true }).waitFor();
    await page.getByText(/^generation 1: m7i\.large/).waitFor();
    await page.getByRole("button", { name: "Check now" }).click();
    await page.getByText(/of the policy "operator" are there/).waitFor({ timeout: 30_000 });
    await page.getByRole("link", { name: "Machines", exact: true }).click();
    await toMachine(page, "nat");
    assert.match(await page.getByRole("alert").innerText(), /managed-instance resume mi-\w+ does it now/);
    assert.deepEqual(open.complaints, []);
  });

  it("copies an address", async () => {
    const page = await begin({ permissions: ["clipboard-read", "clipboard-write"] });
    await toMachine(page, "web");
    await page.getByRole("button", { name: /^Copy Private IP/ }).click();
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), account.stacks.web?.outputs.privateIp);
  });

  it("can be used by keyboard alone, and sets the focus to the heading of a new view", async () => {
    const page = await begin();
    await page.keyboard.press("?");
    assert.ok(await page.getByRole("dialog").isVisible());
    await page.keyboard.press("Escape");
    assert.ok(!(await page.getByRole("dialog").isVisible()));
    await page.getByRole("link", { name: "web", exact: true }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Commands" }).waitFor();
    assert.equal(await page.evaluate("document.activeElement.tagName"), "H1");
    await page.keyboard.press("g");
    await page.waitForSelector("th[aria-sort]");
    assert.match(await page.evaluate<string>("document.activeElement.textContent"), /^Machines/);
  });

  it("has nothing that `axe` finds against WCAG 2.2 AA, light and dark, wide and narrow", async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await begin({ colorScheme });
      assert.deepEqual(await findings(page), [], `the fleet, ${colorScheme}`);
      await page.setViewportSize({ width: 320, height: 700 });
      assert.deepEqual(await findings(page), [], `the fleet, narrow, ${colorScheme}`);
      await toMachine(page, "nat");
      await page.getByText(/^generation 1/).waitFor();
      assert.deepEqual(await findings(page), [], `a machine, ${colorScheme}`);
      await open.context.close();
    }
  });

  it("loses nothing at 320 pixels: only tables scroll", async () => {
    const page = await begin({ viewport: { width: 320, height: 700 } });
    const overflow = (): Promise<number> =>
      page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    assert.equal(await overflow(), 0);
    await toMachine(page, "web");
    assert.equal(await overflow(), 0);
  });

  it("shows hostile names as text, and keeps its form", async () => {
    const name = `<img src=x onerror="document.title='hacked'">\u202eevil ${"long".repeat(15)}`;
    const { simulator, url } = account.server;
    const stack = await deployed(simulator, url, { resourceUrn: URN + name });
    try {
      const page = await begin({ viewport: { width: 320, height: 700 } });
      await page.getByText('<img src=x onerror="').first().waitFor();
      assert.equal(await page.title(), "Managed instances");
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
      await page.getByText('<img src=x onerror="').first().click();
      await page.getByRole("heading", { name: "Commands" }).waitFor();
      assert.equal(await page.evaluate("document.documentElement.scrollWidth"), 320);
      assert.equal(await page.title(), "Managed instances");
      assert.deepEqual(open.complaints, []);
    } finally {
      await stack.destroy();
    }
  });

  it("shows a machine whose record cannot be read, and why", async () => {
    const { launchTemplateId } = account.stacks.batch?.outputs ?? {};
    const ec2 = somebody(account.stacks.batch ?? assert.fail());
    const resources = [String(launchTemplateId)];
    const Tags = [{ Key: TAG.market, Value: marketOf(account) }];
    await ec2.send(new CreateTagsCommand({ Resources: resources, Tags: [{ Key: TAG.market, Value: "leased" }] }));
    try {
      const page = await begin();
      await page
        .getByText(/its record cannot be read/)
        .first()
        .waitFor();
    } finally {
      await ec2.send(new CreateTagsCommand({ Resources: resources, Tags }));
    }
  });

  describe("says what is wrong, and keeps what it knows, where", () => {
    for (const [what, error, title] of [
      ["EC2 throttles", { code: "RequestLimitExceeded", status: 503 }, "EC2 throttles this account"],
      ["the credentials have expired", { code: "RequestExpired", status: 400 }, "There are no usable AWS credentials"],
      ["a right is missing", { code: "UnauthorizedOperation", status: 403 }, "A right is missing"],
      ["EC2 fails", { code: "InternalError", status: 500 }, "EC2 does not answer"],
    ] as const) {
      it(what, async () => {
        const page = await begin();
        const { faults } = account.server.simulator;
        faults.add({ action: "DescribeLaunchTemplates", error });
        try {
          await page.getByText(title, { exact: true }).waitFor({ timeout: 30_000 });
          assert.equal((await rows(page)).length, 5);
          assert.match(await page.locator(".notice").first().innerText(), /What is shown is from/);
          assert.deepEqual(await findings(page), []);
        } finally {
          faults.clear();
        }
        await page.getByText(title, { exact: true }).waitFor({ state: "detached", timeout: 30_000 });
      });
    }

    it("the console was ended", async () => {
      const page = await begin();
      console.child.kill("SIGINT");
      await page.getByText("The console was ended").waitFor();
      assert.equal((await rows(page)).length, 5);
      assert.deepEqual(await findings(page), []);
    });

    it("the console was killed: it is tried again", async () => {
      const page = await begin();
      console.child.kill("SIGKILL");
      await page.getByText("The connection to the console is lost").waitFor();
      assert.equal((await rows(page)).length, 5);
    });

    it("the browser has no session", async () => {
      await begin();
      const stranger = await browser.newContext();
      const page = await stranger.newPage();
      await page.goto(console.url);
      await page.getByText("This browser may not see the console").waitFor();
      assert.match(await page.locator("main").innerText(), /Run managed-instance console again/);
      await stranger.close();
    });

    it("the link was opened before by somebody else", async () => {
      await begin();
      const stranger = await browser.newContext();
      const page = await stranger.newPage();
      await page.goto(console.link);
      await page.getByText(/The link was used already/).waitFor();
      await stranger.close();
    });

    it("the machine is gone", async () => {
      const page = await begin();
      await page.evaluate("location.hash = '#/machines/mi-00000000000000000'");
      await page.getByText("The machine is gone").waitFor();
      assert.deepEqual(await findings(page), []);
    });
  });

  it("has one stream for all tabs, so that the seventh loads, and another tab takes over from one that is closed", async () => {
    const page = await begin();
    const tabs = [page];
    for (let count = 1; count < 7; count++) {
      const tab = await open.context.newPage();
      await tab.goto(`${console.url}#/`);
      await tab.waitForSelector("tbody th");
      tabs.push(tab);
    }
    const env = environment(account.server.url);
    await page.close();
    assert.equal((await start(["pause", "web", "--yes"], env).ended).code, 0);
    for (const tab of tabs.slice(1)) {
      await tab.getByRole("row", { name: /^web paused/ }).waitFor({ timeout: 30_000 });
    }
    assert.equal((await start(["resume", "web"], env).ended).code, 0);
  });
});

/** The tag of the market of `batch`. */
function marketOf({ stacks: { batch = assert.fail() } }: Account): string {
  const template = made(batch).templates.find((it) => it.launchTemplateId === batch.outputs.launchTemplateId);
  return template?.tags[TAG.market] ?? assert.fail();
}
