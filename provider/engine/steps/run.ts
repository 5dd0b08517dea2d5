/** The context of one run of the steps. Steps write what they made into `observed`, where later steps find it. */
import { orNothing } from "../../ec2/lookups";
import { Cancelled, type Clock, Stopwatch } from "../../kit/clock";
import type { Ec2Client } from "../../ec2/client";
import type { Ec2 } from "../../ec2/ec2";
import { Patience } from "../../ec2/patience";
import { waitFor, type Waiting } from "../../ec2/wait";
import { explain, isEc2Error } from "../../ec2/errors";
import { HeldUp } from "./held-up";
import type { Lease } from "../record/lease";
import type { Standing } from "../record/standing";
import { castOf } from "../situation/cast";
import type { Goal } from "../../model/goal";
import type { World } from "../../model/observed";
import type { ElasticIp, Instance, NetworkInterface } from "../../model/things";

export interface Deps extends Waiting {
  ec2: Ec2;
  /** The clock without the time in which calls of this run wait for their turn behind those of other machines. */
  unqueued: Clock;
  /** Keeps back a held-up call that cannot be undone until the record was read again. */
  heldUp: HeldUp;
  /** Prints one line for the user. */
  say: (line: string) => void;
  /** Whether the engine that asked for this is gone, so that no more should be begun. */
  isAbandoned: () => boolean;
  /** Aborted when the user ends the run; every pause of `clock` ends with it. */
  cancelled: AbortSignal;
  /** Receives what is to be counted, where somebody counts. */
  meter?: Meter;
  /** Finds another machine of the same run of Pulumi that names a thing, by any of its names: the thing is left to it, and not deleted. */
  namedByOther?: (names: readonly string[]) => string | undefined;
}

/** The parts of {@link Deps} that belong to one run; its account and region share the rest. */
export interface RunOf extends Pick<Deps, "clock" | "say" | "isAbandoned" | "cancelled" | "meter"> {
  timeoutSeconds: number;
  /** Time by which the run has to end; absent: never. */
  deadline?: number;
}

export function depsOf(client: Ec2Client, { timeoutSeconds, deadline, ...run }: RunOf): Deps {
  const { clock, say } = run;
  const unqueued = new Stopwatch(clock);
  const patience = new Patience(clock, timeoutSeconds * 1000, deadline);
  const { expectations } = client;
  const heldUp = new HeldUp(clock);
  const beforeSending = (action: string): Promise<void> => heldUp.before(action);
  return {
    ...run,
    ec2: client.forRun({ patience, say, queued: unqueued, beforeSending }),
    unqueued,
    heldUp,
    expectations,
  };
}

interface Meter {
  /** Counts how long an address was dark that this run took down. */
  dark: (ms: number) => void;
  /** Counts a launch or start that found no capacity. */
  miss: () => void;
}

export interface Run extends Deps, Goal {
  observed: World;
  /** The interface that the plan is about: its steps change the world, and must not choose anew. Absent until it is made. */
  networkInterfaceId?: string;
  /** The interface that this run made last. */
  madeInterfaceId?: string;
  /** The Elastic IP that this run allocated. */
  madeAllocationId?: string;
  /** Tells this run's intents from those of other runs, where a repeat by another run must not be answered with its own. */
  nonce: string;
  /** The result that this run stands for beside other runs; absent: this run deletes the machine, whatever the others want. */
  standing?: Standing;
  /** The lease by which a create holds the record, from when the record was made or taken up until it is ready. */
  lease?: Lease;
  /** The working instance that this run terminated, as it was: a roll-back launches it again. */
  retired?: Instance;
  /** The type that is being launched, which may be one to fall back to. */
  offered?: string;
  /** The last instance that this run launched, proven or not. */
  launched?: Instance;
  /** The addresses that this run moved from an interface that is given up. */
  moved?: { from: string; addresses: string[] }[];
  /** Time since which the private IP has had no running instance, if this run took it down. */
  darkSince?: number;
}

/** Something is in the way, seen before anything was changed. */
export class Refused extends Error {
  override readonly name = "Refused";
}

/** The world is not as it was observed; the plan has to be made anew. */
export class ObserveAgain extends Error {
  override readonly name = "ObserveAgain";
}

