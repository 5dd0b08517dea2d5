/** One attempt to launch an instance: until it runs, or there is no capacity. */
import { explain, isCapacityReason, isEc2Error, isInstanceProfileNotSeen, isOwnPartNotSeen } from "../../ec2/errors";
import { waitFor } from "../../ec2/wait";
import type { Instance } from "../../model/things";
import { isAlive, lastLaunched } from "../situation/instances";
import { type Launchable, launchRequest } from "./launchable";
import { awaitFree, readNetworkInterface } from "./network-interface";
import { ObserveAgain, type Run, transitionTimeout, unqueuedWaiting } from "./run";
import { awaitRunning, EndedAtLaunch } from "./start";

const PROPAGATION_MS = 2 * 60_000;
/** Each repeat comes after an instance that ended while nobody looked; more than a few in a row are a fault. */
const MAX_REPEATS = 5;

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
      // The token was that of an instance that has ended since, which becomes the predecessor of the wanted one.
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

/** The instance that was launched last, as far as EC2 or the state remember. */
function lastInstance(run: Run): string | undefined {
  const last = lastLaunched(run.observed.instances)?.id ?? run.recorded?.instanceId;
  return last === "" ? undefined : last;
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
