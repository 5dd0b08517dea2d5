/** Changes that no machine can take: a value that stays as it was made, or an input that counts only at create. (pure) */
import { type Failure, isGiven, isObject, shown, shownBare } from "./validation";

type Inputs = Readonly<Record<string, unknown>>;

/** Whether everything is made anew in another region, so that nothing of the past stands against a change. */
export function isReplacedElsewhere(olds: Inputs, news: Inputs): boolean {
  return isGiven(olds.region) && isGiven(news.region) && olds.region !== news.region;
}

/** @param olds the machine's recorded inputs and outputs; empty before there is a machine */
export function refusedChanges(olds: Inputs, news: Inputs): Failure[] {
  return [...shrinks(olds, news), ...lateAdoption(olds, news), ...secondaryMadePrimary(olds, news)];
}

/** Refuses to make a secondary address primary: EC2 cannot, and another interface cannot have the address while it is on this one. */
function secondaryMadePrimary({ privateIp: has, secondaryPrivateIps }: Inputs, { privateIp }: Inputs): Failure[] {
  const isHeld = Array.isArray(secondaryPrivateIps) && secondaryPrivateIps.includes(privateIp);
  if (!isGiven(privateIp) || !isHeld) {
    return [];
  }
  const now = isGiven(has)
    ? `its primary one stays ${shownBare(String(has))} for the life of the interface`
    : "its primary one stays";
  const reason = `privateIp: ${shown(privateIp)} is a secondary private IP of this machine, and ${now}; keep it as a secondary one, or first take it out of secondaryPrivateIps, run up, and then make it privateIp, which replaces the network interface`;
  return [{ property: "privateIp", reason }];
}

/** The data volumes of a set of inputs, as far as they are well-formed, each with its path. */
export function volumesIn({ dataVolumes }: Inputs): { path: string; volume: Inputs }[] {
  return (Array.isArray(dataVolumes) ? dataVolumes : []).flatMap((volume, index) =>
    isObject(volume) ? [{ path: `dataVolumes[${index}]`, volume }] : [],
  );
}

/** Changes that an EBS volume, once made, cannot take. */
export function shrinks(olds: Inputs, news: Inputs): Failure[] {
  const before = new Map(volumesIn(olds).map(({ volume }) => [volume.name, volume]));
  return volumesIn(news).flatMap(({ path, volume }) => {
    const old = before.get(volume.name);
    return old === undefined ? [] : [...smaller(path, old, volume), ...remade(path, old, volume)];
  });
}

function smaller(path: string, { size: has }: Inputs, { size: wanted }: Inputs): Failure[] {
  if (typeof has !== "number" || typeof wanted !== "number" || wanted >= has) {
    return [];
  }
  const reason = `${path}.size: ${wanted} GiB is asked for, but EBS volumes cannot shrink; it has ${has} GiB: keep at least that, or add another volume`;
  return [{ property: `${path}.size`, reason }];
}

const FOR_LIFE = ["volumeId", "snapshotId", "encrypted", "kmsKeyId"] as const;

function remade(path: string, old: Inputs, wanted: Inputs): Failure[] {
  return FOR_LIFE.filter((name) => !isSame(old[name], wanted[name])).map((name) => ({
    property: `${path}.${name}`,
    reason: `${path}.${name}: cannot change from ${orNone(old[name])} to ${orNone(wanted[name])}, since a volume keeps it for life; add a volume under another name, move the data, and then remove ${shown(wanted.name)}`,
  }));
}

function isSame(old: unknown, wanted: unknown): boolean {
  return old === wanted || !isKnown(old) || !isKnown(wanted);
}

function isKnown(value: unknown): boolean {
  return value === undefined || isGiven(value);
}

function orNone(value: unknown): string {
  return value === undefined ? "none" : shown(value);
}

/** Refuses `adopt` after the create: a thing is adopted in place of being made. Leaving `adopt` out later is fine. */
function lateAdoption(olds: Inputs, news: Inputs): Failure[] {
  const exists = Object.keys(olds).length > 0 && !hasNoInterface(olds);
  if (!exists || !isObject(news.adopt) || !isGiven(news.adopt)) {
    return [];
  }
  const [before, wanted] = [adoptedIn(olds.adopt), adoptedIn(news.adopt)];
  if (before === wanted) {
    return [];
  }
  const past = before === undefined ? "this machine exists already" : `this machine adopted ${before}`;
  const reason = `adopt: only at create, and ${past}; make another resource for ${wanted ?? "it"}, or take adopt out`;
  return [{ property: "adopt", reason }];
}

/** Whether the machine has no interface yet: a create that failed before it had one is still a create. */
function hasNoInterface({ networkInterfaceId, vpcId }: Inputs): boolean {
  return networkInterfaceId === "" && (vpcId === undefined || vpcId === "");
}

function adoptedIn(adopt: unknown): string | undefined {
  const id = isObject(adopt) ? (adopt.instanceId ?? adopt.networkInterfaceId ?? adopt.managedInstanceId) : undefined;
  return typeof id === "string" ? id : undefined;
}
