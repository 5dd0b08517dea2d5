/** A simulated account with machines in several states, the console as a process, and a browser that opened its link. */
import assert from "node:assert/strict";
import { CreateTagsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { type RunningServer, startServer } from "../../../local/ec2";
import { TAG } from "../../../provider/ec2/tags";
import { replacementText } from "../../../provider/engine/record/last-replacement";
import { deployed, environment, type Process, start, TIME_SCALE } from "../../cli/support";
import type { Stack } from "../../provider/support";
import { somebody } from "../../provider/world";

export interface Account {
  server: RunningServer;
  /** By name. */
  stacks: Readonly<Record<string, Stack>>;
  close(): Promise<void>;
}

export const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::";

/** `web` runs with an Elastic IP, `db` is paused, `batch` is on spot with schedules, `cache` was given up, `nat` has lost its instance. */
export async function accountOfFive(): Promise<Account> {
  const server = await startServer({ port: 0, timeScale: TIME_SCALE });
  const { simulator, url } = server;
  const make = (name: string, inputs = {}): Promise<Stack> =>
    deployed(simulator, url, { resourceUrn: URN + name, ...inputs });
  const spot = { market: { lifecycle: "spot" }, instanceType: "m6i.large" };
  const schedules = [{ action: "pause", cron: "0 20 * * 1-5", timezone: "Europe/Berlin" }];
  const stacks = {
    web: await make("web", { elasticIp: true, secondaryPrivateIpCount: 1 }),
    db: await make("db", { desiredState: "paused", elasticIp: true }),
    batch: await make("batch", { ...spot, schedules }),
    cache: await make("cache"),
    nat: await make("nat"),
  };
  const ec2 = somebody(stacks.web);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [String(stacks.nat.outputs.instanceId)] }));
  await giveUp(stacks.cache);
  return { server, stacks, close: () => server.close() };
}

/** As a controller does it once three launches in a row came to nothing. */
async function giveUp(stack: Stack): Promise<void> {
  const { launchTemplateId, instanceId } = stack.outputs;
  const last = { reason: "status-checks", inARow: 3, tries: 0, gaveUp: true } as const;
  const text = replacementText({ ...last, at: Date.now(), instanceId: String(instanceId) });
  await somebody(stack).send(
    new CreateTagsCommand({ Resources: [String(launchTemplateId)], Tags: [{ Key: TAG.lastReplacement, Value: text }] }),
  );
}

export interface OpenConsole extends Process {
  /** The one-time link. */
  link: string;
  url: string;
}

/** `managed-instance console`, as a process. */
export async function openConsole({ server }: Account, more: Record<string, string> = {}): Promise<OpenConsole> {
  const process = start(["console", "--no-open"], environment(server.url, more));
  const line = await new Promise<string>((resolve, reject) => {
    process.child.stdout?.once("data", (it: Buffer) => {
      resolve(it.toString());
    });
    process.child.once("close", () => {
      reject(new Error("the console ended before it printed its link"));
    });
  });
  const [link = assert.fail(line)] = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}/.exec(line) ?? [];
  return { ...process, link, url: link.replace(/#.*/, "") };
}

export interface Opened {
  page: Page;
  context: BrowserContext;
  /** Whatever the page complained about, and each request that did not go to its server. */
  complaints: string[];
}

/** A browser of its own that opens the link. */
export async function opened(
  browser: Browser,
  console: OpenConsole,
  options: BrowserContextOptions = {},
): Promise<Opened> {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: "reduce",
    ...options,
  });
  const complaints: string[] = [];
  const page = await context.newPage();
  page.on("console", (it) => {
    if (["error", "warning"].includes(it.type())) {
      complaints.push(it.text());
    }
  });
  page.on("pageerror", (it) => complaints.push(it.message));
  context.on("request", (it) => {
    if (!it.url().startsWith(console.url) && !it.url().startsWith("blob:")) {
      complaints.push(`a request to ${it.url()}`);
    }
  });
  await page.goto(console.link);
  return { page, context, complaints };
}
