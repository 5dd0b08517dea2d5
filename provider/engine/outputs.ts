/** What the program gets. (pure) */
import { isOwned, TAG } from "../ec2/tags";
import {
  currentElasticIp,
  currentInstance,
  currentNetworkInterface,
  currentVolume,
  type Situation,
  wantsInstance,
} from "./current";
import type { Instance, MachineState, NetworkInterface, Observed, Outputs } from "./state";

const STATES: Readonly<Record<Instance["state"], MachineState>> = {
  pending: "pending",
  running: "running",
  stopping: "paused",
  stopped: "paused",
  "shutting-down": "missing",
  terminated: "missing",
};

export function outputsOf(situation: Situation): Outputs {
  const { desired, observed, recorded } = situation;
  const eni = currentNetworkInterface(situation) ?? (desired.persistPrivateIp ? undefined : heldInterface(observed));
  const instance = currentInstance(eni, observed);
  const eip = currentElasticIp(desired, observed, recorded);
  const holder = eip?.association?.networkInterfaceId;
  // Paused without an interface, the machine still has its Elastic IP.
  const isAlone = eni === undefined && !desired.persistPrivateIp && eip?.association === undefined;
  // One that was allocated here stays on record wherever somebody put it: without its tags nothing else leads to it.
  const isOurs = desired.elasticIp === true;
  const isIts = eip !== undefined && (isOurs || isAlone || (eni !== undefined && holder === eni.id));
  return {
    networkInterfaceId: eni?.id ?? "",
    privateIp: eni?.privateIp ?? "",
    privateDnsName: eni?.privateDnsName ?? "",
    macAddress: eni?.macAddress ?? "",
    secondaryPrivateIps: eni?.secondaryPrivateIps ?? [],
    ipv6Addresses: eni?.ipv6Addresses ?? [],
    publicIp: isIts ? eip.publicIp : (instance?.publicIp ?? ""),
    allocationId: isIts ? eip.allocationId : "",
    instanceId: instance?.id ?? "",
    state: instance === undefined ? stateWithout(situation) : STATES[instance.state],
    lifecycle: instance?.lifecycle ?? "",
    launchedInstanceType: instance?.type ?? "",
    availabilityZone: eni?.availabilityZone ?? "",
    vpcId: eni?.vpcId ?? "",
    generation: observed.generation?.number ?? observed.template?.latestVersion ?? 0,
    launchTemplateId: observed.template?.id ?? "",
    dataVolumeIds: Object.fromEntries(
      desired.dataVolumes.flatMap((wanted) => {
        const volume = currentVolume(wanted, observed, recorded);
        return volume === undefined ? [] : [[wanted.name, volume.id]];
      }),
    ),
    drift: [],
  };
}

/** Where the right one is not there yet: the one that the machine works on. */
function heldInterface(observed: Observed): NetworkInterface | undefined {
  return observed.networkInterfaces.find((eni) => currentInstance(eni, observed) !== undefined);
}

function stateWithout({ desired }: Situation): MachineState {
  return wantsInstance(desired) ? "missing" : "paused";
}

/** Whether anything of a managed instance is left. */
export function isGone(observed: Observed): boolean {
  const alive = observed.instances.filter((it) => it.state !== "terminated");
  return (
    observed.template === undefined &&
    observed.networkInterfaces.length === 0 &&
    observed.elasticIps.length === 0 &&
    observed.leftVolumes.length === 0 &&
    !observed.volumes.some((it) => it.tags[TAG.id] !== undefined && isOwned(it)) &&
    alive.length === 0
  );
}
