/** `overlap`: the network interface goes from the old instance to a new one that has been seen to work. */
import { explain, isEc2Error } from "../../ec2/errors";
import { waitFor } from "../../ec2/wait";
import { castOf } from "../situation/cast";
import { holds } from "../situation/instances";
import { requireUnchanged } from "./points";
import {
  endsAttempts,
  networkInterfaceOf,
  ObserveAgain,
  oncePropagated,
  type Run,
  seconds,
  transitionTimeout,
  unqueuedWaiting,
} from "./run";
import type { Instance, NetworkInterface } from "../../model/things";
import { requireAlive } from "./alive";
import { darkening } from "./dark";
import { besideInterface, wantedLaunch } from "./launchable";
import { endVolumesWithLaunched, launchOffered } from "./launch";
import { adoptHolder, awaitFree, readNetworkInterface } from "./network-interface";
import { prove } from "./prove";
import { retire } from "./retire";
import { bothSaid } from "./roll-back";
import { awaitRunning, settle } from "./start";
import { tagInstance } from "./tags";

/** Device index of the kept interface; index 0 is the instance's own interface. */
export const DEVICE_INDEX = 1;

/** Launches the new instance. Nothing has been taken from the old one yet: if the launch fails, the old one works on. */
export async function launchBeside(run: Run): Promise<void> {
  const network = besideInterface(run, networkInterfaceOf(run));
  const old = castOf(run).working;
  try {
    const start = run.clock.now();
    const instance = await launchOffered(run, (offer) => wantedLaunch(run, offer, network));
    settle(run, instance, start, false);
    await prove(run, instance);
  } catch (error) {
    throw endsAttempts(error) ? error : await endCandidate(run, error, old);
  }
  await endVolumesWithLaunched(run);
}

/** Proves an instance that an earlier run launched and did not get to hand over to. */
export async function proveCandidate(run: Run, candidate: Instance): Promise<void> {
  const old = castOf(run).working;
  const start = run.clock.now();
  run.launched = candidate;
  try {
    settle(run, await awaitRunning(run, candidate, "under-way"), start, false);
    await prove(run, candidate);
  } catch (error) {
    // The last instance that is left is not terminated for a check that failed, or could not be made.
    throw endsAttempts(error) || old === undefined ? error : await endCandidate(run, error, old);
  }
}

/** Terminates a new instance that does not work; the old one was never touched. */
async function endCandidate(run: Run, error: unknown, old: Instance | undefined): Promise<unknown> {
  const { launched } = run;
  if (launched !== undefined && run.desired.replacement.rollbackOnFailure) {
    await requireUnchanged(run);
    if (await isHolder(run, launched)) {
      throw new ObserveAgain(`another run handed ${networkInterfaceOf(run).id} over to ${launched.id}`);
    }
    await retire(run, launched);
    run.launched = undefined;
  }
  const how = old?.state === "running" ? "running" : "as it was";
  return old === undefined ? error : bothSaid(error, `${old.id} was left ${how}`);
}

/** Whether the candidate has the interface: another run gets the same instance by the same client token, and may have handed over to it. */
export async function isHolder(run: Run, candidate: Instance): Promise<boolean> {
  const eni = await readNetworkInterface(run.ec2, networkInterfaceOf(run).id);
  return eni?.attachment?.instanceId === candidate.id;
}

export async function detachFrom(run: Run, instance: Instance): Promise<void> {
  const eni = networkInterfaceOf(run);
  const { attachment } = eni;
  if (attachment?.instanceId !== instance.id) {
    return;
  }
  await darkening(run, instance.state === "running", () =>
    run.ec2.detachNetworkInterface(attachment.id).catch((error: unknown) => {
      // A repeat after a lost reply: the interface is being detached, or is off.
      if (!isEc2Error(error, "transition", "not-found")) {
        throw error;
      }
    }),
  );
  await awaitFree(
    run,
    { id: eni.id, status: "in-use" },
    { kind: "detach", leaving: instance.id, attachmentId: attachment.id },
  );
  run.say(`${eni.id} detached from ${instance.id}`);
}

