/** Instances: which are alive, which hold an interface, which came last, and whether one is to be there. (pure) */
import { TAG } from "../../ec2/tags";
import type { Desired } from "../../model/desired";
import type { Observed } from "../../model/observed";
import type { Instance, NetworkInterface } from "../../model/things";

/** Whether an instance is not ending, and did not end. A stopped one is alive. */
export function isAlive({ state }: Pick<Instance, "state">): boolean {
  return state !== "shutting-down" && state !== "terminated";
}

/** The instances that did not end yet; one that is ending still holds what it has. */
export function notEnded(instances: readonly Instance[]): Instance[] {
  return instances.filter((it) => it.state !== "terminated");
}

/** The instance that was launched last; of two at one time, the one with the higher id. */
export function lastLaunched(instances: readonly Instance[]): Instance | undefined {
  return [...instances].sort((a, b) => b.launchedAt - a.launchedAt || (a.id < b.id ? 1 : -1))[0];
}

export function holds(instance: Instance, eni: Pick<NetworkInterface, "id">): boolean {
  return instance.networkInterfaceId === eni.id || instance.secondaryNetworkInterfaceIds.includes(eni.id);
}

/** Whether EC2 shows an instance as the holder of an interface of the machine's. */
export function holdsOurs(instance: Instance, observed: Observed): boolean {
  return observed.networkInterfaces.some((eni) => eni.attachment?.instanceId === instance.id);
}

/** The instance that holds an interface, and is not just losing it. */
export function holderOf(eni: NetworkInterface | undefined, { instances }: Observed): Instance | undefined {
  return eni && instances.find((it) => isAlive(it) && holdsOn(it, eni));
}

/** Whether an instance holds an interface that is not just coming off it. */
export function holdsOn(instance: Instance, eni: Pick<NetworkInterface, "id" | "attachment">): boolean {
  const { attachment } = eni;
  const isComingOff = attachment?.isDetaching === true && (attachment.instanceId ?? instance.id) === instance.id;
  return holds(instance, eni) && !isComingOff;
}

export function generationOf(instance: Instance): number | undefined {
  const tag = instance.tags[TAG.generation];
  return tag === undefined || !/^\d+$/.test(tag) ? undefined : Number(tag);
}

/** Whether the machine is to have an instance that runs. */
export function wantsInstance(desired: Pick<Desired, "desiredState">): boolean {
  return desired.desiredState === "running";
}

/** Whether an instance is to be there, stopped, while the machine is paused. EC2 stops no one-time spot instance. */
export function staysStopped(instance: Instance, desired: Desired): boolean {
  return !wantsInstance(desired) && desired.pauseBehavior === "stop" && instance.lifecycle === "on-demand";
}
