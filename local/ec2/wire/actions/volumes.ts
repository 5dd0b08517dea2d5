import { Ec2Error, invalidCombination, invalidValue } from "../../model/errors";
import { zonesOf } from "../../model/zones";
import { findAll, findInstance, findVolume } from "../../model/lookup";
import type { Volume, VolumeModification } from "../../model/state";
import { TIMINGS } from "../../model/timings";
import * as attachments from "../../model/volume-attachments";
import { modificationState, modifyVolume, targetOf } from "../../model/volume-modifications";
import { checkSaid, checkShape, shapeFrom } from "../../model/volume-shapes";
import { checkDevices, createVolume, type NewVolume } from "../../model/volumes";
import type { World } from "../../model/world";
import { changes, does, makesOnce, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readTagSpecs } from "../tag-specs";
import { zoneId } from "../views/names";
import { attachmentOf, modificationView, volumeHealth, volumeStatusView, volumeView } from "../views/volume";

const FILTERS: FilterTable<Volume> = {
  "volume-id": ({ volumeId }) => volumeId,
  status: (volume, world) => attachments.volumeStatus(world, volume),
  "volume-type": ({ volumeType }) => volumeType,
  size: ({ size }) => size,
  encrypted: ({ encrypted }) => encrypted,
  "snapshot-id": ({ snapshotId }) => snapshotId,
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "create-time": ({ createTime }) => new Date(createTime).toISOString(),
  "fast-restored": () => false,
  "multi-attach-enabled": () => false,
  "operator.managed": () => false,
  "operator.principal": () => undefined,
  "attachment.attach-time": ({ attachment }) => attachment && new Date(attachment.attachTime).toISOString(),
  "attachment.instance-id": ({ attachment }) => attachment?.instanceId,
  "attachment.device": ({ attachment }) => attachment?.device,
  "attachment.status": ({ attachment }, world) => attachment && attachments.attachmentStatus(world, attachment),
  "attachment.delete-on-termination": ({ attachment }) => attachment?.deleteOnTermination,
};

const STATUS_FILTERS: FilterTable<Volume> = {
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "volume-status.status": (volume, world) => volumeHealth(world, volume),
  "volume-status.details-name": () => ["io-enabled", "io-performance"],
  "volume-status.details-status": (volume, world) =>
    volumeHealth(world, volume) === "ok" ? "passed" : "not-applicable",
  "event.event-id": () => undefined,
  "event.event-type": () => undefined,
  "event.description": () => undefined,
  "event.not-after": () => undefined,
  "event.not-before": () => undefined,
  "action.code": () => undefined,
  "action.description": () => undefined,
  "action.event-id": () => undefined,
};

type Modified = Volume & { modification: VolumeModification };

const MODIFICATION_FILTERS: FilterTable<Modified> = {
  "volume-id": ({ volumeId }) => volumeId,
  "modification-state": (volume, world) => modificationState(world, volume),
  "original-size": ({ modification }) => modification.original.size,
  "original-iops": ({ modification }) => modification.original.iops,
  "original-volume-type": ({ modification }) => modification.original.volumeType,
  originalMultiAttachEnabled: () => false,
  "target-size": ({ modification }) => modification.target.size,
  "target-iops": ({ modification }) => modification.target.iops,
  "target-volume-type": ({ modification }) => modification.target.volumeType,
  targetMultiAttachEnabled: () => false,
  "start-time": ({ modification }) => new Date(modification.startTime).toISOString(),
};

function named(world: World, params: Params) {
  const ids = params.strings("VolumeId");
  return ids.length > 0 ? findAll(world, "volumes", ids) : world.account.volumes;
}

function readShape(params: Params) {
  return {
    size: params.integer("Size"),
    volumeType: params.string("VolumeType"),
    iops: params.integer("Iops"),
    throughput: params.integer("Throughput"),
  };
}

