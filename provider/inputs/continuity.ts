/** Inputs that a program leaves open and the past decides: between one set of inputs and the next, and from what is recorded. (pure) */
import { withoutUndefined } from "../kit/undefined";
import type { Properties } from "../model/properties";
import { driftIn, isHeld, isOutdated } from "./on-record";
import type { Desired } from "../model/desired";
import type { Outputs } from "../model/outputs";
import type { Recorded } from "../model/observed";
import { launchHash } from "../engine/record/specification";
import { COUNTED_ADDRESSES, desiredOf } from "./inputs";

/**
 * The checked inputs with what follows from the last ones.
 *
 * - A list of addresses has its count beside it. Once there was one, leaving both out means none; where there never was one, what is
 *   on the interface is left alone.
 * - An adoption is remembered, and with it what the adopted interface had and the program does not name.
 *
 * @param given the program's own inputs
 */
export function carryOver(olds: Properties, given: Properties, inputs: Properties): Record<string, unknown> {
  const carried: Record<string, unknown> = { ...inputs };
  for (const { list, count } of COUNTED_ADDRESSES) {
    const named = inputs[list];
    const wasCounted = olds[count] !== undefined;
    carried[list] = Array.isArray(named) && named.length === 0 ? undefined : named;
    carried[count] = Array.isArray(named)
      ? named.length
      : (inputs[count] ?? (wasCounted && named === undefined ? 0 : undefined));
  }
  const adopted = olds.adopt === undefined ? {} : { adopt: inputs.adopt ?? olds.adopt, ...missingFrom(given, olds) };
  return withoutUndefined({ ...carried, ...adopted });
}

const ADOPTED = ["elasticIp", "securityGroupIds", "sourceDestCheck"] as const satisfies (keyof Desired)[];
/** A machine that is adopted as a whole has data volumes too. */
const ADOPTED_WHOLE = [...ADOPTED, "dataVolumes"] as const satisfies (keyof Desired)[];

/** Inputs that an adopted interface, or an adopted machine, has and the program does not name. */
export function missingFrom(given: Properties, had: Properties): Record<string, unknown> {
  const { managedInstanceId } = (had.adopt ?? given.adopt ?? {}) as NonNullable<Desired["adopt"]>;
  const names = managedInstanceId === undefined ? ADOPTED : ADOPTED_WHOLE;
  return Object.fromEntries(
    names.flatMap((name) => (given[name] === undefined && had[name] !== undefined ? [[name, had[name]]] : [])),
  );
}

/** The inputs in recorded outputs. A list of addresses is there what is held; whether it was asked for, its count tells. */
export function recordedDesired(properties: Properties): Desired {
  const privateIp = properties.privateIp === "" ? undefined : properties.privateIp;
  return desiredOf({ ...properties, privateIp, secondaryPrivateIps: undefined, ipv6Addresses: undefined });
}

export function recordedIn(id: string, properties: Properties): Recorded {
  const { networkInterfaceId, instanceId, launchTemplateId, allocationId, dataVolumeIds } =
    properties as Partial<Outputs>;
  const desired = recordedDesired(properties);
  return {
    ...claimIn(properties),
    networkInterfaceId,
    instanceId,
    launchTemplateId,
    allocationId,
    dataVolumeIds: dataVolumeIds ?? {},
    givenVolumeIds: desired.dataVolumes.flatMap((it) => it.volumeId ?? []),
    persistPrivateIp: desired.persistPrivateIp,
    ownsElasticIp: desired.elasticIp === true,
    tags: desired.tags,
    // A refresh may have found an instance that was launched with other inputs than these.
    launchHash: isOutdated(driftIn(properties)) ? undefined : launchHash(id, desired),
    market: desired.market,
    hopLimit: desired.metadataOptions.httpPutResponseHopLimit,
  };
}

/** The create that gave the machine to this state, as Pulumi keeps it beside the outputs. */
export function claimIn({ claim }: Properties): { claim?: string } {
  return typeof claim === "string" ? { claim } : {};
}

/** The addresses that are held are wanted as long as the subnet stays and no others are named. */
export function withHeldAddresses(desired: Desired, recorded: Properties): Desired {
  const { privateIp } = recorded;
  if (!keepsInterface(desired, recorded) || typeof privateIp !== "string" || privateIp === "") {
    return desired;
  }
  const held = { ...desired };
  held.privateIp ??= privateIp;
  for (const { list, count } of COUNTED_ADDRESSES) {
    const addresses = recorded[list];
    if (Array.isArray(addresses) && addresses.length > 0 && desired[count] === addresses.length) {
      held[list] ??= addresses as string[];
    }
  }
  return held;
}

function keepsInterface({ subnetId, persistPrivateIp }: Desired, recorded: Properties): boolean {
  return subnetId === recorded.subnetId && persistPrivateIp && recorded.persistPrivateIp !== false && isHeld(recorded);
}

/** The outputs; if the interface is gone, with those that come back with a new one on the same addresses. */
export function withHeldOutputs(outputs: Outputs, recorded: Properties): Outputs {
  if (outputs.networkInterfaceId !== "" || !isHeld(recorded) || recorded.persistPrivateIp === false) {
    return outputs;
  }
  const { privateIp, privateDnsName, availabilityZone, vpcId, secondaryPrivateIps, ipv6Addresses } =
    recorded as Properties & Outputs;
  return {
    ...outputs,
    privateIp,
    privateDnsName,
    availabilityZone,
    vpcId,
    secondaryPrivateIps: recorded.secondaryPrivateIpCount === undefined ? [] : secondaryPrivateIps,
    ipv6Addresses: recorded.ipv6AddressCount === undefined ? [] : ipv6Addresses,
  };
}
