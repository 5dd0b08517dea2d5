/** The page on the server that users have: `managed-instance console` as a process of its own, over the simulator. */
import assert from "node:assert/strict";
import type { Page } from "playwright-core";
import { type RunningServer, startServer } from "../../../local/ec2";
import { deployed, environment, type Process, start, TIME_SCALE } from "../../cli/support";
import { describeInBrowser, holdAccessible, openPage } from "./browser";

interface Running extends Process {
  /** The one-time URL that it printed. */
  url: string;
}

async function startConsole(endpoint: string): Promise<Running> {
  const process = start(["console", "--no-open"], environment(endpoint));
  let printed = "";
  const url = await new Promise<string>((resolve, reject) => {
    process.child.stdout?.on("data", (chunk: Buffer) => {
      printed += chunk.toString();
      const [found] = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]+/.exec(printed) ?? [];
      if (found !== undefined) {
        resolve(found);
      }
    });
    void process.ended.then(({ err }) => {
      reject(new Error(`ended before it printed a URL: ${printed}${err.join("\n")}`));
    });
  });
  return { ...process, url };
}

describeInBrowser("the page on `managed-instance console`", (theatre) => {
  let ec2: RunningServer;
  let running: Running;

  before(async () => {
    ec2 = await startServer({ port: 0, timeScale: TIME_SCALE });
    await deployed(ec2.simulator, ec2.url, { elasticIp: true });
  });
  after(() => ec2.close());
  beforeEach(async () => {
    running = await startConsole(ec2.url);
  });
  afterEach(async () => {
    running.child.kill("SIGKILL");
    await running.ended;
  });

  const open = async (): Promise<{ page: Page; complaints: string[] }> =>
    openPage(await theatre().context(), running.url, { isFrozen: false });

  it("shows a machine with its addresses, things, configuration and checks, without a complaint of the page's policy", async () => {
    const { page, complaints } = await open();
    await page.getByText("Machines (1)").waitFor();
    await page.getByText("Simulator").waitFor();
    await holdAccessible(page);
    await page.getByRole("link", { name: "web" }).click();
    for (const words of ["Copy Private IP", "Copy Public IP", "Copy network interface", "Copy Elastic IP"]) {
      await page.getByRole("button", { name: words }).first().waitFor();
    }
    await page.getByRole("rowheader", { name: "subnetId" }).waitFor();
    await page
      .getByText(/generation 1/)
      .first()
      .waitFor();
    await page.getByRole("button", { name: "Run the checks" }).click();
    await page.getByRole("button", { name: "Run again" }).waitFor();
    await page.locator(".check").first().waitFor();
    await holdAccessible(page);
    assert.deepEqual(complaints, []);
  });

  it("opens a second tab without the URL, since the browser has the session, and no browser without it", async () => {
    const { page } = await open();
    await page.getByText("Machines (1)").waitFor();
    const { origin } = new URL(running.url);
    const { page: second } = await openPage(page.context(), `${origin}/`, { isFrozen: false });
    await second.getByText("Machines (1)").waitFor();
    for (const url of [`${origin}/`, running.url]) {
      const { page: stranger } = await openPage(await theatre().context(), url, { isFrozen: false });
      await stranger.getByRole("heading", { name: "This session is over" }).waitFor();
    }
  });

  it("loads in seven tabs, which share one stream", async () => {
    const { page } = await open();
    for (let tabs = 1; tabs < 7; tabs++) {
      const { page: next } = await openPage(page.context(), `${new URL(running.url).origin}/`, { isFrozen: false });
      await next.getByText("Machines (1)").waitFor();
    }
  });

  it("follows what becomes of a machine, with no reload", async () => {
    const { page } = await open();
    const env = environment(ec2.url);
    await page.getByRole("row", { name: /web/ }).getByText("running").waitFor();
    assert.equal((await start(["pause", "web", "--yes"], env).ended).code, 0);
    await page.getByRole("row", { name: /web/ }).getByText("paused").waitFor();
    assert.equal((await start(["resume", "web"], env).ended).code, 0);
    await page.getByRole("row", { name: /web/ }).getByText("running").waitFor();
  });

  it("says what is wrong where EC2 refuses, keeps what it knows, and is well again once EC2 answers", async () => {
    const { page } = await open();
    await page.getByText("Machines (1)").waitFor();
    ec2.simulator.faults.add({ action: "DescribeLaunchTemplates", error: { code: "RequestExpired", status: 400 } });
    try {
      await page
        .getByText(/there are no usable AWS credentials/)
        .first()
        .waitFor();
      await page.getByText("Machines (1)").waitFor();
    } finally {
      ec2.simulator.faults.clear();
    }
    await page
      .getByText(/there are no usable AWS credentials/)
      .first()
      .waitFor({ state: "detached" });
  });

  it("tells that the console was ended, at Ctrl-C", async () => {
    const { page } = await open();
    await page.getByText("Machines (1)").waitFor();
    running.child.kill("SIGINT");
    await page.getByText("The console was ended", { exact: true }).waitFor();
    await page.getByText("Machines (1)").waitFor();
  });
});
