/** Stops an instance: to stay so, or to become another type. */
import { findInstance } from "../../ec2/lookups";
import { explain, isAboutType, isCapacityReason, isEc2Error } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { userDataFor } from "../../kit/user-data";
import { requireUnchanged } from "./points";
import { endsAttempts, ObserveAgain, type Run, seconds, transitionTimeout } from "./run";
import type { LaunchPart } from "../record/specification";
import type { Instance } from "../../model/things";
import type { Kind } from "../../ec2/expectations";
import { waitFor } from "../../ec2/wait";
import { refuseEnded } from "./alive";
import { darkening } from "./dark";
import { NoCapacity } from "./launch";
import { prove } from "./prove";
import { bothSaid } from "./roll-back";
import { awaitRunning, awaitStopped, EndedAtLaunch, settle, STALE_MS } from "./start";
import { markChanging, tagInstance, tagType, unmarkChanging } from "./tags";

/** Pauses the machine; its addresses and volumes stay with the instance. */
export async function stop(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  await bringDown(run, instance);
  if (run.desired.replacement.drainSeconds > 0) {
    await run.ec2.deleteTags([instance.id], [TAG.draining]);
  }
  run.say(`${instance.id} stopped after ${seconds(run.clock.now() - begin)}`);
}

async function bringDown(run: Run, instance: Instance): Promise<void> {
  await awaitDown(run, instance, await beginStop(run, instance));
}

/** @returns what there is to wait for now */
async function beginStop(run: Run, instance: Instance): Promise<Kind> {
  if (instance.state === "pending") {
    await awaitStarted(run, instance);
  }
  if (instance.state === "stopped" || instance.state === "stopping") {
    return "under-way";
  }
  run.say(`stopping ${instance.id}`);
  const { skipOsShutdown } = run.desired.replacement;
  await darkening(run, instance.state === "running", () => run.ec2.stopInstance(instance.id, skipOsShutdown));
  return skipOsShutdown ? "stop-skipping-os" : "stop";
}

