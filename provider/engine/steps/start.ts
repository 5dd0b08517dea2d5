/** The start of an instance that is there, and the wait until it runs. */
import { waitFor } from "../../ec2/wait";
import { isAlive } from "../current";
import { type Run, seconds, transitionTimeout } from "../run";
import type { Instance } from "../state";
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

/** Waits for one that an earlier run launched. */
export async function finishStart(run: Run, instance: Instance): Promise<void> {
  const begin = run.clock.now();
  settle(run, await awaitRunning(run, instance), begin);
  await prove(run, instance);
}

/** Waits until an instance that stops has stopped. */
export async function awaitStopped(run: Run, { id }: Instance): Promise<void> {
  await waitFor<Instance | undefined>({
    what: `${id} to be stopped`,
    read: async () => (await run.ec2.describeInstances({ "instance-id": [id] }))[0],
    isReady: (it) => it !== undefined && it.state !== "stopping",
    describe: (it) => it?.state ?? "not known",
    timeoutMs: transitionTimeout(run),
    clock: run.clock,
  });
}

export async function awaitRunning(run: Run, launched: Instance): Promise<Instance> {
  const seen = await waitFor<Instance | undefined>({
    what: `${launched.id} to run`,
    read: async () => {
      const [instance] = await run.ec2.describeInstances({ "instance-id": [launched.id] });
      if (instance !== undefined && (!isAlive(instance) || failedToStart(instance))) {
        remember(run, instance);
        throw new EndedAtLaunch(instance);
      }
      return instance;
    },
    isReady: (it) => it?.state === "running",
    describe: (it) => it?.state ?? "not known yet",
    timeoutMs: transitionTimeout(run),
    clock: run.clock,
  });
  return seen ?? launched;
}

/** One that EC2 could not start is stopped again, for another reason than that somebody stopped it. */
function failedToStart({ state, stateReason }: Instance): boolean {
  return state === "stopped" && stateReason !== undefined && stateReason.code !== "Client.UserInitiatedShutdown";
}

export function remember(run: Run, instance: Instance): void {
  run.observed.instances = [...run.observed.instances.filter((it) => it.id !== instance.id), instance];
}

/** An instance runs; if it is on the address, the address is not dark any more. */
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
