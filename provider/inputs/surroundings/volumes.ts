/** Whether data volumes are there, and in the zone of the subnet. */
import type { Subnet } from "../../ec2/ec2";
import { patiently } from "../../ec2/lookups";
import type { Volume } from "../../model/things";
import { volumesIn } from "../refused-changes";
import type { Failure } from "../validation";
import { type Changed, type Inputs, knownText, missing, type LookupPlace } from "./place";

export async function givenVolumeFailures(place: LookupPlace, inputs: Inputs, changed: Changed): Promise<Failure[]> {
  const given = volumesIn(inputs).flatMap(({ path, volume }) => {
    const id = knownText(volume.volumeId);
    return id === undefined ? [] : [{ path, id, size: volume.size }];
  });
  if (given.length === 0 || !(changed("dataVolumes") || changed("subnetId"))) {
    return [];
  }
  const ids = given.map((it) => it.id);
  const subnetId = knownText(inputs.subnetId);
  const [volumes, subnet] = await Promise.all([
    patiently(
      () => place.ec2().describeVolumes({ "volume-id": ids }),
      (found) => ids.every((id) => found?.some((it) => it.id === id)),
      place.clock,
    ),
    subnetId === undefined ? undefined : place.subnets.get(subnetId),
  ]);
  return given.flatMap(({ path, id, size }) => {
    const volume = volumes?.find((it) => it.id === id);
    return volume === undefined
      ? [missing(place, `${path}.volumeId`, id)]
      : [...zoneFailures(path, volume, subnet), ...sizeFailures(path, volume, size)];
  });
}

/** Volumes that were made stay in their zone; of those that were given, `givenVolumeFailures` says it. */
export async function stayingVolumeFailures(
  place: LookupPlace,
  { inputs, olds }: { inputs: Inputs; olds: Inputs },
  changed: Changed,
): Promise<Failure[]> {
  const [from, to] = [knownText(olds.subnetId), knownText(inputs.subnetId)];
  const before = new Set(volumesIn(olds).map(({ volume }) => volume.name));
  const names = volumesIn(inputs)
    .filter(({ volume }) => before.has(volume.name) && volume.volumeId === undefined)
    .map(({ volume }) => String(volume.name));
  if (from === undefined || to === undefined || names.length === 0 || !changed("subnetId")) {
    return [];
  }
  const [zone, subnet] = await Promise.all([zoneOf(place, olds, from), place.subnets.get(to)]);
  if (zone === undefined || subnet === undefined || subnet.availabilityZone === zone) {
    return [];
  }
  const reason = `subnetId: ${to} is in ${subnet.availabilityZone}, but the data volumes of this machine (${names.join(", ")}) are in ${zone}, and EBS volumes stay in their zone; choose a subnet of ${zone}, or restore snapshots of them in dataVolumes under new names`;
  return [{ property: "subnetId", reason }];
}

async function zoneOf(place: LookupPlace, olds: Inputs, subnetId: string): Promise<string | undefined> {
  return knownText(olds.availabilityZone) ?? (await place.subnets.get(subnetId))?.availabilityZone;
}

function zoneFailures(path: string, volume: Volume, subnet: Subnet | undefined): Failure[] {
  if (subnet === undefined || subnet.availabilityZone === volume.availabilityZone) {
    return [];
  }
  const reason = `${path}.volumeId: ${volume.id} is in ${volume.availabilityZone}, but subnetId: ${subnet.id} is in ${subnet.availabilityZone}, and EBS volumes stay in their zone; choose a subnet of ${volume.availabilityZone}, or restore a snapshot of the volume`;
  return [{ property: `${path}.volumeId`, reason }];
}

function sizeFailures(path: string, volume: Volume, size: unknown): Failure[] {
  if (typeof size !== "number" || size >= volume.size) {
    return [];
  }
  const reason = `${path}.size: ${size} GiB is asked for and ${volume.id} has ${volume.size}, but EBS volumes cannot shrink; give at least ${volume.size}, or leave it out`;
  return [{ property: `${path}.size`, reason }];
}
