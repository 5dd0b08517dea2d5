/**
 * The controller as it runs in AWS, in processes of their own: the simulator's events, as EventBridge would filter them, a queue, and
 * functions that are the published bundle and have nothing else.
 */
import { type ChildProcess, execFileSync, fork } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BatchResponse, SqsEvent } from "../../../controller/lambda/sqs-event";
import { type Ec2Event } from "../../../local/ec2/model/events";
import { nothingBut, type RunningServer, startServer } from "../../../local/ec2";
import { scaledClock } from "../../../provider/kit/clock";
import { Handlers } from "../../../provider/handlers";
import type { Properties } from "../../../provider/model/properties";
import { Session } from "../../../provider/session";
import { EVENT_RULES } from "../../../sdk/controller/rules";
import { program, Stack, URN } from "../../provider/support";
import { LocalQueue } from "./local-queue";

const ROOT = join(__dirname, "../../..");
export const BUNDLE = join(ROOT, "dist/controller/lambda/index.js");
const TIME_SCALE = 60;
const ACCOUNT = "123456789012";

export function bundled(): void {
  execFileSync(process.execPath, [join(ROOT, "scripts/bundle.mjs")], { stdio: ["ignore", "ignore", "inherit"] });
}

export interface WorldOptions {
  /** How many functions at the same time. */
  functions?: number;
  /** How long one may run, in seconds. */
  timeoutSeconds?: number;
  tickSeconds?: number;
  /** When each event comes, in seconds after it happened; several times, or not at all. */
  arrivals?: (sequence: number) => number[];
  env?: Record<string, string>;
}

interface LogLine {
  level?: string;
  message?: string;
  [field: string]: unknown;
}

export class LambdaWorld {
  /** The lines that the functions logged. */
  readonly log: LogLine[] = [];
  /** Messages that a function wanted to see again. */
  readonly failures: string[] = [];
  private readonly workers: Worker[];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly closing = new AbortController();

  private constructor(
    readonly server: RunningServer,
    readonly queue: LocalQueue,
    private readonly directory: string,
    private readonly options: Required<WorldOptions> & { origin: number },
  ) {
    this.workers = Array.from({ length: options.functions }, () => new Worker(directory, this.env(), this.log));
    this.every(5, () => {
      this.deliver();
    });
    if (options.tickSeconds > 0) {
      this.every((options.tickSeconds * 1000) / TIME_SCALE, () => this.queue.put(JSON.stringify(tick())));
    }
  }

  static async open(given: WorldOptions = {}): Promise<LambdaWorld> {
    const defaults = { functions: 1, timeoutSeconds: 300, tickSeconds: 0, arrivals: () => [0], env: {} };
    const options = { ...defaults, ...given, origin: Date.now() };
    const server = await startServer({ port: 0, timeScale: TIME_SCALE });
    const queue = await LocalQueue.open({
      timeScale: TIME_SCALE,
      visibilitySeconds: 6 * options.timeoutSeconds,
      mostTries: 5,
    });
    const directory = mkdtempSync(join(tmpdir(), "managed-instance-lambda-"));
    copyFileSync(BUNDLE, join(directory, "index.js"));
    copyFileSync(join(__dirname, "fixtures/lambda-runtime.cjs"), join(directory, "runtime.cjs"));
    const world = new LambdaWorld(server, queue, directory, options);
    world.listen().catch(() => undefined);
    return world;
  }

