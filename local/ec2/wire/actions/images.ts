import { invalidValue } from "../../model/errors";
import { firmwareOf } from "../../model/firmware";
import {
  checkNewImage,
  checkOwnImage,
  checkRegistration,
  createImage,
  deregister,
  imageState,
  registerImage,
  type NewImage,
  type Registration,
} from "../../model/images";
import { findAll, findImage, findInstance } from "../../model/lookup";
import type { Architecture, DeviceSpec, Firmware, Image } from "../../model/state";
import { rootOf } from "../../model/volumes";
import type { World } from "../../model/world";
import { changes, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readDevice } from "../read-launch";
import { readTagSpecs } from "../tag-specs";
import { imageView } from "../views/image";

const IMAGE_FILTERS: FilterTable<Image> = {
  "image-id": ({ imageId }) => imageId,
  name: ({ name }) => name,
  description: ({ description }) => description,
  architecture: ({ architecture }) => architecture,
  state: (image, world) => imageState(world, image),
  "creation-date": ({ creationDate }) => creationDate,
  "owner-id": ({ ownerId }) => ownerId,
  "owner-alias": ({ ownerAlias }) => ownerAlias,
  "is-public": ({ ownerAlias }) => ownerAlias === "amazon",
  "image-type": () => "machine",
  hypervisor: () => "xen",
  "virtualization-type": (image) => firmwareOf(image).virtualizationType,
  "boot-mode": (image) => firmwareOf(image).bootMode,
  "source-instance-id": ({ sourceInstanceId }) => sourceInstanceId,
  "source-image-id": () => undefined,
  "source-image-region": () => undefined,
  "manifest-location": ({ ownerAlias, ownerId, name }) => `${ownerAlias ?? ownerId}/${name}`,
  "free-tier-eligible": () => false,
  "image-allowed": () => true,
  "kernel-id": () => undefined,
  "ramdisk-id": () => undefined,
  platform: ({ platform }) => platform,
  "product-code": () => undefined,
  "product-code.type": () => undefined,
  "sriov-net-support": () => "simple",
  "state-reason-code": () => undefined,
  "state-reason-message": () => undefined,
  "block-device-mapping.device-name": (image) => devicesOf(image).map((it) => it.deviceName),
  "block-device-mapping.snapshot-id": (image) => devicesOf(image).flatMap((it) => it.snapshotId ?? []),
  "block-device-mapping.volume-size": (image) => devicesOf(image).map((it) => String(it.size)),
  "block-device-mapping.volume-type": (image) => devicesOf(image).flatMap((it) => it.volumeType ?? []),
  "block-device-mapping.delete-on-termination": (image) => devicesOf(image).map((it) => String(it.deleteOnTermination)),
  "block-device-mapping.encrypted": (image) => devicesOf(image).map((it) => String(it.encrypted ?? false)),
  "root-device-type": () => "ebs",
  "root-device-name": ({ rootDeviceName }) => rootDeviceName,
  "ena-support": (image) => firmwareOf(image).enaSupport,
};

function devicesOf(image: Image): DeviceSpec[] {
  return [rootOf(image), ...(image.dataDevices ?? [])];
}

function isOwnedBy(world: World, image: Image, owners: readonly string[]): boolean {
  if (owners.length === 0) return true;
  return owners.some(
    (owner) =>
      owner === image.ownerId || owner === image.ownerAlias || (owner === "self" && image.ownerId === world.accountId),
  );
}

function readNewImage(params: Params): NewImage {
  const tags = readTagSpecs(params, ["image", "snapshot"]);
  return {
    name: params.required("Name"),
    description: params.string("Description") ?? "",
    noReboot: params.boolean("NoReboot") ?? false,
    omitted: readOmitted(params),
    tags: { image: tags.image ?? {}, snapshot: tags.snapshot ?? {} },
  };
}

/** Reads the devices to leave out. CreateImage takes other mappings, too; they are not modelled. */
function readOmitted(params: Params): string[] {
  return params
    .list("BlockDeviceMapping")
    .map(readDevice)
    .map(({ deviceName, noDevice }) => {
      if (noDevice !== true) throw invalidValue(`Only NoDevice is modelled for ${deviceName}.`);
      return deviceName;
    });
}

const ARCHITECTURES: readonly Architecture[] = ["x86_64", "arm64"];
const BOOT_MODES: readonly Required<Firmware>["bootMode"][] = ["legacy-bios", "uefi", "uefi-preferred"];
const VIRTUALIZATION_TYPES: readonly Firmware["virtualizationType"][] = ["hvm", "paravirtual"];

function oneOf<T extends string>(params: Params, name: string, values: readonly T[]): T | undefined {
  const given = params.string(name);
  const found = values.find((it) => it === given);
  if (given === undefined || found !== undefined) return found;
  throw invalidValue(`Invalid value '${given}' for ${name}.`);
}

/** Reads a registration. An image lacks every property that is not given (API reference, RegisterImage). */
function readRegistration(params: Params): Registration {
  params.required("RootDeviceName");
  params.required("Architecture");
  return {
    name: params.required("Name"),
    description: params.string("Description") ?? "",
    architecture: oneOf(params, "Architecture", ARCHITECTURES) ?? "x86_64",
    firmware: {
      virtualizationType: oneOf(params, "VirtualizationType", VIRTUALIZATION_TYPES) ?? "paravirtual",
      enaSupport: params.boolean("EnaSupport") ?? false,
      bootMode: oneOf(params, "BootMode", BOOT_MODES),
    },
    rootDeviceName: params.required("RootDeviceName"),
    devices: params.list("BlockDeviceMapping").map(readDevice),
    tags: readTagSpecs(params, ["image"]).image ?? {},
  };
}

export const imageActions: Actions = {
  DescribeImages: reads((world, params) => {
    const ids = params.strings("ImageId");
    const owners = params.strings("Owner");
    // Nothing here is deprecated or disabled by its owner: with or without those, the answer is the same.
    params.boolean("IncludeDeprecated");
    params.boolean("IncludeDisabled");
    const all = ids.length > 0 ? findAll(world, "images", ids) : world.account.images;
    const images = filtered(world, params, all, IMAGE_FILTERS).filter((image) => isOwnedBy(world, image, owners));
    const { entries, nextToken } = page(params, images, { parameter: "ImageId", least: 1 });
    return { imagesSet: entries.map((image) => imageView(world, image)), nextToken };
  }),
  CreateImage: changes((world, params) => {
    const instance = findInstance(world, params.required("InstanceId"));
    const wanted = readNewImage(params);
    checkNewImage(world, instance, wanted);
    return () => ({ imageId: createImage(world, instance, wanted).imageId });
  }),
  RegisterImage: changes((world, params) => {
    const wanted = readRegistration(params);
    checkRegistration(world, wanted);
    return () => ({ imageId: registerImage(world, wanted).imageId });
  }),
  DeregisterImage: changes((world, params) => {
    const image = findImage(world, params.required("ImageId"));
    const withSnapshots = params.boolean("DeleteAssociatedSnapshots") ?? false;
    checkOwnImage(world, image);
    return () => {
      const deleted = deregister(world, image, withSnapshots);
      const results = deleted.map((snapshotId) => ({ snapshotId, returnCode: "success" }));
      return { return: true, deleteSnapshotResultSet: results };
    };
  }),
};
