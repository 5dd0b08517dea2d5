/** `managed-instance watch [NAME|ID…]`: the controller's loop in the foreground, for one machine or a laptop. */
import { handleMessage, sweep } from "../controller/handle";
import type { Controller, Outcome } from "../controller/outcome";
import type { Message } from "../controller/events";
import { Cancelled } from "../provider/kit/clock";
import { ToldRights } from "../controller/rights";
import { explain, withoutRequestIds } from "../provider/ec2/errors";
import { printable } from "../provider/kit/printable";
import { sentence } from "../provider/failure";
import { connect, findReading, type GlobalOptions, type Shell } from "./connection";
import { EXIT, CommandError } from "./exit";
import { timeText } from "./machine-view";

export type WatchOptions = GlobalOptions & { interval: number };

export async function watch(
  shell: Shell,
  idsOrNames: readonly string[],
  { interval, ...options }: WatchOptions,
): Promise<void> {
  const { print } = shell.terminal;
  const connection = await connect(shell, options);
  const say = (line: string): void => {
    print(`${timeText(connection.clock.now())} ${printable(line)}`);
  };
  const ids: string[] = [];
  for (const idOrName of idsOrNames) {
    ids.push((await findReading(connection, idOrName)).id);
  }
  const { interrupted: cancelled } = shell.terminal;
  const controller = { ...connection, say, cancelled };
  const what = ids.length === 0 ? `all machines in ${connection.region}` : ids.join(", ");
  say(`watching ${what}, every ${interval} s; Ctrl-C ends it`);
  const left = await new Watch(controller, ids, interval * 1000).run();
  say("ended");
  if (left.length > 0) {
    throw new CommandError(
      `it was ended as something was under way for ${left.join(", ")}; \`watch\`, the controller or \`pulumi up\` goes on with it`,
      EXIT.interrupted,
    );
  }
}

/** @throws EC2's refusal where a missing right hides all machines */
function requireList(outcomes: readonly Outcome[]): void {
  const [unlisted] = outcomes.filter((it) => it.machineId === "").flatMap((it) => it.missing ?? []);
  if (unlisted !== undefined) {
    throw unlisted.error;
  }
}

interface Due {
  at: number;
  message: Message;
}

/** Handles machines beside each other, and none twice at a time: a machine that takes long holds up no other. */
class Watch {
  private readonly due = new Map<string, Due>();
  private readonly busy = new Map<string, Promise<void>>();
  /** The last line about each machine, until all is well with it again. */
  private readonly said = new Map<string, Set<string>>();
  private readonly rights = new ToldRights();
  /** Machines whose work was cut off. */
  private readonly left = new Set<string>();
  private lookAt = -Infinity;

  constructor(
    private readonly controller: Controller & { cancelled: AbortSignal },
    private readonly ids: readonly string[],
    private readonly intervalMs: number,
  ) {}

  /** @returns the machines whose work was cut off */
  async run(): Promise<string[]> {
    const { clock, cancelled } = this.controller;
    while (!cancelled.aborted) {
      if (clock.now() >= this.lookAt) {
        await this.look();
        this.lookAt = clock.now() + this.intervalMs;
      }
      this.begin();
      await this.pause();
    }
    await Promise.all(this.busy.values());
    return [...this.left];
  }

  /** Looks for work, which {@link begin} then does. */
  private async look(): Promise<void> {
    if (this.ids.length > 0) {
      for (const id of this.ids) {
        this.schedule(id, { at: this.controller.clock.now(), message: { look: id } });
      }
      return;
    }
    const isFirst = this.lookAt === -Infinity;
    try {
      const outcomes = await sweep(this.controller, { isSurvey: true });
      if (isFirst) {
        requireList(outcomes);
      }
      this.said.delete("");
      this.rights.back(outcomes.flatMap((it) => it.missing ?? [])).forEach(this.controller.say);
      for (const outcome of outcomes) {
        if (!this.busy.has(outcome.machineId)) {
          this.report(outcome);
        }
      }
    } catch (error) {
      // The first look tells whether `watch` can work at all; later the network, EC2 or the credentials may be away for a while.
      if (isFirst) {
        throw error;
      }
      this.tell("", `could not look: ${sentence(explain(error))}`);
    }
  }

  private begin(): void {
    const now = this.controller.clock.now();
    for (const [id, { at, message }] of this.due) {
      if (at <= now && !this.busy.has(id)) {
        this.due.delete(id);
        this.busy.set(
          id,
          this.handle(id, message).finally(() => this.busy.delete(id)),
        );
      }
    }
  }

  private async handle(id: string, message: Message): Promise<void> {
    try {
      for (const outcome of await handleMessage(this.controller, message)) {
        this.report(outcome);
      }
    } catch (error) {
      if (!(error instanceof Cancelled)) {
        this.tell(id, `could not look at ${id}: ${sentence(explain(error))}`);
      }
    }
  }

  private report(outcome: Outcome): void {
    const { machineId, kind, followUp, missing = [] } = outcome;
    const isWell = kind === "done" && missing.length === 0;
    (isWell ? this.rights.wentWell() : this.rights.lost(missing)).forEach(this.controller.say);
    if (kind === "to-be-continued" && this.controller.cancelled.aborted) {
      this.left.add(machineId);
    }
    if (followUp !== undefined) {
      this.schedule(machineId, followUp);
    }
    this.tellOf(outcome);
    if (kind === "nothing" || kind === "done") {
      this.said.delete(machineId);
    }
  }

  private tellOf({ machineId, name, kind, because, followUp, missing = [] }: Outcome): void {
    const isNow = followUp !== undefined && followUp.at <= this.controller.clock.now();
    // A machine that could not be read because a right is missing is told with the right.
    const isTold = kind === "unreadable" && missing.length > 0;
    if (kind !== "nothing" && !isTold && !(kind === "waiting" && isNow)) {
      this.tell(machineId, `${name === "" ? machineId : name}: ${WORDS[kind]}${because}`);
    }
  }

  /** Schedules work on a machine; the sooner of two times counts. */
  private schedule(id: string, due: Due): void {
    const other = this.due.get(id);
    if (other === undefined || due.at < other.at) {
      this.due.set(id, due);
    }
  }

  /** Prints a line about a machine, once for as long as it holds. */
  private tell(id: string, line: string): void {
    const said = this.said.get(id) ?? new Set();
    const same = withoutRequestIds(line);
    if (!said.has(same)) {
      this.said.set(id, said.add(same));
      this.controller.say(line);
    }
  }

  /** Waits until the next look, or until something is due or done. */
  private async pause(): Promise<void> {
    const { clock } = this.controller;
    const times = [...this.due].flatMap(([id, { at }]) => (this.busy.has(id) ? [] : [at]));
    const ms = Math.max(0, Math.min(this.lookAt, ...times) - clock.now());
    // Ctrl-C ends this pause, as it ends every pause.
    await Promise.race([clock.sleep(ms).catch(() => undefined), ...this.busy.values()]);
  }
}

const WORDS: Readonly<Record<Outcome["kind"], string>> = {
  ignored: "",
  nothing: "",
  waiting: "",
  done: "",
  "to-be-continued": "stopped: ",
  failed: "failed, and is tried again: ",
  "gave-up": "gave up: ",
  unreadable: "nothing is done to it: ",
};
