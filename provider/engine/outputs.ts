/** What the program gets. (pure) */
import { currentElasticIp, currentInstance, currentNetworkInterface } from "./current";
import type { Desired, Instance, MachineState, Observed, Outputs, Recorded } from "./state";

const STATES: Readonly<Record<Instance["state"], MachineState>> = {
  pending: "pending",
  running: "running",
  stopping: "paused",
  stopped: "paused",
  "shutting-down": "missing",
  terminated: "missing",
};

export function outputsOf(
  desired: Pick<Desired, "subnetId" | "privateIp" | "elasticIp">,
  observed: Observed,
  recorded?: Recorded,
): Outputs {
  const eni = currentNetworkInterface(desired, observed, recorded);
  const instance = currentInstance(eni, observed);
  const eip = currentElasticIp(desired, observed);
  const isOn = eip?.association?.networkInterfaceId !== undefined && eip.association.networkInterfaceId === eni?.id;
  return {
    networkInterfaceId: eni?.id ?? "",
    privateIp: eni?.privateIp ?? "",
    privateDnsName: eni?.privateDnsName ?? "",
    macAddress: eni?.macAddress ?? "",
    ipv6Addresses: eni?.ipv6Addresses ?? [],
    publicIp: isOn ? eip.publicIp : (instance?.publicIp ?? ""),
    allocationId: isOn ? eip.allocationId : "",
    instanceId: instance?.id ?? "",
    state: instance === undefined ? "missing" : STATES[instance.state],
    lifecycle: instance?.lifecycle ?? "",
    launchedInstanceType: instance?.type ?? "",
    availabilityZone: eni?.availabilityZone ?? "",
    vpcId: eni?.vpcId ?? "",
    generation: observed.generation?.number ?? observed.template?.latestVersion ?? 0,
    launchTemplateId: observed.template?.id ?? "",
  };
}

/** Whether anything of a managed instance is left. */
export function isGone(observed: Observed): boolean {
  const alive = observed.instances.filter((it) => it.state !== "terminated");
  return (
    observed.template === undefined &&
    observed.networkInterfaces.length === 0 &&
    observed.elasticIps.length === 0 &&
    alive.length === 0
  );
}
