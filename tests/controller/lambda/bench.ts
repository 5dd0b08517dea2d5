/** A function over a simulated account, in this process and in virtual time. */
import { createHandler, type Handler } from "../../../controller/lambda/handler";
import { logTo } from "../../../controller/lambda/log";
import type { Delayed } from "../../../controller/lambda/queue";
import type { SqsRecord } from "../../../controller/lambda/sqs-event";
import type { Stack } from "../../provider/support";
import { tick } from "./world";
import { controllerOf } from "../support";

/** A function over a stack's account, with a queue that only remembers. */
export class Bench {
  readonly lines: Record<string, unknown>[] = [];
  readonly text: string[] = [];
  sent: Delayed[] = [];
  readonly shownAgain: [receiptHandle: string, afterSeconds: number][] = [];
  refuses = false;
  private readonly handler: Handler;
  private count = 0;

  constructor(readonly owner: Stack) {
    const { region, ec2, clock } = controllerOf(owner);
    this.handler = createHandler({
      region,
      ec2: () => ec2,
      clock,
      log: logTo(
        (line) => {
          this.text.push(line);
          this.lines.push(JSON.parse(line) as Record<string, unknown>);
        },
        () => clock.now(),
      ),
      queue: {
        send: (messages) => {
          if (this.refuses && messages.length > 0) {
            return Promise.reject(new Error("SQS did not take a message"));
          }
          this.sent.push(...messages);
          return Promise.resolve();
        },
        showAgain: (...asked) => {
          this.shownAgain.push(asked);
          return Promise.resolve();
        },
      },
    });
  }

  /** @returns the messages that have to come again, by their place in the batch */
  async handle(bodies: readonly (object | string)[], { remainingMs = 300_000, tries = 1 } = {}): Promise<number[]> {
    const Records = bodies.map((body): SqsRecord => {
      const messageId = `m-${++this.count}`;
      return {
        messageId,
        receiptHandle: `r-${messageId}`,
        body: typeof body === "string" ? body : JSON.stringify(body),
        attributes: { ApproximateReceiveCount: String(tries) },
      };
    });
    const end = this.owner.clock.now() + remainingMs;
    const context = { getRemainingTimeInMillis: () => end - this.owner.clock.now() };
    const { batchItemFailures } = await this.handler({ Records }, context);
    return batchItemFailures
      .map(({ itemIdentifier }) => Records.findIndex((it) => it.messageId === itemIdentifier))
      .sort((a, b) => a - b);
  }

  /** The messages that were sent since the last time. */
  takeSent(): { body: Record<string, unknown>; delaySeconds: number }[] {
    const sent = this.sent.map(({ body, delaySeconds }) => ({ body: JSON.parse(body) as object, delaySeconds }));
    this.sent = [];
    return sent as ReturnType<Bench["takeSent"]>;
  }

  counted(metric: string): number {
    return this.lines.reduce((sum, line) => sum + ("_aws" in line ? Number(line[metric] ?? 0) : 0), 0);
  }

  messagesAt(level: string): string[] {
    return this.lines.filter((it) => it.level === level).map((it) => String(it.message));
  }

  /** The events of the account so far. */
  events(): object[] {
    this.owner.simulator.timeline();
    return this.owner.simulator.events.list().map((it) => it.event);
  }
}

/** A queue takes a message away after so many tries. */
const MOST_TRIES = 5;
const STEP_MS = 10_000;
const MINUTE_MS = 60_000;

interface Waiting {
  at: number;
  body: object | string;
  tries: number;
}

/** The account's events, a tick every minute, and what the function sends: each message to a function of its own, until it is dead. */
export class Night {
  /** Messages that failed as often as the queue lets them. */
  readonly dead: unknown[] = [];
  private waiting: Waiting[] = [];
  private heard = 0;

  constructor(readonly bench: Bench) {
    this.heard = bench.events().length;
  }

  async pass(forMs: number): Promise<void> {
    const { clock } = this.bench.owner;
    const end = clock.now() + forMs;
    while (clock.now() < end) {
      const events = this.bench.events();
      this.put(...events.slice(this.heard));
      this.heard = events.length;
      if (Math.floor(clock.now() / STEP_MS) % (MINUTE_MS / STEP_MS) === 0) {
        this.put(tick());
      }
      const ready = this.waiting.filter((it) => it.at <= clock.now());
      this.waiting = this.waiting.filter((it) => it.at > clock.now());
      for (const message of ready) {
        await this.handle(message);
      }
      clock.advance(STEP_MS);
    }
  }

  private put(...bodies: (object | string)[]): void {
    this.waiting.push(...bodies.map((body) => ({ at: this.bench.owner.clock.now(), body, tries: 1 })));
  }

  private async handle({ body, tries }: Waiting): Promise<void> {
    const failed = await this.bench.handle([body], { tries });
    const now = this.bench.owner.clock.now();
    this.waiting.push(
      ...this.bench.takeSent().map((it) => ({ at: now + it.delaySeconds * 1000, body: it.body, tries: 1 })),
    );
    if (failed.length > 0 && tries >= MOST_TRIES) {
      this.dead.push(body);
    } else if (failed.length > 0) {
      this.waiting.push({ at: now + tries * MINUTE_MS, body, tries: tries + 1 });
    }
  }
}