async function awaitDown(run: Run, instance: Instance, kind: Kind): Promise<void> {
  const begin = run.clock.now();
  await waitFor<Instance | undefined>(
    {
      kind,
      what: `${instance.id} to stop`,
      read: () => findInstance(run.ec2, instance.id),
      isReady: (it) => {
        refuseEnded(it);
        if ((it?.state === "running" || it?.state === "pending") && run.clock.now() - begin > STALE_MS) {
          throw new ObserveAgain(`${instance.id} was started meanwhile`);
        }
        return it?.state === "stopped";
      },
      describe: (it) => it?.state ?? "not known",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  instance.state = "stopped";
  instance.publicIp = instance.publicIp === undefined ? undefined : heldPublicIp(run, instance.publicIp);
}

/** Waits until the instance has started: EC2 does not stop an instance that is still starting. */
async function awaitStarted(run: Run, instance: Instance): Promise<void> {
  const seen = await waitFor<Instance | undefined>(
    {
      kind: "under-way",
      what: `${instance.id} to start, so that it can be stopped`,
      read: () => findInstance(run.ec2, instance.id),
      isReady: (it) => {
        refuseEnded(it);
        return it !== undefined && it.state !== "pending";
      },
      describe: (it) => it?.state ?? "not known",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  instance.state = seen?.state ?? instance.state;
}

/** The public address after a stop: an Elastic IP stays, a changing public address does not. */
function heldPublicIp({ observed }: Run, publicIp: string): string | undefined {
  return observed.elasticIps.some((it) => it.publicIp === publicIp) ? publicIp : undefined;
}

/** Stops, changes and starts the instance, which stays, with all that is on it. */
export async function changeStopped(run: Run, instance: Instance, parts: readonly LaunchPart[]): Promise<void> {
  const before = {
    type: instance.type,
    userData: parts.includes("userData") ? await run.ec2.describeUserData(instance.id) : undefined,
  };
  const begin = run.clock.now();
  const done: Attempt["done"] = { isMarked: false, hasUserData: false };
  const stopping = await beginStop(run, instance);
  // Marked while the instance stops, because the address is dark already. A refusal is answered once the instance can be started again.
  const [marked] = await Promise.allSettled([markChanging(run, instance, parts)]);
  await awaitDown(run, instance, stopping);
  try {
    if (marked.status === "rejected") {
      throw marked.reason;
    }
    done.isMarked = true;
    await requireUnchanged(run);
    if (parts.includes("userData")) {
      await whileStopped(run, instance, () => run.ec2.setUserData(instance.id, userDataFor(run.desired)));
      done.hasUserData = true;
    }
    const { instanceType, fallbackInstanceTypes } = run.desired;
    const running = await startAs(run, instance, [instanceType, ...fallbackInstanceTypes]);
    settle(run, running, begin);
    await prove(run, running);
    await tagInstance(run, running);
  } catch (error) {
    const goesBack = run.desired.replacement.rollbackOnFailure && !endsAttempts(error);
    throw goesBack ? await goBack(run, instance, { error, done, before }) : error;
  }
}

/**
 * Starts an instance that is stopped, whoever stopped it, as the type it is; where that has no capacity, as another wanted type. An
 * instance with set cores and threads, which another type would set back, and a spot instance keep their type.
 */
export async function start(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  await awaitStopped(run, instance);
  const { instanceType, fallbackInstanceTypes, cpuOptions } = run.desired;
  const isFree = cpuOptions === undefined && instance.lifecycle === "on-demand";
  const others = isFree ? [instanceType, ...fallbackInstanceTypes] : [];
  settle(run, await startAs(run, instance, [instance.type, ...others.filter((it) => it !== instance.type)]), begin);
  await tagType(run, instance);
  await prove(run, instance);
}

/** Starts the instance as the first of the types that EC2 takes and has capacity for. */
async function startAs(run: Run, instance: Instance, types: string[]): Promise<Instance> {
  const misses: string[] = [];
  const refusals: unknown[] = [];
  for (const type of types) {
    try {
      if (instance.type !== type) {
        await whileStopped(run, instance, () => run.ec2.setInstanceType(instance.id, type));
        instance.type = type;
      }
      run.say(`starting ${instance.id} as ${type}`);
      await run.ec2.startInstance(instance.id);
      return await awaitRunning(run, instance);
    } catch (error) {
      const because = explain(error).replace(/\.$/, "");
      if (isForWantOfCapacity(error)) {
        run.meter?.miss();
        run.say(`no capacity for ${type}`);
      } else if (isAboutType(error, type) && types.length > 1) {
        refusals.push(error);
        run.say(`EC2 refuses ${type} for ${instance.id}: ${because}`);
      } else {
        throw error;
      }
      misses.push(`${type}: ${because}`);
    }
  }
  const reason = `${instance.id} could not be started: ${misses.join("; ")}`;
  throw refusals.length === misses.length ? new Error(reason, { cause: refusals[0] }) : new NoCapacity(reason);
}

/** Makes a change that needs a stopped instance; observes again where another run has started the instance meanwhile. */
async function whileStopped(run: Run, { id }: Instance, change: () => Promise<void>): Promise<void> {
  try {
    await change();
  } catch (error) {
    const now = isEc2Error(error) ? await findInstance(run.ec2, id) : undefined;
    if (now !== undefined && now.state !== "stopped") {
      throw new ObserveAgain(`${id} is ${now.state}, which this run did not do`);
    }
    throw error;
  }
}

function isForWantOfCapacity(error: unknown): boolean {
  return (
    isEc2Error(error, "capacity") ||
    (error instanceof EndedAtLaunch && isCapacityReason(error.instance.stateReason?.code))
  );
}

interface Attempt {
  error: unknown;
  /** The changes that were made, and so have to be taken back. */
  done: { isMarked: boolean; hasUserData: boolean };
  before: { type: string; userData?: string };
}

async function goBack(run: Run, instance: Instance, { error, done, before }: Attempt): Promise<unknown> {
  await requireUnchanged(run);
  run.say(`${instance.id} did not start; starting it as it was, as ${before.type}`);
  try {
    const begin = run.clock.now();
    const now = await findInstance(run.ec2, instance.id);
    if (now !== undefined) {
      await bringDown(run, now);
    }
    await awaitStopped(run, instance);
    if (instance.type !== before.type) {
      await run.ec2.setInstanceType(instance.id, before.type);
    }
    if (done.hasUserData) {
      await run.ec2.setUserData(instance.id, before.userData);
    }
    await run.ec2.startInstance(instance.id);
    const running = await awaitRunning(run, { ...instance, type: before.type });
    settle(run, running, begin);
    if (done.isMarked) {
      await unmarkChanging(run, running, instance);
    }
    return bothSaid(error, `${instance.id} runs again as it was, as ${before.type}`);
  } catch (second) {
    if (endsAttempts(second)) {
      throw second;
    }
    return bothSaid(error, `${instance.id} could not be started as it was either: ${explain(second)}`);
  }
}
