import { checkNewImage, checkOwnImage, createImage, deregister, imageState, type NewImage } from "../../model/images";
import { findAll, findImage, findInstance } from "../../model/lookup";
import type { Image } from "../../model/state";
import type { World } from "../../model/world";
import { changes, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
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
  "virtualization-type": () => "hvm",
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
  "block-device-mapping.device-name": (image) => image.rootDeviceName,
  "block-device-mapping.snapshot-id": (image) => image.rootSnapshotId,
  "block-device-mapping.volume-size": (image) => image.rootVolumeSize,
  "block-device-mapping.volume-type": () => "gp3",
  "block-device-mapping.delete-on-termination": () => true,
  "block-device-mapping.encrypted": (image) => image.rootEncrypted ?? false,
  "root-device-type": () => "ebs",
  "root-device-name": ({ rootDeviceName }) => rootDeviceName,
  "ena-support": () => true,
};

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
    tags: { image: tags.image ?? {}, snapshot: tags.snapshot ?? {} },
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
