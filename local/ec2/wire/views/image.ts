import { firmwareOf } from "../../model/firmware";
import { imageState } from "../../model/images";
import type { Image } from "../../model/state";
import type { World } from "../../model/world";
import { tagSet } from "../tag-specs";
import type { XmlObject } from "../xml";

export function imageView(world: World, image: Image): XmlObject {
  const { virtualizationType, enaSupport, bootMode } = firmwareOf(image);
  return {
    imageId: image.imageId,
    imageLocation: `${image.ownerAlias ?? image.ownerId}/${image.name}`,
    name: image.name,
    description: image.description,
    architecture: image.architecture,
    imageState: imageState(world, image),
    sourceInstanceId: image.sourceInstanceId,
    creationDate: image.creationDate,
    imageOwnerId: image.ownerId,
    imageOwnerAlias: image.ownerAlias,
    isPublic: image.ownerAlias === "amazon",
    imageType: "machine",
    hypervisor: "xen",
    virtualizationType,
    enaSupport,
    imdsSupport: "v2.0",
    bootMode,
    platform: image.platform,
    platformDetails: image.platform === "windows" ? "Windows" : "Linux/UNIX",
    usageOperation: image.platform === "windows" ? "RunInstances:0002" : "RunInstances",
    rootDeviceType: "ebs",
    rootDeviceName: image.rootDeviceName,
    blockDeviceMapping: [
      {
        deviceName: image.rootDeviceName,
        ebs: {
          snapshotId: image.rootSnapshotId,
          volumeSize: image.rootVolumeSize,
          volumeType: "gp3",
          iops: 3000,
          throughput: 125,
          deleteOnTermination: image.rootDeleteOnTermination ?? true,
          encrypted: image.rootEncrypted ?? false,
        },
      },
      ...(image.dataDevices ?? []).map(({ deviceName, size, ...ebs }) => ({
        deviceName,
        ebs: { ...ebs, volumeSize: size },
      })),
    ],
    tagSet: tagSet(image.tags),
  };
}