export async function attachToCandidate(run: Run): Promise<void> {
  const { coming: candidate } = castOf(run);
  if (candidate === undefined) {
    const holder = run.observed.instances.find((it) => holds(it, networkInterfaceOf(run)));
    throw new ObserveAgain(`${holder?.id ?? "the new instance"} is not to be handed over to any more`);
  }
  const start = run.clock.now();
  const { attachment } = networkInterfaceOf(run);
  if (attachment?.isDetaching === true) {
    // An earlier run began to detach the interface; until it is off, its place is taken, even on the instance that it comes off.
    await awaitFree(run, { id: networkInterfaceOf(run).id, status: "in-use" }, { leaving: attachment.instanceId });
  }
  const eni = networkInterfaceOf(run);
  await attach(run, eni, candidate);
  candidate.secondaryNetworkInterfaceIds = [...candidate.secondaryNetworkInterfaceIds, eni.id];
  const darkMs = run.darkSince === undefined ? undefined : run.clock.now() - run.darkSince;
  const dark = darkMs === undefined ? "" : `; the address was dark for ${seconds(darkMs)}`;
  run.meter?.dark(darkMs ?? 0);
  run.darkSince = undefined;
  run.say(`${eni.id} attached to ${candidate.id} after ${seconds(run.clock.now() - start)}${dark}`);
  await tagInstance(run, candidate);
}

async function attach(run: Run, eni: NetworkInterface, candidate: Instance): Promise<void> {
  const old = run.observed.instances.find((it) => it !== candidate && it.secondaryNetworkInterfaceIds.includes(eni.id));
  try {
    await attachAndWait(run, eni, candidate);
  } catch (error) {
    if (old?.state !== "running" || endsAttempts(error)) {
      throw error;
    }
    // The old instance still runs, and gets its address back.
    let outcome = `${eni.id} is on ${old.id} again`;
    try {
      await attachAndWait(run, eni, old);
      run.darkSince = undefined;
    } catch (second) {
      if (endsAttempts(second)) {
        throw second;
      }
      outcome = `${eni.id} could not be put back on ${old.id} either: ${explain(second)}`;
    }
    throw bothSaid(error, outcome);
  }
}

function isHeldBy(eni: NetworkInterface | undefined, { id }: Instance): boolean {
  return eni?.attachment?.instanceId === id && eni.attachment.isDetaching !== true;
}

async function attachAndWait(run: Run, eni: NetworkInterface, instance: Instance): Promise<void> {
  await waitFor<boolean>(
    {
      kind: "propagation",
      what: `${instance.id} to take ${eni.id}`,
      read: async () => {
        try {
          await oncePropagated(run, instance.id, () =>
            run.ec2.attachNetworkInterface(eni.id, instance.id, DEVICE_INDEX),
          );
          return true;
        } catch (error) {
          // After a lost reply EC2 refuses a repeat; an interface that is not quite free yet will be.
          const now = isEc2Error(error) ? await readNetworkInterface(run.ec2, eni.id) : undefined;
          const isOn = isHeldBy(now, instance);
          if (!isOn && !isEc2Error(error, "in-use", "transition")) {
            throw error;
          }
          if (!isOn && now?.attachment?.isDetaching !== true) {
            await adoptHolder(run, now);
            await requireAlive(run, instance);
          }
          return isOn;
        }
      },
      isReady: (isOn) => isOn,
      describe: () => "not attached",
      timeoutMs: transitionTimeout(run),
    },
    unqueuedWaiting(run),
  );
  const seen = await waitFor<NetworkInterface | undefined>(
    {
      kind: "attach",
      what: `${eni.id} to be attached`,
      read: async () => {
        const now = await readNetworkInterface(run.ec2, eni.id);
        if (!isHeldBy(now, instance)) {
          await adoptHolder(run, now);
          await requireAlive(run, instance);
        }
        return now;
      },
      isReady: (it) => it?.status === "in-use" && isHeldBy(it, instance),
      describe: (it) => it?.status ?? "gone",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  run.observed.networkInterfaces = run.observed.networkInterfaces.flatMap((it) =>
    it.id === eni.id ? (seen ?? []) : it,
  );
}
