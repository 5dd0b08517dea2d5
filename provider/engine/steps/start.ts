/** The start of an instance that is there, and the wait until it runs. */
import { findInstance } from "../../ec2/lookups";
import type { Kind } from "../../ec2/expectations";
import { waitFor } from "../../ec2/wait";
import { isAlive } from "../situation/instances";
import { requireUnchanged } from "./points";
import { ObserveAgain, type Run, seconds, transitionTimeout } from "./run";
import type { Instance } from "../../model/things";
import { refuseEnded } from "./alive";
import { prove } from "./prove";

/** EC2 accepted a start and gave it up. */
export class EndedAtLaunch extends Error {
  override readonly name = "EndedAtLaunch";

  constructor(readonly instance: Instance) {
    const { id, state, stateReason } = instance;
    super(
      `${id} ${state === "stopped" ? "stopped" : "ended"} while it started: ${stateReason?.message ?? "EC2 gave no reason"} (${stateReason?.code ?? "no code"})`,
    );
  }
}

/** Waits for an instance that an earlier run launched. */
export async function finishStart(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  settle(run, await awaitRunning(run, instance, "under-way"), begin);
  await prove(run, instance);
}

/** Waits until an instance that stops has stopped. */
export async function awaitStopped(run: Run, { id }: Instance): Promise<void> {
  const seen = await waitFor<Instance | undefined>(
    {
      kind: "under-way",
      what: `${id} to be stopped`,
      read: () => findInstance(run.ec2, id),
      isReady: (it) => it !== undefined && it.state !== "stopping",
      describe: (it) => it?.state ?? "not known",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  refuseEnded(seen);
}

/** Time for which EC2 may still show the state before a stop or a start. */
export const STALE_MS = 60_000;

export async function awaitRunning(run: Run, launched: Instance, kind: Kind = "launch"): Promise<Instance> {
  const begin = run.clock.now();
  let isBegun = launched.state === "pending" || launched.state === "running";
  const seen = await waitFor<Instance | undefined>(
    {
      kind,
      what: `${launched.id} to run`,
      read: async () => {
        const instance = await findInstance(run.ec2, launched.id);
        if (instance !== undefined && (!isAlive(instance) || failedToStart(instance))) {
          remember(run, instance);
          throw new EndedAtLaunch(instance);
        }
        if (instance !== undefined && isStoppedByHand(instance)) {
          await refuseStopped(run, instance, isBegun || run.clock.now() - begin > STALE_MS);
        }
        isBegun ||= instance?.state === "pending";
        return instance;
      },
      isReady: (it) => it?.state === "running",
      describe: (it) => it?.state ?? "not known yet",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  return seen ?? launched;
}

function isStoppedByHand({ state, stateReason }: Instance): boolean {
  return (state === "stopping" || state === "stopped") && (stateReason === undefined || stateReason.code === BY_HAND);
}

const BY_HAND = "Client.UserInitiatedShutdown";

/** Answers an instance that was stopped. Before it was seen to start, EC2 may still show the state from before. */
async function refuseStopped(run: Run, { id }: Instance, isBegun: boolean): Promise<void> {
  if (isBegun) {
    throw new ObserveAgain(`${id} was stopped meanwhile`);
  }
  await requireUnchanged(run);
}

/** Whether EC2 could not start the instance: it is stopped, and the reason is not that somebody stopped it. */
function failedToStart({ state, stateReason }: Instance): boolean {
  return state === "stopped" && stateReason !== undefined && stateReason.code !== BY_HAND;
}

function remember(run: Run, instance: Instance): void {
  run.observed.instances = [...run.observed.instances.filter((it) => it.id !== instance.id), instance];
}

/** Notes that an instance runs; if it is on the address, the address is not dark any more. */
export function settle(run: Run, instance: Instance, start: number, isOnAddress = true): void {
  remember(run, instance);
  const now = run.clock.now();
  const isLit = isOnAddress && run.darkSince !== undefined;
  const dark = isLit ? `; the address was dark for ${seconds(now - (run.darkSince ?? now))}` : "";
  if (isLit) {
    run.meter?.dark(now - (run.darkSince ?? now));
  }
  run.darkSince = isLit ? undefined : run.darkSince;
  run.say(`${instance.id} running after ${seconds(now - start)}${dark}`);
}