  async close(): Promise<void> {
    this.closing.abort();
    this.timers.forEach(clearInterval);
    await Promise.all(this.workers.map((it) => it.end()));
    await this.queue.close();
    await this.server.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A machine's stack, as Pulumi has it; over HTTP, too. */
  async deployed(name: string, inputs: Properties): Promise<{ stack: Stack; inputs: Properties }> {
    const lines: string[] = [];
    const session = new Session(
      { region: "us-east-1", endpoints: JSON.stringify([{ ec2: this.server.url }]) },
      {
        clock: this.clock,
        say: (line) => lines.push(line),
        client: { credentials: { accessKeyId: "test", secretAccessKey: "test" } },
      },
    );
    const unmoved = { now: () => this.clock.now(), advance: () => undefined };
    const stack = new Stack(this.server.simulator, new Handlers(session), unmoved, lines);
    const all = program({ resourceUrn: URN.replace(/web$/, name), ...inputs });
    await stack.up(all);
    return { stack, inputs: all };
  }

  private get clock(): ReturnType<typeof scaledClock> {
    return scaledClock(TIME_SCALE, this.options.origin);
  }

  now(): number {
    return this.clock.now();
  }

  /** Waits on the real clock, because real processes are at work. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const begun = Date.now();
    while (!condition()) {
      if (Date.now() - begun > 300_000) {
        throw new Error(
          `gave up waiting until ${what}; the functions said:\n${JSON.stringify(this.log, undefined, 1)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  isIdle(): boolean {
    return this.workers.every((it) => !it.isBusy);
  }

  /** A function that is at work dies; nobody hears of it. */
  async crash(): Promise<void> {
    const worker = this.workers.find((it) => it.isBusy);
    if (worker === undefined) {
      throw new Error("no function is at work");
    }
    this.workers.splice(this.workers.indexOf(worker), 1);
    await worker.end();
  }

  /** The sum of what was counted. */
  counted(metric: string): number {
    return this.log.reduce((sum, line) => sum + ("_aws" in line ? Number(line[metric] ?? 0) : 0), 0);
  }

  private env(): Record<string, string> {
    return {
      PATH: process.env.PATH ?? "",
      ...nothingBut(this.server.url, TIME_SCALE),
      AWS_ENDPOINT_URL_SQS: this.queue.endpoint,
      MANAGED_INSTANCE_QUEUE_URL: this.queue.url,
      MANAGED_INSTANCE_TIME_ORIGIN: String(this.options.origin),
      ...this.options.env,
    };
  }

  private every(ms: number, what: () => void): void {
    this.timers.push(setInterval(what, ms));
  }

  /** Delivers as EventBridge does: the events that a rule is about. */
  private async listen(): Promise<void> {
    const response = await fetch(`${this.server.url}/_sim/events?follow=true`, { signal: this.closing.signal });
    let text = "";
    let sequence = 0;
    for await (const chunk of response.body ?? []) {
      text += Buffer.from(chunk as Uint8Array).toString();
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) {
        sequence += 1;
        if (EVENT_RULES.some(({ pattern }) => fits(JSON.parse(line) as Ec2Event, pattern))) {
          this.options.arrivals(sequence).forEach((seconds) => this.queue.put(line, seconds));
        }
      }
    }
  }

  /** Delivers as the event source does: a batch to each function that has none. */
  private deliver(): void {
    for (const worker of this.workers.filter((it) => !it.isBusy)) {
      const Records = this.queue.receive(10);
      if (Records.length === 0) {
        return;
      }
      void worker.invoke({ Records }, this.options.timeoutSeconds * 1000).then((response) => {
        const failed = response?.batchItemFailures.map((it) => it.itemIdentifier) ?? Records.map((it) => it.messageId);
        this.failures.push(...failed);
        Records.filter((it) => !failed.includes(it.messageId)).forEach((it) => {
          this.queue.delete(it.messageId);
        });
      });
    }
  }
}

/** The fields of a pattern, each a list of values or fields again. */
export function fits(value: unknown, pattern: unknown): boolean {
  return Array.isArray(pattern)
    ? pattern.includes(value)
    : Object.entries(pattern ?? {}).every(([field, inner]) =>
        fits((value as Record<string, unknown> | undefined)?.[field], inner),
      );
}

/** As EventBridge sends it for a rule with a rate. */
export function tick(): object {
  return {
    version: "0",
    id: "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: ACCOUNT,
    time: new Date().toISOString().replace(/\.\d+Z$/, "Z"),
    region: "us-east-1",
    resources: [`arn:aws:events:us-east-1:${ACCOUNT}:rule/managed-instances-tick`],
    detail: {},
  };
}

class Worker {
  isBusy = false;
  private readonly process: ChildProcess;
  private answer: ((response: BatchResponse | undefined) => void) | undefined;

  constructor(directory: string, env: Record<string, string>, log: LogLine[]) {
    this.process = fork(join(directory, "runtime.cjs"), {
      cwd: directory,
      env,
      execArgv: [],
      // Another Node, such as Lambda's own version, where one is named.
      execPath: process.env.LAMBDA_NODE ?? process.execPath,
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    let text = "";
    this.process.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      log.push(...lines.map((it) => JSON.parse(it) as LogLine));
    });
    this.process.stderr?.on("data", (chunk: Buffer) => log.push({ level: "stderr", message: chunk.toString() }));
    this.process.on("message", ({ response, error }: { response?: BatchResponse; error?: string }) => {
      if (error !== undefined) {
        log.push({ level: "thrown", message: error });
      }
      this.answer?.(response);
    });
    this.process.on("exit", () => this.answer?.(undefined));
  }

  async invoke(event: SqsEvent, remainingMs: number): Promise<BatchResponse | undefined> {
    this.isBusy = true;
    const response = await new Promise<BatchResponse | undefined>((resolve) => {
      this.answer = resolve;
      this.process.send({ event, remainingMs, timeScale: TIME_SCALE });
    });
    this.isBusy = false;
    return response;
  }

  end(): Promise<void> {
    return new Promise((resolve) => {
      this.process.on("exit", () => {
        resolve();
      });
      this.process.kill();
    });
  }
}
