/** What one run of the steps works with. Steps write what they made into `observed`, where later steps find it. */
import type { Clock } from "../clock";
import type { Ec2 } from "../ec2/ec2";
import { waitFor } from "../ec2/wait";
import { isEc2Error } from "../ec2/errors";
import { currentElasticIp, currentNetworkInterface, type Situation } from "./current";
import type { ElasticIp, Instance, NetworkInterface } from "./state";

export interface Deps {
  ec2: Ec2;
  clock: Clock;
  /** Prints one line for the user. */
  say: (line: string) => void;
  /** Whether the engine that asked for this is gone, so that no more should be begun. */
  isAbandoned: () => boolean;
}

export interface Run extends Deps, Situation {
  /** Tells this run's intents from those of other runs, where a repeat by another run must not be answered with its own. */
  nonce: string;
  /** Whether a state is known to have the id. */
  known: boolean;
  /** The working instance that this run ended, as it was: what to go back to. */
  retired?: Instance;
  /** The last instance that this run launched, proven or not. */
  launched?: Instance;
  /** The addresses that this run moved from an interface that is given up. */
  moved?: { from: string; addresses: string[] }[];
  /** Since when the private IP has had no running instance, if this run took it down. */
  darkSince?: number;
}

/** The world is not as it was observed; the plan has to be made anew. */
export class ObserveAgain extends Error {
  override readonly name = "ObserveAgain";
}

/** How long EC2, or the guest, may take for a change of state before it counts as stuck. */
export function transitionTimeout({ desired }: Pick<Run, "desired">): number {
  return desired.replacement.timeoutSeconds * 1000;
}

/** How long a thing may stay unknown after it was made (EC2 is eventually consistent). */
const PROPAGATION_TIMEOUT_MS = 2 * 60_000;

/** It was there, or made, when the steps began; somebody may delete it at any time. */
export function networkInterfaceOf(run: Run): NetworkInterface {
  const eni = currentNetworkInterface(run);
  if (eni === undefined && run.chosenInterfaceId !== undefined) {
    throw new ObserveAgain(`${run.chosenInterfaceId} was deleted meanwhile`);
  }
  return made(eni, "network interface");
}

export function elasticIpOf(run: Run): ElasticIp {
  return made(currentElasticIp(run.desired, run.observed, run.recorded), "Elastic IP");
}

/** An earlier step of the same plan makes it; its absence is a fault of the plan. */
export function made<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) {
    throw new Error(`the ${what} should be there by now; this is a fault of pulumi-managed-instance, please report it`);
  }
  return thing;
}

/**
 * Repeats `call` while EC2 does not know yet what was just made; `isNotSeen` tells that from other refusals. All else ends it: a call
 * of which nobody knows what came of it may not be one to repeat.
 */
export async function oncePropagated<T>(
  run: Run,
  what: string,
  call: () => Promise<T>,
  isNotSeen: (error: unknown) => boolean = (error) => isEc2Error(error, "not-found"),
): Promise<T> {
  const result = await waitFor<{ value: T } | { error: unknown } | undefined>({
    what: `${what} to be known to EC2`,
    read: async () => {
      try {
        return { value: await call() };
      } catch (error) {
        return isNotSeen(error) ? undefined : { error };
      }
    },
    isReady: (it) => it !== undefined,
    describe: () => "not known yet",
    timeoutMs: Math.min(PROPAGATION_TIMEOUT_MS, transitionTimeout(run)),
    clock: run.clock,
  });
  const end = made(result, what);
  if ("error" in end) {
    throw end.error;
  }
  return end.value;
}

/** Ends quietly if the thing is gone already, which is what was wanted. */
export async function goneIsFine(call: () => Promise<void>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!isEc2Error(error, "not-found")) {
      throw error;
    }
  }
}

export function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`;
}
