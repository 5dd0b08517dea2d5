/** The end of an instance: its spot request is cancelled, it is terminated, and the network interface is waited for. */
import { findInstance, orNothing } from "../../ec2/lookups";
import { isAlive } from "../situation/instances";
import type { Kind } from "../../ec2/expectations";
import { waitFor } from "../../ec2/wait";
import { darkening } from "./dark";
import { type Run, seconds, transitionTimeout } from "./run";
import type { Instance } from "../../model/things";
import { awaitFree } from "./network-interface";

export async function retire(run: Run, instance: Instance): Promise<void> {
  const start = run.clock.now();
  const held = run.observed.networkInterfaces.filter((eni) => eni.attachment?.instanceId === instance.id);
  let kind: Kind = "under-way";
  if (isAlive(instance)) {
    kind = shutdownOf(run, instance);
    const isLit = instance.state === "running" && held.length > 0;
    const before = { ...instance };
    await darkening(run, isLit, () => terminate(run, instance));
    run.retired = held.length > 0 ? before : run.retired;
  }
  for (const { id } of held) {
    await awaitFree(run, { id, status: "in-use" }, { kind, leaving: instance.id });
  }
  if (held.length === 0) {
    await awaitTerminated(run, instance.id, kind);
  }
  instance.state = "terminated";
  run.say(`${instance.id} retired after ${seconds(run.clock.now() - start)}`);
}

/** The kind of shutdown to wait for. A stopped instance has no guest to shut down. */
function shutdownOf({ desired }: Run, { state }: Instance): Kind {
  return desired.replacement.skipOsShutdown || state === "stopped" ? "shutdown-skipping-os" : "shutdown";
}

async function terminate(run: Run, instance: Instance): Promise<void> {
  run.say(`retiring ${instance.id}`);
  const spotRequestId = instance.spotRequestId;
  if (spotRequestId !== undefined) {
    // The request goes first: a persistent one would launch anew after the termination and take the interface.
    await orNothing(() => run.ec2.cancelSpotRequest(spotRequestId));
  }
  await orNothing(() => run.ec2.terminateInstance(instance.id, run.desired.replacement.skipOsShutdown));
}

async function awaitTerminated(run: Run, id: string, kind: Kind): Promise<void> {
  await waitFor<Instance | undefined>(
    {
      kind,
      what: `${id} to end`,
      read: () => findInstance(run.ec2, id),
      isReady: (it) => it === undefined || it.state === "terminated",
      describe: (it) => it?.state ?? "gone",
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
}
