/**
 * The function: takes a batch of messages from the queue, and returns the messages that have to come again. A message only tells that
 * somebody should look; what to do is decided by what is there. So a message may come twice, late, not at all, or to two functions at a time.
 */
import { explain, isEc2Error, withoutRequestIds } from "../../provider/ec2/errors";
import { Patience } from "../../provider/ec2/patience";
import { handleMachine, sweep } from "../handle";
import type { Controller, Outcome } from "../outcome";
import { machineOf } from "../record";
import { COSTS, type MissingRight, orWithout, ToldRights } from "../rights";
import { batchOf, bodyOf, type Job, type RefusedMessage } from "./batch";
import type { Level, Log } from "./log";
import { added, type Counts, metricsLine } from "./metrics";
import { LONGEST_DELAY_SECONDS, type Queue } from "./queue";
import type { BatchResponse, LambdaContext, SqsEvent, SqsRecord } from "./sqs-event";

export interface HandlerWorld extends Pick<Controller, "region" | "clock"> {
  /** The client of EC2, which gives up a call that is not answered in time. */
  ec2: (options: { replyTimeoutMs: number }) => Controller["ec2"];
  queue: Queue;
  log: Log;
}

export type Handler = (event: SqsEvent, context: LambdaContext) => Promise<BatchResponse>;

/** Time kept at the end of a run, to write down how far the run came, and to send the message that goes on with it. */
const MARGIN_MS = 20_000;
/** The last call may begin when only the margin is left, and its reply may be lost. EC2's slowest calls answer within seconds. */
const REPLY_TIMEOUT_MS = MARGIN_MS / 2;
/** A look that EC2 throttles for longer than this has failed: the message comes again, before the function runs into its time-out. */
const LOOK_PATIENCE_MS = 60_000;
/** A failed message comes again after this long, the second time after twice as long, and so on. */
const RETRY_SECONDS = 60;
/** A text that is no message is none the next time either, so it comes again at once until the queue puts it aside. */
const POISONED_SECONDS = 0;

export function createHandler(world: HandlerWorld): Handler {
  const told = { machines: new Map<string, string>(), rights: new ToldRights() };
  const ec2 = world.ec2({ replyTimeoutMs: REPLY_TIMEOUT_MS });
  return (event, context) => new Invocation(world, ec2, context.getRemainingTimeInMillis(), told).run(event.Records);
}

/** The lines that were logged before, so that no tick repeats them. */
interface Told {
  /** The last trouble of each machine that needs a person, or whose tries fail. */
  machines: Map<string, string>;
  rights: ToldRights;
}

class Invocation {
  private readonly controller: Controller;
  private readonly counts: Counts[] = [];
  private readonly failed: (RefusedMessage & { afterSeconds: number })[] = [];

  constructor(
    private readonly world: HandlerWorld,
    ec2: Controller["ec2"],
    remainingMs: number,
    private readonly told: Told,
  ) {
    const { region, clock, log } = world;
    const leftMs = Math.max(0, remainingMs - MARGIN_MS);
    const say = (line: string): void => {
      log.line("info", line);
    };
    const deadline = clock.now() + leftMs;
    const patience = new Patience(clock, Math.min(LOOK_PATIENCE_MS, leftMs / 2), deadline);
    this.controller = { region, ec2: ec2.forRun({ patience, say }), clock, deadline, say };
  }

  async run(records: readonly SqsRecord[]): Promise<BatchResponse> {
    const { clock, log } = this.world;
    const missing: MissingRight[] = [];
    const { jobs, sweeps, poisoned, failed, ignored } = await batchOf(records, (id) =>
      orWithout(machineOf(this.controller.ec2, id), { costs: COSTS.events, instead: undefined, missing }),
    );
    this.tell("error", this.told.rights.lost(missing));
    this.counts.push({ Ignored: ignored });
    for (const { record, because } of poisoned) {
      log.line("error", `a message was not understood: ${because}`, idsOf([record]));
      this.fail([record], because, POISONED_SECONDS);
    }
    for (const { record, because } of failed) {
      log.line("error", `a message could not be handled: ${because}`, idsOf([record]));
      this.fail([record], because);
    }
    const busy = new Set(jobs.map((it) => it.machineId));
    await Promise.all([
      ...jobs.map((job) => this.work(job)),
      ...(sweeps.length > 0 ? [this.survey(sweeps, busy)] : []),
    ]);
    const line = metricsLine(added(this.counts), clock.now());
    if (line !== undefined) {
      log.raw(line);
    }
    await Promise.all(this.failed.map((it) => this.showAgain(it)));
    return { batchItemFailures: this.failed.map(({ record }) => ({ itemIdentifier: record.messageId })) };
  }

  /** Looks after one machine, once for all the messages about it. */
  private async work({ machineId, signals, records, isOfTick }: Job): Promise<void> {
    await this.orFail(records, machineId, async () => {
      const outcome = await handleMachine(this.controller, machineId, signals);
      this.report(outcome);
      await this.follow([outcome], isOfTick);
    });
  }

  /** Looks at all machines, and leaves what is to be done to other functions, which work at the same time. */
  private async survey(records: SqsRecord[], busy: ReadonlySet<string>): Promise<void> {
    await this.orFail(records, "", async () => {
      const outcomes = await sweep(this.controller, { isSurvey: true });
      const missing = outcomes.flatMap((it) => it.missing ?? []);
      this.tell("info", this.told.rights.back(missing));
      for (const outcome of outcomes) {
        this.reportFound(outcome);
      }
      const rights = new Set(missing.map((it) => it.right)).size;
      this.counts.push({ NeedsAttention: outcomes.filter(needsAttention).length + rights });
      await this.follow(
        outcomes.filter((it) => !busy.has(it.machineId)),
        true,
      );
    });
  }

