import { sample, type Distribution } from "../model/distribution";
import { Ec2Error } from "../model/errors";
import type { Random } from "../model/random";
import { fits } from "./patterns";

/** Something that shall go wrong with calls. Without `times` it stays until it is cleared. */
export interface Fault {
  /** The name of an action, a pattern such as `Describe*`, or `*` for every one. */
  action: string;
  /** EC2 answers with this. */
  error?: { code: string; message?: string; status?: number };
  /** The connection is cut instead of an answer. */
  reset?: boolean;
  /** No answer ever comes: the client gives up when it has waited long enough. */
  hang?: boolean;
  /** How much longer the call takes, in simulated milliseconds. */
  latencyMs?: Distribution;
  /** How many calls it meets. */
  times?: number;
  /** How many calls it lets pass first. */
  skip?: number;
  /** With which probability it meets a call, from 0 to 1. */
  probability?: number;
  /** Before the call takes effect (the usual case), or after: the call took effect, and its answer is lost or late. */
  when?: "before" | "after";
  /** The same as `when: "after"`. */
  afterEffect?: boolean;
}

export type Moment = "before" | "after";

/** The connection went away before the answer came. */
export class ConnectionReset extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("socket hang up");
    this.name = "ConnectionReset";
  }
}

/** The call is not answered. Over HTTP the connection stays open; in process the client's own time-out comes at once. */
export class NoReply extends Error {
  readonly code = "ETIMEDOUT";

  constructor() {
    super("The simulator was told not to answer this call");
    // As the SDK's own handler names a request that took too long.
    this.name = "TimeoutError";
  }
}

interface Armed extends Fault {
  left: number;
  toSkip: number;
}

/** The faults that lie in wait. */
export class Faults {
  private armed: Armed[] = [];

  constructor(private readonly random: Random) {}

  add(fault: Fault): void {
    this.armed.push({ ...fault, left: fault.times ?? Infinity, toSkip: fault.skip ?? 0 });
  }

  clear(): void {
    this.armed = [];
  }

  list(): Fault[] {
    return this.armed.map(({ left, toSkip, ...fault }) => ({
      ...fault,
      times: Number.isFinite(left) ? left : undefined,
      skip: toSkip > 0 ? toSkip : undefined,
    }));
  }

  /** Throws what was ordered for this call at this point of it. */
  strike(action: string, when: Moment): void {
    for (const fault of this.of(action, when).filter(isFailure)) {
      if (!this.meets(fault)) continue;
      if (fault.reset === true) throw new ConnectionReset();
      if (fault.hang === true) throw new NoReply();
      throw errorOf(fault, action);
    }
  }

  /** How many milliseconds longer this call shall take before or after its effect. */
  latency(action: string, when: Moment): number {
    let sum = 0;
    for (const fault of this.of(action, when)) {
      if (fault.latencyMs === undefined || isFailure(fault) || !this.meets(fault)) continue;
      sum += sample(this.random, fault.latencyMs);
    }
    return sum;
  }

  private of(action: string, when: Moment): Armed[] {
    return this.armed.filter((one) => pointOf(one) === when && fits(one.action, action));
  }

  private meets(fault: Armed): boolean {
    if (fault.toSkip > 0) {
      fault.toSkip -= 1;
      return false;
    }
    if (fault.probability !== undefined && this.random.next() >= fault.probability) return false;
    fault.left -= 1;
    if (fault.left <= 0) this.armed = this.armed.filter((one) => one !== fault);
    return true;
  }
}

function isFailure({ error, reset, hang }: Fault): boolean {
  return error !== undefined || reset === true || hang === true;
}

function pointOf({ when, afterEffect }: Fault): Moment {
  return when ?? (afterEffect === true ? "after" : "before");
}

function errorOf({ error }: Fault, action: string): Ec2Error {
  const code = error?.code ?? "InternalError";
  return new Ec2Error(code, error?.message ?? `${code}: ordered for ${action} by a fault`, error?.status);
}