function readNewVolume(world: World, params: Params): NewVolume {
  const [zone, id] = [params.string("AvailabilityZone"), params.string("AvailabilityZoneId")];
  if (zone === undefined && id === undefined) params.required("AvailabilityZone");
  if (zone !== undefined && id !== undefined) {
    throw invalidCombination("You may specify an Availability Zone or its ID, but not both in the same call");
  }
  const availabilityZone = zonesOf(world).find((one) => one === zone || zoneId(one) === id);
  if (availabilityZone === undefined) {
    throw new Ec2Error("InvalidZone.NotFound", `The zone '${zone ?? id ?? ""}' does not exist.`);
  }
  if (params.boolean("MultiAttachEnabled") === true) throw invalidValue("Multi-attach is not modelled.");
  return {
    ...readShape(params),
    encrypted: params.boolean("Encrypted"),
    kmsKeyId: params.string("KmsKeyId"),
    snapshotId: params.string("SnapshotId"),
    availabilityZone,
    tags: readTagSpecs(params, ["volume"]).volume ?? {},
  };
}

function checkNewVolume(world: World, wanted: NewVolume): void {
  checkSaid(wanted);
  if (wanted.kmsKeyId !== undefined && wanted.encrypted !== true) {
    throw invalidCombination("The parameter KmsKeyId requires the parameter Encrypted to be set.");
  }
  if (wanted.snapshotId !== undefined) checkDevices(world, [{ ...wanted, deviceName: "" }]);
  else checkShape(shapeFrom(wanted));
}

export const volumeActions: Actions = {
  DescribeVolumes: reads((world, params) => {
    const volumes = filtered(world, params, named(world, params), FILTERS);
    const { entries, nextToken } = page(params, volumes, { parameter: "VolumeId" });
    return { volumeSet: entries.map((volume) => volumeView(world, volume)), nextToken };
  }),
  CreateVolume: makesOnce("CreateVolume", {
    make: (world, params) => {
      const wanted = readNewVolume(world, params);
      checkNewVolume(world, wanted);
      return () => {
        const volume = createVolume(world, wanted);
        volume.availableAt = world.now + world.durationOf(TIMINGS.volumeCreation);
        return [volume.volumeId];
      };
    },
    reply: (world, [id = ""]) => volumeView(world, findVolume(world, id)),
  }),
  AttachVolume: changes((world, params) => {
    const volume = findVolume(world, params.required("VolumeId"));
    const instance = findInstance(world, params.required("InstanceId"));
    const device = params.required("Device");
    attachments.checkVolumeAttachable(world, volume, instance, device);
    return () => attachmentOf(world, volume.volumeId, attachments.attachVolume(world, volume, instance, device));
  }),
  DetachVolume: changes((world, params) => {
    const by = { instanceId: params.string("InstanceId"), device: params.string("Device") };
    // Forced or not: there is no guest here that would hold on to it.
    params.boolean("Force");
    const volume = attachments.findHeld(world, findVolume(world, params.required("VolumeId")), by);
    attachments.checkVolumeDetachable(world, volume);
    return () => {
      attachments.beginVolumeDetach(world, volume);
      return attachmentOf(world, volume.volumeId, volume.attachment);
    };
  }),
  DeleteVolume: does((world, params) => {
    const volume = findVolume(world, params.required("VolumeId"));
    return () => {
      attachments.deleteVolume(world, volume);
    };
  }),
  ModifyVolume: changes((world, params) => {
    const volume = findVolume(world, params.required("VolumeId"));
    const target = targetOf(volume, readShape(params));
    return () => ({
      volumeModification: modificationView(world, volume, modifyVolume(world, volume, target)),
    });
  }),
  DescribeVolumesModifications: reads((world, params) => {
    const isModified = (volume: Volume): volume is Modified => volume.modification !== undefined;
    const source = named(world, params);
    const all = (Array.isArray(source) ? source : [...source.values()]).filter(isModified);
    const volumes = filtered(world, params, all, MODIFICATION_FILTERS);
    const { entries, nextToken } = page(params, volumes, { parameter: "VolumeId", least: 1, most: 500 });
    const views = entries.map((volume) => modificationView(world, volume, volume.modification));
    return { volumeModificationSet: views, nextToken };
  }),
  DescribeVolumeStatus: reads((world, params) => {
    const volumes = filtered(world, params, named(world, params), STATUS_FILTERS);
    const { entries, nextToken } = page(params, volumes, { parameter: "VolumeId" });
    return { volumeStatusSet: entries.map((volume) => volumeStatusView(world, volume)), nextToken };
  }),
};
