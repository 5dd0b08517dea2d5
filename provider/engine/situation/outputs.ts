/** What the program gets. (pure) */
import { isOwned, TAG } from "../../ec2/tags";
import { currentElasticIp, currentInstance, currentNetworkInterface, currentVolume, type Situation } from "./current";
import { isOnOurs, isOwnedElasticIp } from "./belongings";
import { wantsInstance } from "./instances";
import { isGivenUp } from "../record/last-replacement";
import type { Desired } from "../../model/desired";
import type { ElasticIp, Instance, NetworkInterface } from "../../model/things";
import type { MachineState, Outputs } from "../../model/outputs";
import type { Observed } from "../../model/observed";

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
  const eni = currentNetworkInterface(situation) ?? (desired.persistPrivateIp ? undefined : heldInterface(situation));
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
    state: stateOf(situation, instance),
    lifecycle: instance?.lifecycle ?? "",
    launchedInstanceType: instance?.type ?? "",
    availabilityZone: (eni ?? observed.place)?.availabilityZone ?? "",
    vpcId: (eni ?? observed.place)?.vpcId ?? "",
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

/** The Elastic IP that the machine has, be it on its interface or not. */
export function heldElasticIp({ desired, observed, recorded }: Situation): ElasticIp | undefined {
  const eip = currentElasticIp(desired, observed, recorded);
  return eip?.association === undefined || isOnOurs(eip, observed) ? eip : undefined;
}

/**
 * What was not exchanged is what the machine has: where the Elastic IP that is wanted did not come and the one before it is still on,
 * the one before it is on record.
 */
export function withElasticIpKept(situation: Situation, before: Pick<Desired, "elasticIp"> | undefined): Situation {
  const { id, desired, observed, recorded } = situation;
  const wanted = currentElasticIp(desired, observed, recorded);
  const isHere = wanted !== undefined && (isOnOurs(wanted, observed) || wanted.tags[TAG.id] === id);
  if (before === undefined || desired.elasticIp === false || before.elasticIp === desired.elasticIp || isHere) {
    return situation;
  }
  const isNamed = (it: ElasticIp): boolean =>
    before.elasticIp === true
      ? isOwnedElasticIp(it)
      : before.elasticIp === it.allocationId || before.elasticIp === it.publicIp;
  const kept = observed.elasticIps.find((it) => isOnOurs(it, observed) && isNamed(it));
  return kept === undefined
    ? situation
    : {
        ...situation,
        desired: { ...desired, elasticIp: before.elasticIp },
        observed: { ...observed, givenElasticIp: before.elasticIp === true ? undefined : kept },
      };
}

/** What there is of the machine, whether it is where it is to be or not. */
export interface Holdings {
  networkInterfaces: NetworkInterface[];
  elasticIps: ElasticIp[];
  instanceId: string;
}

export function holdingsOf(situation: Situation): Holdings {
  const { observed } = situation;
  const { networkInterfaceId, instanceId } = outputsOf(situation);
  const held = heldElasticIp(situation);
  const isFreeOrOurs = (it: ElasticIp): boolean => it.association === undefined || isOnOurs(it, observed);
  const others = observed.elasticIps.filter((it) => it.allocationId !== held?.allocationId && isFreeOrOurs(it));
  const isMain = (it: NetworkInterface): boolean => it.id === networkInterfaceId;
  return {
    networkInterfaces: [
      ...observed.networkInterfaces.filter(isMain),
      ...observed.networkInterfaces.filter((it) => !isMain(it)),
    ],
    elasticIps: [...(held === undefined ? [] : [held]), ...others],
    instanceId,
  };
}

/** Where the right one is not there yet: the one that the machine works on, else the one that only the record leads to any more. */
function heldInterface({ observed, recorded }: Situation): NetworkInterface | undefined {
  const { networkInterfaces } = observed;
  return (
    networkInterfaces.find((eni) => currentInstance(eni, observed) !== undefined) ??
    networkInterfaces.find((eni) => eni.id === recorded?.networkInterfaceId && eni.tags[TAG.id] === undefined)
  );
}

function stateOf(situation: Situation, instance: Instance | undefined): MachineState {
  const { desired, observed } = situation;
  const state = instance === undefined ? stateWithout(situation) : STATES[instance.state];
  const isToRun = wantsInstance(desired) && !isPausedSince(situation);
  return isToRun && isGivenUp(observed.template, instance) ? "failed" : state;
}

/** Paused by the program, or since then by hand or on its schedule, as the record says. */
function stateWithout(situation: Situation): MachineState {
  return wantsInstance(situation.desired) && !isPausedSince(situation) ? "missing" : "paused";
}

function isPausedSince({ observed: { template } }: Situation): boolean {
  return template?.tags[TAG.desiredState]?.startsWith("paused ") === true;
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
