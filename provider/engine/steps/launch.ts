/** The launch of an instance on the network identity. */
import {
  Ec2Error,
  explain,
  isAboutType,
  isCapacityReason,
  isEc2Error,
  isInstanceProfileNotSeen,
  isOwnPartNotSeen,
} from "../../ec2/errors";
import { waitFor } from "../../ec2/wait";
import { isAlive } from "../situation/current";
import { endsAttempts, networkInterfaceOf, ObserveAgain, type Run, transitionTimeout, unqueuedWaiting } from "./run";
import type { Desired, Instance, Market } from "../../model/state";
import { endVolumesWith } from "./image-volumes";
import { awaitFree, readNetworkInterface } from "./network-interface";
import { type Launchable, launchRequest, onInterface, wantedLaunch } from "./launchable";
import { prove } from "./prove";
import { rollBack } from "./roll-back";
import { awaitRunning, EndedAtLaunch, settle } from "./start";

/** Nothing that may be launched has capacity. */
export class NoCapacity extends Error {
  override readonly name = "NoCapacity";
}

const PROPAGATION_MS = 2 * 60_000;
/** Each repeat comes after an instance that ended while nobody looked; more than a few in a row are a fault. */
const MAX_REPEATS = 5;

/** Launches the wanted generation; if that fails, the one that this run retired, so that the machine works. */
export async function launch(run: Run): Promise<void> {
  try {
    const start = run.clock.now();
    const instance = await launchOffered(run, (offer) =>
      wantedLaunch(run, offer, onInterface(networkInterfaceOf(run))),
    );
    settle(run, instance, start);
    await prove(run, instance);
  } catch (error) {
    // A world that changed is looked at again.
    throw endsAttempts(error) ? error : await rollBack(run, error);
  }
  await endVolumesWithLaunched(run);
}

/** Once the instance works: what this is about is no reason to go back. */
export async function endVolumesWithLaunched(run: Run): Promise<void> {
  if (run.launched !== undefined) {
    await endVolumesWith(run, run.launched);
  }
}

/** One way to get an instance. */
export interface Offer {
  instanceType: string;
  market: Pick<Market, "lifecycle" | "maxPrice">;
}

/** What may be launched, the most wanted first: every type as it is wanted to be bought, then, if that is allowed, on demand. */
export function offers({ instanceType, fallbackInstanceTypes, market }: Desired): Offer[] {
  const types = [instanceType, ...fallbackInstanceTypes];
  const fallsBack = market.lifecycle === "spot" && market.fallbackToOnDemand;
  const markets: Offer["market"][] = fallsBack ? [market, { lifecycle: "on-demand" }] : [market];
  return markets.flatMap((it) => types.map((type) => ({ instanceType: type, market: it })));
}

/** An offer that came to nothing. */
interface Miss {
  what: string;
  because: string;
  /** EC2's refusal of the type; absent where it only had no capacity. */
  refusal?: Ec2Error;
}

/** A lack of capacity, and a refusal that is about the type, are answered with the next offer. */
export async function launchOffered(run: Run, launchableOf: (offer: Offer) => Launchable): Promise<Instance> {
  const eni = networkInterfaceOf(run);
  const misses: Miss[] = [];
  for (const offer of offers(run.desired)) {
    const what = `${offer.instanceType} (${offer.market.lifecycle})`;
    const launchable = launchableOf(offer);
    const place = "networkInterfaceId" in launchable.network ? `on ${eni.id}` : `to hand ${eni.id} over to`;
    run.say(`launching ${what} ${place}`);
    run.offered = offer.instanceType;
    const outcome = await attempt(run, launchable).catch((error: unknown) => {
      if (isAboutType(error, offer.instanceType)) {
        return error;
      }
      throw error;
    });
    if (typeof outcome !== "string" && !(outcome instanceof Ec2Error)) {
      return outcome;
    }
    misses.push(missOf(run, what, outcome));
  }
  run.offered = undefined;
  throw nothingOffered(misses, eni.availabilityZone);
}

function missOf(run: Run, what: string, outcome: string | Ec2Error): Miss {
  if (outcome instanceof Ec2Error) {
    const because = explain(outcome).replace(/\.$/, "");
    run.say(`EC2 refuses to launch ${what}: ${because}`);
    return { what, because, refusal: outcome };
  }
  run.meter?.miss();
  run.say(`${what} is not to be had in ${networkInterfaceOf(run).availabilityZone}`);
  return { what, because: outcome.replace(/\.$/, "") };
}