  private async orFail(records: SqsRecord[], machineId: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const because = explain(error);
      this.world.log.line(
        "error",
        `could not ${machineId === "" ? "look at the machines" : `look after ${machineId}`}: ${because}`,
        {
          ...(machineId === "" ? {} : { machineId }),
          ...idsOf(records),
          ...(isEc2Error(error) ? { code: error.code } : {}),
        },
      );
      this.fail(records, because);
    }
  }

  private fail(records: readonly SqsRecord[], because: string, pauseSeconds = RETRY_SECONDS): void {
    this.counts.push({ Failed: 1 });
    for (const record of records) {
      const tries = Number(record.attributes?.ApproximateReceiveCount ?? "1");
      const afterSeconds = Math.min(pauseSeconds * Math.max(1, tries), LONGEST_DELAY_SECONDS);
      this.failed.push({ record, because, afterSeconds });
    }
  }

  /** Shows a message again. Otherwise it would come again after the queue's own timeout, which is made for functions that died. */
  private async showAgain({ record, afterSeconds }: { record: SqsRecord; afterSeconds: number }): Promise<void> {
    try {
      await this.world.queue.showAgain(record.receiptHandle, afterSeconds);
    } catch (error) {
      this.world.log.line("warn", `a message comes again late: ${explain(error)}`, idsOf([record]));
    }
  }

  /**
   * Sends follow-ups. Work that is due later than a message can wait is left to the ticks, and so is a cut-off run that a tick began, as
   * the next tick begins it again: else each tick would add a function that waits for an instance that takes long to end.
   */
  private async follow(outcomes: readonly Outcome[], isOfTick: boolean): Promise<void> {
    const now = this.world.clock.now();
    const messages = outcomes.flatMap(({ followUp }) => {
      if (followUp === undefined) {
        return [];
      }
      const { at, message } = followUp;
      const delaySeconds = Math.max(0, Math.ceil((at - now) / 1000));
      const isLeft = "continue" in message ? isOfTick : delaySeconds > LONGEST_DELAY_SECONDS;
      return isLeft ? [] : [{ body: bodyOf(message, isOfTick), delaySeconds }];
    });
    await this.world.queue.send(messages);
  }

  private report(outcome: Outcome): void {
    const { kind, because, metrics, isNew = false } = outcome;
    this.counts.push({
      Replacements: metrics.replacements,
      OutageSeconds: metrics.outageSeconds,
      CapacityMisses: metrics.capacityMisses,
      Ignored: metrics.ignored,
      Failed: kind === "failed" ? 1 : 0,
      GaveUp: kind === "gave-up" && isNew ? 1 : 0,
    });
    const level = LEVELS[kind];
    if (isLeft(outcome)) {
      this.reportFound(outcome);
      return;
    }
    const { machineId, missing = [] } = outcome;
    this.tell("error", this.told.rights.lost(missing));
    if (kind === "done") {
      this.told.machines.delete(machineId);
      this.tell("info", missing.length === 0 ? this.told.rights.wentWell() : []);
    }
    if (level !== undefined) {
      this.world.log.line(level === "error" && !this.isNews(outcome) ? "info" : level, because, fieldsOf(outcome));
    }
  }

  private reportFound(outcome: Outcome): void {
    const { machineId, kind, because, missing = [] } = outcome;
    this.tell("error", this.told.rights.lost(missing));
    if (!isLeft(outcome)) {
      if (kind === "nothing") {
        this.told.machines.delete(machineId);
      }
    } else if (this.isNews(outcome)) {
      this.world.log.line("error", `${WORDS[kind] ?? ""}${because}`, fieldsOf(outcome));
    }
  }

  private tell(level: Level, lines: readonly string[]): void {
    for (const line of lines) {
      this.world.log.line(level, line);
    }
  }

  /** Whether an outcome is news: each trouble of a machine is news once. */
  private isNews({ machineId, kind, because }: Outcome): boolean {
    const trouble = `${kind} ${withoutRequestIds(because)}`;
    const isNews = this.told.machines.get(machineId) !== trouble;
    this.told.machines.set(machineId, trouble);
    return isNews;
  }
}

/** The log level of each outcome; an outcome without one, such as that all is well, is not logged. */
const LEVELS: Readonly<Partial<Record<Outcome["kind"], Level>>> = {
  waiting: "info",
  done: "info",
  "to-be-continued": "info",
  failed: "error",
};

const WORDS: Readonly<Partial<Record<Outcome["kind"], string>>> = {
  "gave-up": "gave up: ",
  unreadable: "nothing is done to it: ",
};

/** Whether nothing is done to the machine. A machine that could not be read because a right is missing is counted and told with the right. */
function isLeft({ kind, missing = [] }: Outcome): boolean {
  return kind === "gave-up" || (kind === "unreadable" && missing.length === 0);
}

/** The metric counts a machine that has been down for long, too; the log has the reason with each of its tries. */
function needsAttention(outcome: Outcome): boolean {
  return isLeft(outcome) || outcome.isLong === true;
}

function fieldsOf({ machineId, name, kind, action, reason, metrics, outputs }: Outcome): Record<string, unknown> {
  const { outageSeconds } = metrics;
  return {
    outcome: kind,
    machineId,
    name,
    action,
    reason,
    ...(outputs === undefined ? {} : { instanceId: outputs.instanceId, outageSeconds }),
  };
}

function idsOf(records: readonly SqsRecord[]): { messageIds: string[]; tries: number } {
  const tries = Math.max(...records.map((it) => Number(it.attributes?.ApproximateReceiveCount ?? "1")));
  return { messageIds: records.map((it) => it.messageId), tries };
}
