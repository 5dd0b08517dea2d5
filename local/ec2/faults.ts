import { Ec2Error } from "./model/errors";
import type { Random } from "./model/random";

/** Something that shall go wrong with calls. Without `times` it stays until it is cleared. */
export interface Fault {
  /** The name of an action, or `*` for every one. */
  action: string;
  /** EC2 answers with this. */
  error?: { code: string; message?: string; status?: number };
  /** The connection is cut instead of an answer. */
  reset?: boolean;
  /** How long the call takes, in simulated milliseconds; only over HTTP. */
  latencyMs?: number;
  /** How many calls it meets. */
  times?: number;
  /** With which probability it meets a call, from 0 to 1. */
  probability?: number;
  /** Before the call takes effect (the usual case), or after: the call took effect, and its answer is lost. */
  when?: "before" | "after";
  /** The same as `when: "after"`. */
  afterEffect?: boolean;
}

/** The connection went away before the answer came. */
export class ConnectionReset extends Error {
  readonly code = "ECONNRESET";

  constructor() {
    super("socket hang up");
    this.name = "ConnectionReset";
  }
}

interface Armed extends Fault {
  left: number;
}

/** The faults that lie in wait. */
export class Faults {
  private armed: Armed[] = [];

  constructor(private readonly random: Random) {}

  add(fault: Fault): void {
    this.armed.push({ ...fault, left: fault.times ?? Infinity });
  }

  clear(): void {
    this.armed = [];
  }

  list(): Fault[] {
    return this.armed.map(({ left, ...fault }) => ({ ...fault, ...(Number.isFinite(left) && { times: left }) }));
  }

  /** Throws what was ordered for this call at this point of it. */
  strike(action: string, when: "before" | "after"): void {
    for (const fault of this.armed.filter((one) => isFailure(one) && isFor(one, action) && pointOf(one) === when)) {
      if (!this.meets(fault)) continue;
      throw fault.reset === true ? new ConnectionReset() : errorOf(fault, action);
    }
  }

  /** How many milliseconds this call shall take. */
  latency(action: string): number {
    const slow = this.armed.filter((one) => one.latencyMs !== undefined && isFor(one, action) && this.meets(one));
    return slow.reduce((sum, { latencyMs = 0 }) => sum + latencyMs, 0);
  }

  private meets(fault: Armed): boolean {
    if (fault.probability !== undefined && this.random.next() >= fault.probability) return false;
    fault.left -= 1;
    if (fault.left <= 0) this.armed = this.armed.filter((one) => one !== fault);
    return true;
  }
}

function isFailure({ error, reset }: Fault): boolean {
  return error !== undefined || reset === true;
}

function isFor(fault: Fault, action: string): boolean {
  return fault.action === "*" || fault.action === action;
}

function pointOf({ when, afterEffect }: Fault): "before" | "after" {
  return when ?? (afterEffect === true ? "after" : "before");
}

function errorOf({ error }: Fault, action: string): Ec2Error {
  const code = error?.code ?? "InternalError";
  return new Ec2Error(code, error?.message ?? `${code}: ordered for ${action} by a fault`, error?.status);
}