/** As long as one offer only lacked capacity, trying again later may help. */
function nothingOffered(misses: Miss[], zone: string): Error {
  const all = misses.map(({ what, because }) => `${what}: ${because}`).join("; ");
  const refusals = misses.flatMap(({ refusal }) => refusal ?? []);
  const [first] = refusals;
  if (first === undefined) {
    const advice = "Try again later, or change instanceType, fallbackInstanceTypes or market";
    return new NoCapacity(`no capacity in ${zone}: ${all}. ${advice}`);
  }
  if (misses.length === 1) {
    return first;
  }
  return refusals.length < misses.length
    ? new NoCapacity(
        `no type could be launched in ${zone}: ${all}. Try again later, and name types that take all that is set`,
      )
    : new Error(`EC2 refuses each type: ${all}. Name types that take all that is set`, { cause: first });
}

/** A running instance, or why there is no capacity for one. */
export async function attempt(run: Run, launchable: Launchable): Promise<Instance | string> {
  const predecessors = [lastInstance(run)];
  while (predecessors.length <= MAX_REPEATS) {
    try {
      const instance = await request(run, predecessors, launchable);
      if (isAlive(instance)) {
        run.launched = instance;
        run.launched = await awaitRunning(run, instance);
        return run.launched;
      }
      // The same token as for an instance that has ended since: it is the predecessor of the one that is wanted.
      predecessors.push(instance.id);
    } catch (error) {
      if (error instanceof EndedAtLaunch && isCapacityReason(error.instance.stateReason?.code)) {
        run.launched = undefined;
        await freeAgain(run, launchable);
        return error.message;
      }
      if (isEc2Error(error, "capacity")) {
        return explain(error);
      }
      if (!isEc2Error(error, "mismatch")) {
        throw error;
      }
      predecessors.push("other parameters");
    }
  }
  throw new Error(`EC2 ended ${MAX_REPEATS} instances in a row right after their launch`);
}

async function freeAgain(run: Run, { network }: Launchable): Promise<void> {
  if ("networkInterfaceId" in network) {
    await awaitFree(run, { id: network.networkInterfaceId, status: "in-use" });
  }
}

/** The one that ran last, as far as EC2 or the state remember. */
function lastInstance(run: Run): string | undefined {
  const [latest] = [...run.observed.instances].sort((a, b) => b.launchedAt - a.launchedAt || (a.id < b.id ? 1 : -1));
  return latest?.id ?? (run.recorded?.instanceId === "" ? undefined : run.recorded?.instanceId);
}

/** RunInstances; a profile made a moment ago and an interface not quite free yet are waited for. */
async function request(run: Run, predecessors: (string | undefined)[], launchable: Launchable): Promise<Instance> {
  const launching = await waitFor<Instance | string>(
    {
      kind: "propagation",
      what: "EC2 to accept the launch",
      read: async () => {
        try {
          return await run.ec2.runInstance(launchRequest(run, launchable, predecessors));
        } catch (error) {
          if (isInstanceProfileNotSeen(error) || isOwnPartNotSeen(error)) {
            return explain(error);
          }
          if (isEc2Error(error, "in-use", "transition") && "networkInterfaceId" in launchable.network) {
            await awaitHolder(run, launchable.network.networkInterfaceId);
            return explain(error);
          }
          throw error;
        }
      },
      isReady: (it) => typeof it !== "string",
      describe: (it) => (typeof it === "string" ? it : it.state),
      timeoutMs: Math.min(PROPAGATION_MS, transitionTimeout(run)),
    },
    unqueuedWaiting(run),
  );
  return launching as Instance;
}

/** An interface that something else holds is waited for. */
async function awaitHolder(run: Run, networkInterfaceId: string): Promise<void> {
  const eni = await readNetworkInterface(run.ec2, networkInterfaceId);
  if (eni === undefined) {
    throw new ObserveAgain(`${networkInterfaceId} is gone`);
  }
  if (eni.attachment?.instanceId !== undefined) {
    await awaitFree(run, { id: eni.id, status: "in-use" });
  }
}
