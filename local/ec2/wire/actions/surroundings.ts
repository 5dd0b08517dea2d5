import { Ec2Error, invalidValue } from "../../model/errors";
import { zonesOf } from "../../model/launch-plan";
import { findAll } from "../../model/lookup";
import type { KeyPair, Volume } from "../../model/state";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import { tagSet } from "../tag-specs";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";

const KEY_FILTERS: FilterTable<KeyPair> = {
  "key-name": ({ keyName }) => keyName,
  "key-pair-id": ({ keyPairId }) => keyPairId,
  fingerprint: ({ fingerprint }) => fingerprint,
};

function keyView({ keyName, keyPairId, fingerprint, tags }: KeyPair): XmlObject {
  return { keyName, keyPairId, keyFingerprint: fingerprint, keyType: "ed25519", tagSet: tagSet(tags) };
}

const VOLUME_FILTERS: FilterTable<Volume> = {
  "volume-id": ({ volumeId }) => volumeId,
  status: volumeStatus,
  "volume-type": ({ volumeType }) => volumeType,
  size: ({ size }) => size,
  encrypted: ({ encrypted }) => encrypted,
  "snapshot-id": ({ snapshotId }) => snapshotId,
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "create-time": ({ createTime }) => new Date(createTime).toISOString(),
  "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
  "attachment.device": ({ attachment }) => attachment?.device,
  "attachment.status": ({ attachment }) => attachment && "attached",
  "attachment.delete-on-termination": ({ attachment }) => attachment?.deleteOnTermination,
};

function volumeStatus({ attachment }: Volume): string {
  return attachment === undefined ? "available" : "in-use";
}

function volumeView(volume: Volume): XmlObject {
  const { attachment } = volume;
  return {
    volumeId: volume.volumeId,
    size: volume.size,
    volumeType: volume.volumeType,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.encrypted,
    kmsKeyId: volume.kmsKeyId,
    snapshotId: volume.snapshotId ?? "",
    availabilityZone: volume.availabilityZone,
    availabilityZoneId: zoneId(volume.availabilityZone),
    createTime: new Date(volume.createTime),
    multiAttachEnabled: false,
    status: volumeStatus(volume),
    attachmentSet: attachment
      ? [
          {
            volumeId: volume.volumeId,
            instanceId: attachment.instanceId,
            device: attachment.device,
            status: "attached",
            attachTime: new Date(attachment.attachTime),
            deleteOnTermination: attachment.deleteOnTermination,
          },
        ]
      : [],
    tagSet: tagSet(volume.tags),
  };
}

const ZONE_FILTERS: FilterTable<{ zone: string }> = {
  "zone-name": ({ zone }) => zone,
  "zone-id": ({ zone }) => zoneId(zone),
  "region-name": (_, world) => world.region,
  "group-name": (_, world) => world.region,
  "zone-type": () => "availability-zone",
  "opt-in-status": () => "opt-in-not-required",
  state: () => "available",
};

function zoneView(world: World, zone: string): XmlObject {
  return {
    zoneName: zone,
    zoneId: zoneId(zone),
    zoneState: "available",
    zoneType: "availability-zone",
    regionName: world.region,
    groupName: world.region,
    networkBorderGroup: world.region,
    optInStatus: "opt-in-not-required",
    messageSet: [],
  };
}

const REGION_FILTERS: FilterTable<{ region: string }> = {
  "region-name": ({ region }) => region,
  endpoint: ({ region }) => `ec2.${region}.amazonaws.com`,
  "opt-in-status": () => "opt-in-not-required",
};

export const surroundingActions: Actions = {
  DescribeKeyPairs: reads((world, params) => {
    const names = params.strings("KeyName");
    const missing = names.find((name) => !world.account.keyPairs.has(name));
    if (missing !== undefined) {
      throw new Ec2Error("InvalidKeyPair.NotFound", `The key pair '${missing}' does not exist`);
    }
    const ids = params.strings("KeyPairId");
    const keys = filtered(world, params, world.account.keyPairs.values(), KEY_FILTERS).filter(
      ({ keyName, keyPairId }) => names.length + ids.length === 0 || names.includes(keyName) || ids.includes(keyPairId),
    );
    return { keySet: keys.map(keyView) };
  }),
  DescribeVolumes: reads((world, params) => {
    const ids = params.strings("VolumeId");
    const all = ids.length > 0 ? findAll(world, "volumes", ids) : world.account.volumes.values();
    const { entries, nextToken } = page(params, filtered(world, params, all, VOLUME_FILTERS), {
      parameter: "VolumeId",
    });
    return { volumeSet: entries.map(volumeView), nextToken };
  }),
  DescribeAvailabilityZones: reads((world, params) => {
    const names = params.strings("ZoneName");
    const known = zonesOf(world);
    const missing = names.find((name) => !known.includes(name));
    if (missing !== undefined) throw invalidValue(`Invalid availability zone: [${missing}]`);
    const zones = known.filter((zone) => names.length === 0 || names.includes(zone)).map((zone) => ({ zone }));
    return {
      availabilityZoneInfo: filtered(world, params, zones, ZONE_FILTERS).map(({ zone }) => zoneView(world, zone)),
    };
  }),
  DescribeRegions: reads((world, params) => {
    const regions = filtered(world, params, [{ region: world.region }], REGION_FILTERS);
    return {
      regionInfo: regions.map(({ region }) => ({
        regionName: region,
        regionEndpoint: `ec2.${region}.amazonaws.com`,
        optInStatus: "opt-in-not-required",
      })),
    };
  }),
};
