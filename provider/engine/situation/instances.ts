/** What is told of an instance by itself, and whether one is to be there. (pure) */
import { TAG } from "../../ec2/tags";
import type { Desired } from "../../model/desired";
import type { Instance, NetworkInterface } from "../../model/things";

export function isAlive(instance: Instance): boolean {
  return instance.state !== "shutting-down" && instance.state !== "terminated";
}

export function holds(instance: Instance, eni: Pick<NetworkInterface, "id">): boolean {
  return instance.networkInterfaceId === eni.id || instance.secondaryNetworkInterfaceIds.includes(eni.id);
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
