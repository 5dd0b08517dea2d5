/** Whether a machine can be launched from an image: the image against the types, the data volumes and the root volume. (pure) */
import type { InstanceType } from "../../ec2/ec2";
import { isSameDevice } from "../../kit/devices";
import type { DataVolume, RootVolume } from "../../model/desired";
import type { Firmware, Image, ImageDevice, Instance, Volume } from "../../model/things";

/** Why a launch cannot be, in words: what is wrong, and what to do about it. */
export interface Problem {
  what: string;
  advice: string;
}

export function sentenceOf({ what, advice }: Problem): string {
  return `${what}; ${advice}`;
}

/**
 * Why nothing can be launched from an image, whatever else is asked for.
 *
 * @param image absent where EC2 does not find it
 * @param named the image, as a message names it
 */
export function imageProblem(image: Image | undefined, named: string, region: string): Problem | undefined {
  const state = image?.state ?? "deregistered";
  switch (state) {
    case "available":
      return undefined;
    case "pending":
    case "transient":
      return {
        what: `${named} is ${state}, not available yet`,
        advice: "wait until it is available, or take another imageId",
      };
    case "disabled":
      return { what: `${named} is disabled`, advice: "enable it (aws ec2 enable-image), or take another imageId" };
    case "deregistered":
      return {
        what: `${named} does not exist in ${region}`,
        advice: "it was deregistered, is of another region, or is not shared with this account: take another imageId",
      };
    default:
      return { what: `${named} is ${state}`, advice: "take another imageId" };
  }
}

/** The image or the instance, and the type, as a message names them. */
interface Named {
  type: string;
  subject: string;
}

/**
 * Why an image, or an instance, does not run as a type of its architecture. EC2 keeps no record of an image's NVMe drivers, so it is
 * not known before the boot whether an image has them.
 */
export function firmwareProblem(type: InstanceType, firmware: Firmware, named: Named): Problem | undefined {
  const { virtualizationType, enaSupport, bootMode } = firmware;
  const { virtualizationTypes, bootModes } = type;
  if (virtualizationTypes.length > 0 && !virtualizationTypes.includes(virtualizationType)) {
    return {
      what: `${named.type} takes the virtualization type ${virtualizationTypes.join(" or ")}, and ${named.subject} has ${virtualizationType}`,
      advice: "take an image that has it",
    };
  }
  if (type.ena === "required" && !enaSupport) {
    return {
      what: `${named.type} needs ENA support (enhanced networking), and ${named.subject} has none`,
      advice: "take an image that has it, or a type that does not need it",
    };
  }
  const isStrict = bootMode === "uefi" || bootMode === "legacy-bios";
  return isStrict && bootModes.length > 0 && !bootModes.includes(bootMode)
    ? {
        what: `${named.type} boots with ${bootModes.join(" or ")}, and ${named.subject} with ${bootMode} only`,
        advice: "take an image or a type that boots the same way",
      }
    : undefined;
}

/** The image's own volumes that are where data volumes are to be: the launch would make them first. */
export function deviceProblems(
  { id, devices }: Image,
  volumes: readonly Pick<DataVolume, "name" | "deviceName">[],
): (Problem & { volume: string })[] {
  return volumes.flatMap(({ name, deviceName }) => {
    const own = devices.find((it) => isSameDevice(it.deviceName, deviceName));
    return own === undefined
      ? []
      : [
          {
            volume: name,
            what: `the data volume ${name} is to be on ${deviceName}, and the image ${id} has a volume of its own there (${described(own)})`,
            advice: `give ${name} another deviceName, or take an image without that volume (aws ec2 create-image … --block-device-mappings 'DeviceName=${own.deviceName},NoDevice=""')`,
          },
        ];
  });
}

export function described({ deviceName, size, snapshotId }: ImageDevice): string {
  return [
    deviceName,
    ...(size === undefined ? [] : [`${size} GiB`]),
    ...(snapshotId === undefined ? [] : [snapshotId]),
  ].join(", ");
}

export function rootDeviceOf({ devices, rootDeviceName }: Image): ImageDevice | undefined {
  return devices.find((it) => it.deviceName === rootDeviceName);
}

/** A volume is no smaller than the snapshot that it is made of, and the image says no smaller size than that of its snapshot. */
export function rootProblem(image: Image, size: RootVolume["size"]): Problem | undefined {
  const least = rootDeviceOf(image)?.size;
  return size === undefined || least === undefined || size >= least
    ? undefined
    : {
        what: `${size} GiB is asked for as the root volume, and the one of the image ${image.id} has ${least} GiB`,
        advice: `give at least ${least}, or take another image`,
      };
}

/**
 * Whether EC2 replaces the root volume of a running instance by that of an image: only by one that is no smaller, and has what the
 * instance is enabled for (EC2 user guide, replace a root volume).
 *
 * @param image absent: not known, so nothing speaks against it
 */
export function takesRootVolume(image: Image | undefined, { firmware }: Instance, root: Volume | undefined): boolean {
  if (image === undefined) {
    return true;
  }
  const size = rootDeviceOf(image)?.size;
  const isSmaller = size !== undefined && root !== undefined && size < root.size;
  return (
    !isSmaller && image.virtualizationType === firmware.virtualizationType && (image.enaSupport || !firmware.enaSupport)
  );
}
