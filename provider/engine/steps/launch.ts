/** The launch of an instance on the network identity. */
import { Ec2Error, explain, isAboutType } from "../../ec2/errors";
import type { Desired } from "../../model/desired";
import type { Instance } from "../../model/things";
import { markedAs } from "../situation/filters";
import { isAlive } from "../situation/instances";
import { attempt } from "./attempt";
import { endVolumesWith } from "./image-volumes";
import { type Launchable, type Offer, onInterface, wantedLaunch } from "./launchable";
import { prove } from "./prove";
import { rollBack } from "./roll-back";
import { endsAttempts, networkInterfaceOf, ObserveAgain, type Run } from "./run";
import { settle } from "./start";

/** No type that may be launched has capacity. */
export class NoCapacity extends Error {
  override readonly name = "NoCapacity";
}

/** Launches the wanted generation; if that fails, the one that this run retired, so that the machine works. */
export async function launch(run: Run): Promise<void> {
  try {
    await requireNoOther(run);
    const start = run.clock.now();
    const instance = await launchOffered(run, (offer) =>
      wantedLaunch(run, offer, onInterface(networkInterfaceOf(run))),
    );
    settle(run, instance, start);
    await prove(run, instance);
  } catch (error) {
    // The world changed, so the run observes it again.
    throw endsAttempts(error) ? error : await rollBack(run, error);
  }
  await endVolumesWithLaunched(run);
}

/**
 * An interface has one holder, so two runs that launch on the same one find each other. Where the machine comes to an interface that is not
 * on record, or keeps none, the instance that another run launched on another one meanwhile is found by its tag.
 */
async function requireNoOther(run: Run): Promise<void> {
  const { ec2, id, desired, observed, recorded } = run;
  const isOther = recorded !== undefined && recorded.networkInterfaceId !== networkInterfaceOf(run).id;
  if (desired.persistPrivateIp && !isOther) {
    return;
  }
  const now = await ec2.describeInstances(markedAs(id));
  const other = now.find((it) => isAlive(it) && !observed.instances.some((seen) => seen.id === it.id));
  if (other !== undefined) {
    throw new ObserveAgain(`another run launched ${other.id} meanwhile`);
  }
}

/** Sets volumes to end with the instance. Called once the instance works: a failure of this is no reason to roll back. */
export async function endVolumesWithLaunched(run: Run): Promise<void> {
  if (run.launched !== undefined) {
    await endVolumesWith(run, run.launched);
  }
}

/** The offers that may be launched, the most wanted first: every type in the wanted market, then, if that is allowed, on-demand. */
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

/** Launches the first offer that works: a lack of capacity, or a refusal that is about the type, leads to the next one. */
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
  run.say(`no capacity for ${what} in ${networkInterfaceOf(run).availabilityZone}`);
  return { what, because: outcome.replace(/\.$/, "") };
}

/** The error when no offer could be launched. As long as one offer only lacked capacity, trying again later may help. */
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
