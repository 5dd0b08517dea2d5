/** The function as it runs in AWS: events through EventBridge's rules and a tick a minute, a queue, and functions that live as long as they may. */
import { createHandler, type Handler } from "../../../controller/lambda/handler";
import type { SqsRecord } from "../../../controller/lambda/sqs-event";
import type { Ec2Event } from "../../../local/ec2/model/events";
import { createEc2 } from "../../../provider/ec2/client";
import { EVENT_RULES } from "../../../sdk/controller/rules";
import { fits, tick } from "../../controller/lambda/world";
import type { Account } from "./account";
import { MINUTE, SECOND } from "./time";
import { type Controller, controllerProcess } from "./controller";
import type { Process } from "./process";
import { SimulatedQueue } from "./simulated-queue";
import { toldOf } from "./told";

/** As ManagedInstanceController sets them. */
const TIMEOUT_MS = 5 * MINUTE;
const MOST_AT_ONCE = 20;
const BATCH = 10;

/** A body that no controller sends and no event has. */
export const POISON = '{"a message of":"somebody else"}';

interface Instance {
  process: Process;
  handler: Handler;
  isBusy: boolean;
}

export class FunctionInAws implements Controller {
  readonly queue: SimulatedQueue;
  private readonly instances = new Set<Instance>();
  private unsubscribe = (): void => undefined;
  private isOn = false;
  /** The next to begin work dies. */
  private death: Parameters<Process["killAt"]> | undefined;

  constructor(
    private readonly account: Account,
    readonly everyMs: number,
  ) {
    this.queue = new SimulatedQueue(account, () => {
      this.deliver();
    });
  }

  begin(): void {
    this.isOn = true;
    const { account, queue } = this;
    this.unsubscribe = account.simulator.events.subscribe(({ event }) => {
      if (EVENT_RULES.some(({ pattern }) => fits(event, pattern))) {
        account.weather.arrivals(account.random).forEach((ms) => {
          queue.put(JSON.stringify(event satisfies Ec2Event), ms);
        });
      }
    });
    void this.ticks();
  }

  poison(): void {
    this.queue.put(POISON);
  }

  stop(): Promise<void> {
    this.isOn = false;
    this.unsubscribe();
    for (const { process } of this.instances) {
      process.kill();
    }
    return Promise.resolve();
  }

  kill(...death: Parameters<Process["killAt"]>): void {
    this.death = death;
  }

  private async ticks(): Promise<void> {
    const { account } = this;
    while (this.isOn) {
      this.queue.put(JSON.stringify({ ...tick(), time: new Date(account.now()).toISOString() }), SECOND);
      await account.time.sleep(this.everyMs);
    }
  }

  /** Hands a batch to each idle function, as the event source does. */
  private deliver(): void {
    while (this.isOn) {
      const instance = this.idle();
      const Records = instance === undefined ? [] : this.queue.receive(BATCH);
      if (instance === undefined || Records.length === 0) {
        return;
      }
      instance.isBusy = true;
      void this.invoke(instance, Records);
    }
  }

  private idle(): Instance | undefined {
    const found = [...this.instances].find((it) => !it.isBusy);
    return found ?? (this.instances.size < MOST_AT_ONCE ? this.made() : undefined);
  }

  private made(): Instance {
    const { account, queue } = this;
    const process = controllerProcess(account);
    const { clock } = process;
    const handler = createHandler({
      region: "us-east-1",
      clock,
      ec2: (options) => {
        process.giveUpAfter(options.replyTimeoutMs);
        return createEc2({ region: "us-east-1", clock, ...process.around.client, ...options });
      },
      queue: {
        send: async (messages) => {
          await clock.sleep(20);
          messages.forEach(({ body, delaySeconds }) => {
            queue.put(body, delaySeconds * SECOND);
          });
        },
        showAgain: async (receiptHandle, afterSeconds) => {
          await clock.sleep(20);
          queue.showAgain(receiptHandle, afterSeconds * SECOND);
        },
      },
      log: {
        line: (level, message, fields = {}) => {
          const name = typeof fields.name === "string" ? fields.name : "all";
          account.note(`  function: ${level} ${name} ${message}`);
          toldOf(account, name, message);
        },
        raw: () => undefined,
      },
    });
    const instance = { process, handler, isBusy: false };
    this.instances.add(instance);
    return instance;
  }

  private async invoke(instance: Instance, Records: SqsRecord[]): Promise<void> {
    const { account, queue } = this;
    const { process, handler } = instance;
    if (this.death !== undefined) {
      process.killAt(...this.death);
      this.death = undefined;
    }
    const end = account.now() + TIMEOUT_MS;
    const context = { getRemainingTimeInMillis: () => end - account.now() };
    const work = handler({ Records }, context).catch((error: unknown) => {
      account.breaks(`the function threw: ${String(error)}`);
      return undefined;
    });
    const over = account.time.sleep(TIMEOUT_MS).then(() => "over" as const);
    const response = await Promise.race([work, process.died, over]);
    if (typeof response === "object") {
      const failed = response.batchItemFailures.map((it) => it.itemIdentifier);
      queue.delete(Records.map((it) => it.messageId).filter((it) => !failed.includes(it)));
      instance.isBusy = false;
    } else {
      if (response === "over") {
        account.breaks("the function ran into its time-out");
      }
      account.note("a function died");
      void account.weather.lacking(
        "the function",
        () => account.now(),
        () => account.time.sleep(this.everyMs),
      );
      process.kill();
      this.instances.delete(instance);
    }
    account.checkInvariants();
    this.deliver();
  }
}
