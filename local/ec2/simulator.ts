import { randomInt } from "node:crypto";

import { CallLog, type ActionSummary, type Call } from "./call-log";
import type { Clock } from "./clock";
import { Conditions } from "./conditions";
import type { ConsistencyLags } from "./conditions/consistency";
import { ConnectionReset, NoReply } from "./conditions/faults";
import { inProcessHandler, type InProcessHandler, type InProcessOptions } from "./protocol/in-process";
import { Ec2Error } from "./model/errors";
import type { LoggedEvent } from "./model/events";
import { furnish } from "./model/fresh-account";
import { Random } from "./model/random";
import { settle } from "./model/settle";
import { Timings } from "./model/timings";
import { World, type Identity, type SavedWorld } from "./model/world";
import { Market } from "./conditions/market";
import type { SimReply, SimRequest } from "./protocol/messages";
import { timelineOf, type Timeline } from "./timeline";
import type { Action } from "./wire/action";
import { findAction } from "./wire/actions";
import { Params, parseBody } from "./wire/params";
import { renderError, renderReply, type XmlObject } from "./wire/xml";

export interface SimulatorOptions {
  clock: Clock;
  /** The same seed gives the same ids, addresses and durations. Random where it is not given. */
  seed?: number;
  region?: string;
  accountId?: string;
}

export type SimState = SavedWorld;

/** EC2, as far as this product relies on it: an account in one region, asked in EC2's own protocol. */
export class Ec2Simulator {
  readonly faults: Conditions["faults"];
  readonly latency: Conditions["latency"];
  readonly throttling: Conditions["throttling"];
  readonly iam: Conditions["iam"];
  readonly clockSkew: Conditions["clockSkew"];
  readonly capacity: Market["capacity"];
  readonly spotPrice: Market["spotPrice"];
  readonly quotas: Market["quotas"];
  /** Takes spot instances back: a notice now, the end two minutes later. Answers with their ids. */
  readonly interrupt: Market["interrupt"];
  /** Tells by an event that spot instances are more likely than others to be interrupted. */
  readonly recommendRebalance: Market["recommendRebalance"];
  readonly failNextLaunch: Market["failNextLaunch"];
  readonly impairNextBoot: Market["impairNextBoot"];
  readonly failNextRootVolume: Market["failNextRootVolume"];
  readonly shutDownGuest: Market["shutDownGuest"];
  /** How long EC2 takes for what it does by itself. */
  readonly timings = new Timings();
  readonly events = {
    /** Lists the events after a sequence number, as EventBridge would have delivered them. */
    list: (since = 0): LoggedEvent[] => {
      this.catchUp();
      return this.world.events.list(since);
    },
    /** Calls back for every event from now on, until the returned function is called. */
    subscribe: (listener: (logged: LoggedEvent) => void): (() => void) => {
      this.eventListeners.add(listener);
      return () => this.eventListeners.delete(listener);
    },
  };

  private world: World;
  private readonly conditions: Conditions;
  private readonly clock: Clock;
  private readonly seed: number;
  private readonly identity: Identity;
  private readonly requestIds: Random;
  private readonly log = new CallLog();
  private readonly changeListeners: (() => void)[] = [];
  private readonly eventListeners = new Set<(logged: LoggedEvent) => void>();

  constructor(options: SimulatorOptions) {
    this.clock = options.clock;
    this.seed = options.seed ?? randomInt(2 ** 32);
    this.identity = { region: options.region ?? "us-east-1", accountId: options.accountId ?? "123456789012" };
    this.conditions = new Conditions(this.seed, this.clock);
    ({
      faults: this.faults,
      latency: this.latency,
      throttling: this.throttling,
      iam: this.iam,
      clockSkew: this.clockSkew,
    } = this.conditions);
    ({
      capacity: this.capacity,
      spotPrice: this.spotPrice,
      quotas: this.quotas,
      interrupt: this.interrupt,
      recommendRebalance: this.recommendRebalance,
      failNextLaunch: this.failNextLaunch,
      impairNextBoot: this.impairNextBoot,
      failNextRootVolume: this.failNextRootVolume,
      shutDownGuest: this.shutDownGuest,
    } = new Market((work) => this.change(work)));
    this.requestIds = new Random(this.seed + 2);
    this.world = this.take(this.freshWorld());
  }

  /** For how long the account is known as it was, and not as it is. */
  readonly consistency = {
    set: (lags: ConsistencyLags): void => {
      this.catchUp();
      this.conditions.consistency.set(this.world, lags);
    },
    list: (): ConsistencyLags => this.conditions.consistency.list(),
  };

  /** One EC2 query-protocol request, at once. Throws ConnectionReset or NoReply where a fault says so. */
  handle(request: SimRequest): SimReply {
    const params = new Params(parseBody(request.body));
    const name = params.string("Action") ?? "";
    const requestId = this.newRequestId();
    const action = findAction(name);
    const call: Call = {
      time: this.clock.now(),
      action: name,
      mutating: action?.mutating ?? false,
      dryRun: params.string("DryRun") === "true",
      result: "ok",
    };
    try {
      const answer = this.answer(action, { action: name, mutating: call.mutating, params, headers: request.headers });
      return this.reply(200, requestId, renderReply(name, requestId, answer));
    } catch (error) {
      call.result = codeOf(error);
      if (!(error instanceof Ec2Error)) throw error;
      return this.reply(error.status, requestId, renderError(error.code, error.message, requestId));
    } finally {
      this.log.add(call);
      if (call.mutating) this.changed();
    }
  }

