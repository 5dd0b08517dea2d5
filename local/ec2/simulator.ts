import { randomInt } from "node:crypto";

import { CallLog, type Call } from "./call-log";
import type { Clock } from "./clock";
import { ConnectionReset, Faults } from "./faults";
import { inProcessHandler, type InProcessHandler } from "./in-process";
import { setCapacity } from "./model/capacity";
import { Ec2Error } from "./model/errors";
import { furnish } from "./model/fresh-account";
import { Random } from "./model/random";
import { settle } from "./model/settle";
import { World, type Identity, type SavedWorld } from "./model/world";
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

export interface SimRequest {
  body: string;
  headers?: Record<string, string>;
}

export interface SimReply {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export type SimState = SavedWorld;

/** EC2, as far as this product relies on it: an account in one region, asked in EC2's own protocol. */
export class Ec2Simulator {
  readonly faults: Faults;
  readonly capacity = {
    /** How many more launches of a type in a zone there is room for; from then on InsufficientInstanceCapacity. */
    set: (type: string, zone: string, lifecycle: "spot" | "on-demand", left: number): void => {
      setCapacity(this.world, { type, zone, lifecycle }, left);
      this.changed();
    },
  };

  private world: World;
  private readonly clock: Clock;
  private readonly seed: number;
  private readonly identity: Identity;
  private readonly requestIds: Random;
  private readonly log = new CallLog();
  private readonly listeners: (() => void)[] = [];

  constructor(options: SimulatorOptions) {
    this.clock = options.clock;
    this.seed = options.seed ?? randomInt(2 ** 32);
    this.identity = { region: options.region ?? "us-east-1", accountId: options.accountId ?? "123456789012" };
    // Generators of their own, so that neither a fault nor a describe changes the ids of what is made.
    this.faults = new Faults(new Random(this.seed + 1));
    this.requestIds = new Random(this.seed + 2);
    this.world = this.freshWorld();
  }

  /** One EC2 query-protocol request, as over HTTP. Throws ConnectionReset where a fault says so. */
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
      return reply(200, requestId, renderReply(name, requestId, this.answer(name, action, params)));
    } catch (error) {
      call.result = codeOf(error);
      if (!(error instanceof Ec2Error)) throw error;
      return reply(error.status, requestId, renderError(error.code, error.message, requestId));
    } finally {
      this.log.add(call);
      if (call.mutating) this.changed();
    }
  }

  /** For an unmodified client in the same process: `new EC2Client({ requestHandler: simulator.requestHandler() })`. */
  requestHandler(): InProcessHandler {
    return inProcessHandler((request) => this.handle(request));
  }

  /** Back to the fresh account; faults and the log of calls go too. */
  reset(): void {
    this.world = this.freshWorld();
    this.faults.clear();
    this.log.clear();
    this.changed();
  }

  snapshot(): SimState {
    this.settle();
    return this.world.save();
  }

  restore(state: SimState): void {
    this.world = World.restore(state);
    this.changed();
  }

  timeline(): Timeline {
    this.settle();
    return timelineOf(this.world.now, this.world.ledger.save());
  }

  calls(): Call[] {
    return this.log.list();
  }

  clearCalls(): void {
    this.log.clear();
  }

  /** The next launch is taken and then fails: pending, then terminated with this reason (such as Client.InternalError). */
  failNextLaunch(reasonCode: string): void {
    this.world.launchFailures.push(reasonCode);
  }

  /** Calls back after anything may have changed. */
  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private answer(name: string, action: Action | undefined, params: Params): XmlObject {
    if (action === undefined) {
      throw new Ec2Error(
        "InvalidAction",
        `The action ${name} is not valid for this web service: the simulator does not model it.`,
      );
    }
    this.settle();
    this.faults.strike(name, "before");
    const commit = action.prepare(this.world, params);
    if (params.boolean("DryRun") === true) {
      throw new Ec2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.");
    }
    const answer = commit();
    this.faults.strike(name, "after");
    return answer;
  }

  private settle(): void {
    settle(this.world, this.clock.now());
  }

  private freshWorld(): World {
    const world = new World({ ...this.identity, random: new Random(this.seed), now: this.clock.now() });
    furnish(world);
    return world;
  }

  private newRequestId(): string {
    const digits = this.requestIds.hex(32);
    return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

function codeOf(error: unknown): string {
  if (error instanceof Ec2Error || error instanceof ConnectionReset) return error.code;
  return "InternalError";
}

function reply(status: number, requestId: string, body: string): SimReply {
  return { status, headers: { "content-type": "text/xml;charset=UTF-8", "x-amzn-requestid": requestId }, body };
}
