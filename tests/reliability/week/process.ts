/** One process of the product in simulated time. It can be killed at any of its calls; then nothing of it happens any more. */
import type { Clock } from "../../../provider/kit/clock";
import { REPLY_TIMEOUT_MS } from "../../../provider/ec2/client";
import type { SimState } from "../../../local/ec2";
import type { Around } from "../../../provider/session";
import { CALLER } from "../../local/ec2/support";
import { sending } from "../../provider/interruptions";
import type { InProcess, RequestHandler, Through } from "../../provider/support";
import type { Account } from "./account";
import type { Role } from "./weather";

interface Call {
  action: string;
  params: URLSearchParams;
}

/** A killed process never goes on. */
function never(): Promise<never> {
  return new Promise(() => undefined);
}

export class Process {
  readonly clock: Clock;
  readonly died: Promise<void>;
  private isDead = false;
  private hasDied = (): void => undefined;
  private death: { inCalls: number; when: "before" | "after" } | undefined;
  private readonly handler: RequestHandler;
  private replyTimeoutMs = REPLY_TIMEOUT_MS;

  /** @param through what stands between the process and EC2, such as the watch over the invariants */
  constructor(
    private readonly account: Account,
    readonly role: Role,
    through: Through,
  ) {
    this.died = new Promise((resolve) => {
      this.hasDied = resolve;
    });
    this.clock = {
      now: () => account.time.now(),
      sleep: async (ms) => {
        await account.time.sleep(ms);
        await (this.isDead ? never() : undefined);
      },
    };
    const watched = through(account.simulator.requestHandler()) as InProcess;
    this.handler = sending(watched, (request, action, params) => this.send(watched, request, { action, params }));
  }

  /** The clock and the client for a session of this process. */
  get around(): Pick<Around, "clock" | "client"> {
    return {
      clock: this.clock,
      client: {
        requestHandler: this.handler,
        ...CALLER,
        random: () => 0.5,
      },
    };
  }

  /** Its client gives up a call that is not answered after this long. */
  giveUpAfter(replyTimeoutMs: number): void {
    this.replyTimeoutMs = replyTimeoutMs;
  }

  get isAlive(): boolean {
    return !this.isDead;
  }

  kill(): void {
    this.isDead = true;
    this.hasDied();
  }

  /** Killed at one of its next calls, before that takes effect or after. */
  killAt(inCalls: number, when: "before" | "after"): void {
    this.death = { inCalls, when };
  }

  private async send(watched: InProcess, request: never, { action, params }: Call): Promise<unknown> {
    const { weather, simulator } = this.account;
    const called = action.replace("dry run of ", "");
    if (this.death !== undefined) {
      this.death.inCalls--;
    }
    await this.clock.sleep(1 + simulator.latency.of(called) + weather.delayOf(this.role));
    await this.dieIf("before");
    this.account.count(this.role, action);
    const isSpoiled = action === "RunInstances" && [...params.values()].some((it) => this.account.spoiled.has(it));
    const before = new Set(this.instances.map((it) => it.instanceId));
    // EC2 decides at once, so that the weather is this call's alone; the answer then takes its way.
    const reply = await weather.during(this.role, () => watched.handle(request)).catch(asError);
    if (isSpoiled) {
      // A repeat is answered with the first call's instance, and a refused call launches none.
      this.instances.filter((it) => !before.has(it.instanceId)).forEach((it) => (it.impairedCheck = "instance"));
    }
    await this.dieIf("after");
    await this.clock.sleep(reply instanceof Error && reply.name === "TimeoutError" ? this.replyTimeoutMs : 1);
    if (reply instanceof Error) {
      throw reply;
    }
    return reply;
  }

  private get instances(): SimState["instances"][string][] {
    return this.account.simulator.read(({ account }) => [...account.instances.values()]);
  }

  private async dieIf(when: "before" | "after"): Promise<void> {
    if (this.death !== undefined && this.death.inCalls <= 0 && this.death.when === when) {
      this.kill();
    }
    await (this.isDead ? never() : undefined);
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
