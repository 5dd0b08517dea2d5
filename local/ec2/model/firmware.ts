import { invalidCombination, invalidValue } from "./errors";
import type { InstanceType } from "./instance-types";
import type { Firmware } from "./state";

/** Images of which nothing else is known are like Amazon Linux 2023. */
const AMAZON_LINUX: Firmware = { virtualizationType: "hvm", enaSupport: true, bootMode: "uefi-preferred" };

export function firmwareOf({ firmware }: { firmware?: Firmware }): Firmware {
  return firmware ?? AMAZON_LINUX;
}

/** An image without a boot mode boots as its type does by default, so only the two that are strict can fail. */
export function bootsOn(type: InstanceType, { bootMode }: Firmware): boolean {
  return bootMode === undefined || bootMode === "uefi-preferred" || type.bootModes.includes(bootMode);
}

/**
 * Whether a type runs an image or, at a start, an instance. The messages were seen by users: galaxyproject/cloudlaunch#251,
 * RhinoSecurityLabs/cloudgoat#247. EC2 knows no attribute of an image that says whether it has NVMe drivers, and checks none.
 *
 * @param named the image or the instance, as EC2 names it in the advice
 */
export function checkFirmware(type: InstanceType, firmware: Firmware, named: string): void {
  const { virtualizationType, enaSupport } = firmware;
  if (!type.virtualizationTypes.includes(virtualizationType)) {
    throw invalidCombination(
      `Virtualization type '${type.virtualizationTypes[0] ?? ""}' is required for instances of type '${type.name}'. Ensure that you are using an AMI with virtualization type '${type.virtualizationTypes[0] ?? ""}'.`,
    );
  }
  if (type.ena === "required" && !enaSupport) {
    throw invalidCombination(
      `Enhanced networking with the Elastic Network Adapter (ENA) is required for the '${type.name}' instance type. Ensure that ${named} is enabled for ENA.`,
    );
  }
  if (!bootsOn(type, firmware)) {
    throw invalidValue(
      firmware.bootMode === "uefi"
        ? `The ${type.name} instance type does not support an AMI with a boot mode of UEFI. Only instance types built on the Nitro System support UEFI. Specify an instance type that supports UEFI, and try again.`
        : // The words are a guess, after those for UEFI.
          `The ${type.name} instance type does not support an AMI with a boot mode of Legacy BIOS. Specify an instance type that supports Legacy BIOS, and try again.`,
    );
  }
}