  /** The same, in as much time as the latency that was set, and any fault, let it take. */
  async serve(request: SimRequest, sleep?: (ms: number) => Promise<void>): Promise<SimReply> {
    if (sleep === undefined) return this.handle(request);
    const action = /(?:^|&)Action=(\w+)/.exec(request.body)?.[1] ?? "";
    const there = this.latency.of(action) + this.faults.latency(action, "before");
    if (there > 0) await sleep(there);
    const reply = this.handle(request);
    const back = this.faults.latency(action, "after");
    if (back > 0) await sleep(back);
    return reply;
  }

  /** For an unmodified client in the same process: `new EC2Client({ requestHandler: simulator.requestHandler() })`. */
  requestHandler(options: InProcessOptions = {}): InProcessHandler {
    return inProcessHandler((request) => this.serve(request, options.sleep), options);
  }

  /** Back to the fresh account; whatever was ordered and the log of calls go too. */
  reset(): void {
    this.conditions.clear();
    this.timings.reset();
    this.world = this.take(this.freshWorld());
    this.consistency.set({});
    this.log.clear();
    this.changed();
  }

  /** A copy of the whole account. */
  snapshot(): SimState {
    this.catchUp();
    return this.world.save();
  }

  /** Reads the account as it is now, without a copy: what `work` is shown changes with the next call, and is not to be changed by it. */
  read<Result>(work: (world: Pick<World, "account" | "accountId">) => Result): Result {
    this.catchUp();
    return this.world.look(() => work(this.world));
  }

  restore(state: SimState): void {
    this.world = this.take(World.restore(state, this.timings));
    this.changed();
  }

  timeline(): Timeline {
    this.catchUp();
    return timelineOf(this.world.now, this.world.ledger.save());
  }

  calls(): Call[] {
    return this.log.list();
  }

  /** All calls since the log was cleared, by action. */
  callSummary(): Record<string, ActionSummary> {
    return this.log.summary();
  }

  clearCalls(): void {
    this.log.clear();
  }

  /** Calls back after anything may have changed. */
  onChange(listener: () => void): void {
    this.changeListeners.push(listener);
  }

  /** Lets everything happen that is due by now; every call does it too. */
  catchUp(): void {
    settle(this.world, this.clock.now());
  }

  /** When something happens next by itself, as far as is known: for who moves a virtual clock from one to the next. */
  nextChangeAt(): number | undefined {
    return this.world.schedule.nextAt();
  }

  private answer(action: Action | undefined, call: Parameters<Conditions["admit"]>[1]): XmlObject {
    const { action: name, params } = call;
    if (name === "") throw new Ec2Error("MissingAction", "The request is missing an action or operation parameter");
    if (action === undefined) {
      throw new Ec2Error(
        "InvalidAction",
        `The action ${name} is not valid for this web service: the simulator does not model it. GET /_sim/actions lists those that it does.`,
      );
    }
    this.catchUp();
    this.conditions.admit(this.world, call);
    const answer = action.mutating ? this.carryOut(action, params) : this.look(action, params);
    this.faults.strike(name, "after");
    return answer;
  }

  private look(action: Action, params: Params): XmlObject {
    const seen = this.conditions.consistency.seen(this.world);
    return seen.look(() => {
      const commit = action.prepare(seen, params);
      refuseIfDry(params);
      return commit();
    });
  }

  private carryOut(action: Action, params: Params): XmlObject {
    const commit = this.conditions.consistency.asCaller(this.world, () => action.prepare(this.world, params));
    refuseIfDry(params);
    return commit();
  }

  private change<Result>(work: (world: World) => Result): Result {
    this.catchUp();
    const result = work(this.world);
    this.changed();
    return result;
  }

  private freshWorld(): World {
    const { identity, timings } = this;
    const world = new World({ ...identity, timings, random: new Random(this.seed), now: this.clock.now() });
    furnish(world);
    return world;
  }

  private take(world: World): World {
    world.events.subscribe((logged) => {
      for (const listener of this.eventListeners) listener(logged);
    });
    this.conditions.consistency.follow(world);
    return world;
  }

  private newRequestId(): string {
    const digits = this.requestIds.hex(32);
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  private changed(): void {
    for (const listener of this.changeListeners) listener();
  }

  private reply(status: number, requestId: string, body: string): SimReply {
    const headers = { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId };
    return { status, headers: { ...headers, ...this.clockSkew.headers() }, body };
  }
}

function refuseIfDry(params: Params): void {
  if (params.boolean("DryRun") !== true) return;
  throw new Ec2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
}

function codeOf(error: unknown): string {
  if (error instanceof Ec2Error || error instanceof ConnectionReset || error instanceof NoReply) return error.code;
  return "InternalError";
}