/** Whether an error ends the run, so that no step may answer it with another attempt. */
export function endsAttempts(error: unknown): boolean {
  return error instanceof ObserveAgain || error instanceof Cancelled;
}

/** Time that EC2, or the guest, may take for a change of state before it counts as stuck. */
export function transitionTimeout({ desired }: Pick<Run, "desired">): number {
  return desired.replacement.timeoutSeconds * 1000;
}

/** Time for which a thing may stay unknown after it was made (EC2 is eventually consistent). */
export const PROPAGATION_TIMEOUT_MS = 2 * 60_000;

/** Finds the interface that the plan is about; undefined before it is made. */
export function findNetworkInterface(run: Run): NetworkInterface | undefined {
  return run.observed.networkInterfaces.find((it) => it.id === run.networkInterfaceId);
}

/** The interface that the plan is about. It was there, or made, when the steps began; somebody may delete it at any time. */
export function networkInterfaceOf(run: Run): NetworkInterface {
  const eni = findNetworkInterface(run);
  if (eni === undefined && run.networkInterfaceId !== undefined) {
    throw new ObserveAgain(`${run.networkInterfaceId} was deleted meanwhile`);
  }
  return made(eni, "network interface");
}

export function elasticIpOf(run: Run): ElasticIp {
  return made(castOf(run).elasticIp, "Elastic IP");
}

/** A thing that an earlier step of the same plan made; its absence is a fault of the plan. */
export function made<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) {
    throw new Error(`the ${what} should be there by now; this is a fault of pulumi-managed-instance, please report it`);
  }
  return thing;
}

/** The clock for a wait whose looks are calls that change something: their queueing is no time of EC2's. */
export function unqueuedWaiting({ unqueued, expectations }: Pick<Deps, "unqueued" | "expectations">): Waiting {
  return { clock: unqueued, expectations };
}

/** The parts of a run that a wait needs. */
type Waiter = Pick<Run, "unqueued" | "expectations" | "desired">;

interface Passing {
  /** The thing that is waited for, as the end of "waiting for …". */
  what: string;
  /** Tells a refusal that passes by itself from others. */
  isPassing: (error: unknown) => boolean;
  timeoutMs: number;
}

/**
 * Repeats `call` while EC2 refuses it for a reason that passes by itself. Any other error ends the wait: a call with an unknown outcome may
 * not be safe to repeat.
 */
export async function onceAccepted<T>(
  run: Waiter,
  { what, isPassing, timeoutMs }: Passing,
  call: () => Promise<T>,
): Promise<T> {
  const result = (await waitFor<{ value: T } | { error: unknown } | string>(
    {
      kind: "propagation",
      what,
      read: async () => {
        try {
          return { value: await call() };
        } catch (error) {
          return isPassing(error) ? explain(error) : { error };
        }
      },
      isReady: (it) => typeof it !== "string",
      describe: (it) => (typeof it === "string" ? it : "accepted"),
      timeoutMs: Math.min(timeoutMs, transitionTimeout(run)),
    },
    unqueuedWaiting(run),
  )) as { value: T } | { error: unknown };
  if ("error" in result) {
    throw result.error;
  }
  return result.value;
}

/** Repeats `call` while EC2 does not know yet what was just made; `isNotSeen` tells that from other refusals. */
export function oncePropagated<T>(
  run: Waiter,
  what: string,
  call: () => Promise<T>,
  isNotSeen: (error: unknown) => boolean = (error) => isEc2Error(error, "not-found"),
): Promise<T> {
  const passing = { what: `${what} to be known to EC2`, isPassing: isNotSeen, timeoutMs: PROPAGATION_TIMEOUT_MS };
  return onceAccepted(run, passing, call);
}

/** Deletes a thing that was seen to be free: EC2 may refuse for a moment, as not every part of EC2 has heard that it is. */
export function deleteOnceFree(run: Run, id: string, call: () => Promise<void>): Promise<void> {
  const isPassing = (error: unknown): boolean => isEc2Error(error, "in-use", "transition");
  const passing = { what: `EC2 to delete ${id}`, isPassing, timeoutMs: PROPAGATION_TIMEOUT_MS };
  return onceAccepted(run, passing, () => orNothing(call));
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
