/** The outputs that the program gets. (pure) */
import { isOwned, TAG } from "../../ec2/tags";
import { isOnOurs, isOwnedElasticIp } from "./belongings";
import { type Cast, castOf } from "./cast";
import { holderOf, notEnded, wantsInstance } from "./instances";
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

export function outputsOf(cast: Cast): Outputs {
  const { desired, observed, elasticIp: eip } = cast;
  const eni = cast.networkInterface ?? (desired.persistPrivateIp ? undefined : heldInterface(cast));
  const instance = holderOf(eni, observed);
  const holder = eip?.association?.networkInterfaceId;
  // Paused without an interface, the machine still has its Elastic IP.
  const isAlone = eni === undefined && !desired.persistPrivateIp && eip?.association === undefined;
  // An Elastic IP that was allocated here stays on record wherever somebody put it: without its tags nothing else leads to it.
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
    state: stateOf(cast, instance),
    lifecycle: instance?.lifecycle ?? "",
    launchedInstanceType: instance?.type ?? "",
    availabilityZone: (eni ?? observed.place)?.availabilityZone ?? "",
    vpcId: (eni ?? observed.place)?.vpcId ?? "",
    generation: observed.generation?.number ?? observed.template?.latestVersion ?? 0,
    launchTemplateId: observed.template?.id ?? "",
    dataVolumeIds: Object.fromEntries(
      cast.volumes.flatMap(({ wanted, volume }) => (volume === undefined ? [] : [[wanted.name, volume.id]])),
    ),
    drift: [],
  };
}

/** The Elastic IP that the machine has, be it on its interface or not. */
export function heldElasticIp({ elasticIp, observed }: Cast): ElasticIp | undefined {
  return elasticIp?.association === undefined || isOnOurs(elasticIp, observed) ? elasticIp : undefined;
}

/**
 * An Elastic IP that was not exchanged is the one that the machine has: where the Elastic IP that is wanted did not come and the one before it is still on,
 * the one before it is on record.
 */
export function withElasticIpKept(cast: Cast, before: Pick<Desired, "elasticIp"> | undefined): Cast {
  const { id, desired, observed, elasticIp } = cast;
  const isHere = elasticIp !== undefined && (isOnOurs(elasticIp, observed) || elasticIp.tags[TAG.id] === id);
  if (before === undefined || desired.elasticIp === false || before.elasticIp === desired.elasticIp || isHere) {
    return cast;
  }
  const isNamed = (it: ElasticIp): boolean =>
    before.elasticIp === true
      ? isOwnedElasticIp(it)
      : before.elasticIp === it.allocationId || before.elasticIp === it.publicIp;
  const kept = observed.elasticIps.find((it) => isOnOurs(it, observed) && isNamed(it));
  return kept === undefined
    ? cast
    : castOf({
        ...cast,
        desired: { ...desired, elasticIp: before.elasticIp },
        observed: { ...observed, givenElasticIp: before.elasticIp === true ? undefined : kept },
      });
}

/** All things of the machine, whether they are where they are to be or not. */
export interface Holdings {
  networkInterfaces: NetworkInterface[];
  elasticIps: ElasticIp[];
  instanceId: string;
}

export function holdingsOf(cast: Cast): Holdings {
  const { observed } = cast;
  const { networkInterfaceId, instanceId } = outputsOf(cast);
  const held = heldElasticIp(cast);
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

/** The interface to show while the right one is not there yet: the one that the machine works on, else the one that only the record names. */
function heldInterface({ observed, recorded }: Cast): NetworkInterface | undefined {
  const { networkInterfaces } = observed;
  return (
    networkInterfaces.find((eni) => holderOf(eni, observed) !== undefined) ??
    networkInterfaces.find((eni) => eni.id === recorded?.networkInterfaceId && eni.tags[TAG.id] === undefined)
  );
}

function stateOf({ desired, observed: { template } }: Cast, instance: Instance | undefined): MachineState {
  // Paused by the program, or since then by hand or on its schedule, as the record says.
  const isPausedSince = template?.tags[TAG.desiredState]?.startsWith("paused ") === true;
  const isToRun = wantsInstance(desired) && !isPausedSince;
  if (isToRun && isGivenUp(template, instance)) {
    return "failed";
  }
  return instance === undefined ? (isToRun ? "missing" : "paused") : STATES[instance.state];
}

/** Whether anything of a managed instance is left. */
export function isGone(observed: Observed): boolean {
  return (
    observed.template === undefined &&
    observed.networkInterfaces.length === 0 &&
    observed.elasticIps.length === 0 &&
    observed.leftVolumes.length === 0 &&
    !observed.volumes.some((it) => it.tags[TAG.id] !== undefined && isOwned(it)) &&
    notEnded(observed.instances).length === 0
  );
}
