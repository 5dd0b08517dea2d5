/** The start of an instance on the network identity. */
import { explain, isCapacityReason, isEc2Error, isInstanceProfileNotSeen, isOwnPartNotSeen } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { waitFor } from "../../ec2/wait";
import { networkInterfaceOf, ObserveAgain, type Run, seconds, TRANSITION_TIMEOUT_MS } from "../run";
import type { Instance, Market } from "../state";
import { isAlive } from "../current";
import { awaitFree, readNetworkInterface } from "./network-interface";
import { type Launchable, launchRequest, wantedLaunch } from "./preflight";
import { rollBack } from "./roll-back";

/** Nothing that may be launched has capacity. */
export class NoCapacity extends Error {
  override readonly name = "NoCapacity";
}

const PROFILE_PROPAGATION_MS = 2 * 60_000;
/** Each repeat comes after an instance that ended while nobody looked; more than a few in a row are a fault. */
const MAX_REPEATS = 5;

/** Launches the wanted generation; if that fails for good, the one that this run retired, so that the machine works. */
export async function launch(run: Run): Promise<void> {
  try {
    await launchWanted(run);
  } catch (error) {
    // Without capacity the identity waits for some; a world that changed is looked at again.
    const goesBack = !(error instanceof NoCapacity) && !(error instanceof ObserveAgain);
    throw goesBack ? await rollBack(run, error) : error;
  }
}

async function launchWanted(run: Run): Promise<void> {
  const eni = networkInterfaceOf(run);
  const misses: string[] = [];
  for (const market of markets(run.desired.market)) {
    const what = `${run.desired.instanceType} (${market.lifecycle})`;
    run.say(`launching ${what} on ${eni.id}`);
    const start = run.clock.now();
    const outcome = await attempt(run, wantedLaunch(run, market));
    if (typeof outcome !== "string") {
      settle(run, outcome, start);
      return;
    }
    misses.push(`${what}: ${outcome}`);
    run.say(`no capacity for ${what}`);
  }
  throw new NoCapacity(
    `no capacity in ${eni.availabilityZone}: ${misses.join("; ")}. Try again later, or change instanceType or market`,
  );
}

function markets(wanted: Market): Market[] {
  return wanted.lifecycle === "spot" && wanted.fallbackToOnDemand
    ? [wanted, { lifecycle: "on-demand", fallbackToOnDemand: false }]
    : [wanted];
}

/** A running instance, or why there is no capacity for one. */
export async function attempt(run: Run, launchable: Launchable): Promise<Instance | string> {
  const predecessors = [lastInstance(run)];
  while (predecessors.length <= MAX_REPEATS) {
    try {
      const instance = await request(run, predecessors, launchable);
      if (isAlive(instance)) {
        return await awaitRunning(run, instance);
      }
      // The same token as for an instance that has ended since: it is the predecessor of the one that is wanted.
      predecessors.push(instance.id);
    } catch (error) {
      if (error instanceof EndedAtLaunch && isCapacityReason(error.instance.stateReason?.code)) {
        await awaitFree(run, { id: launchable.networkInterfaceId, status: "in-use" });
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

/** The one that ran last, as far as EC2 or the state remember. */
function lastInstance(run: Run): string | undefined {
  const [latest] = [...run.observed.instances].sort((a, b) => b.launchedAt - a.launchedAt || (a.id < b.id ? 1 : -1));
  return latest?.id ?? (run.recorded?.instanceId === "" ? undefined : run.recorded?.instanceId);
}

/** RunInstances; a profile made a moment ago and an interface not quite free yet are waited for. */
async function request(run: Run, predecessors: (string | undefined)[], launchable: Launchable): Promise<Instance> {
  const launching = await waitFor<Instance | string>({
    what: "EC2 to accept the launch",
    read: async () => {
      try {
        return await run.ec2.runInstance(launchRequest(run, launchable, predecessors));
      } catch (error) {
        if (isInstanceProfileNotSeen(error) || isOwnPartNotSeen(error)) {
          return explain(error);
        }
        if (isEc2Error(error, "in-use", "transition")) {
          await adoptHolder(run, launchable.networkInterfaceId);
          return explain(error);
        }
        throw error;
      }
    },
    isReady: (it) => typeof it !== "string",
    describe: (it) => (typeof it === "string" ? it : it.state),
    timeoutMs: PROFILE_PROPAGATION_MS,
    clock: run.clock,
  });
  return launching as Instance;
}

/** The interface is the lock between two writers. Who finds it held looks again: the holder may be ours. */
async function adoptHolder(run: Run, networkInterfaceId: string): Promise<void> {
  const eni = await readNetworkInterface(run.ec2, networkInterfaceId);
  const holderId = eni?.attachment?.instanceId;
  if (eni === undefined) {
    throw new ObserveAgain(`${networkInterfaceId} is gone`);
  }
  if (holderId === undefined) {
    return;
  }
  const [holder] = await run.ec2.describeInstances({ "instance-id": [holderId] });
  if (holder?.tags[TAG.id] === run.id && isAlive(holder)) {
    throw new ObserveAgain(`${eni.id} is held by ${holderId}, which another run launched`);
  }
  await awaitFree(run, { id: eni.id, status: "in-use" });
}

export class EndedAtLaunch extends Error {
  override readonly name = "EndedAtLaunch";

  constructor(readonly instance: Instance) {
    const { id, stateReason } = instance;
    super(
      `${id} ended while it started: ${stateReason?.message ?? "EC2 gave no reason"} (${stateReason?.code ?? "no code"})`,
    );
  }
}

async function awaitRunning(run: Run, launched: Instance): Promise<Instance> {
  const seen = await waitFor<Instance | undefined>({
    what: `${launched.id} to run`,
    read: async () => {
      const [instance] = await run.ec2.describeInstances({ "instance-id": [launched.id] });
      if (instance !== undefined && !isAlive(instance)) {
        remember(run, instance);
        throw new EndedAtLaunch(instance);
      }
      return instance;
    },
    isReady: (it) => it?.state === "running",
    describe: (it) => it?.state ?? "not known yet",
    timeoutMs: TRANSITION_TIMEOUT_MS,
    clock: run.clock,
  });
  return seen ?? launched;
}

function remember(run: Run, instance: Instance): void {
  run.observed.instances = [...run.observed.instances.filter((it) => it.id !== instance.id), instance];
}

export function settle(run: Run, instance: Instance, start: number): void {
  remember(run, instance);
  const now = run.clock.now();
  const dark = run.darkSince === undefined ? "" : `; the address was dark for ${seconds(now - run.darkSince)}`;
  run.darkSince = undefined;
  run.say(`${instance.id} running after ${seconds(now - start)}${dark}`);
}

/** Starts an instance that somebody stopped. */
export async function start(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  await waitFor<Instance | undefined>({
    what: `${instance.id} to be stopped`,
    read: async () => (await run.ec2.describeInstances({ "instance-id": [instance.id] }))[0],
    isReady: (it) => it !== undefined && it.state !== "stopping",
    describe: (it) => it?.state ?? "not known",
    timeoutMs: TRANSITION_TIMEOUT_MS,
    clock: run.clock,
  });
  run.say(`starting ${instance.id}`);
  await run.ec2.startInstance(instance.id);
  settle(run, await awaitRunning(run, instance), begin);
}

/** Waits for one that an earlier run launched. */
export async function finishStart(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  settle(run, await awaitRunning(run, instance), begin);
}
