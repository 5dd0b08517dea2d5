/**
 * The settings: a part of the launch template that a running instance takes on in place. One row each: whether an instance has it, how a
 * difference is told, and how EC2 sets it.
 */
import type { Ec2 } from "../../ec2/ec2";
import { findImage } from "../../ec2/lookups";
import type { Instance, MetadataOptions, InstanceSettings } from "../../model/things";

export type Setting = keyof InstanceSettings;

/** The past, as far as it decides whether an instance has a setting. */
interface SettingPast {
  /** Whether the instance was adopted: it may keep what nobody asks to be otherwise. */
  isAdopted: boolean;
  /** The hop limit that was set last, if one was. */
  hopLimit?: number;
}

interface SettingRow<Name extends Setting> {
  isOn(instance: Instance, wanted: InstanceSettings, past: SettingPast): boolean;
  /** The setting as the instance has it, in the terms of the input. */
  held(instance: Instance): InstanceSettings[Name];
  /** The difference, as the end of "found that …". */
  drift: string;
  /** The change, as the end of "could not …", before the instance's id. */
  doing: string;
  /** The change that an adoption makes, as the end of "it …". */
  announced(instance: Instance, wanted: InstanceSettings): string;
  /** @returns what the instance has from now on, in words */
  set(
    ec2: Ec2,
    id: string,
    wanted: InstanceSettings,
    seen: { instance?: Instance; hopLimit?: number },
  ): Promise<string>;
}

export const SETTINGS: { readonly [Name in Setting]-?: SettingRow<Name> } = {
  metadataOptions: {
    isOn: ({ metadataOptions: held }, { metadataOptions: wanted }, { hopLimit }) =>
      !isHopLimitCleared(wanted, hopLimit) &&
      wanted.httpTokens === held.httpTokens &&
      wanted.httpEndpoint === held.httpEndpoint &&
      wanted.instanceMetadataTags === held.instanceMetadataTags &&
      (wanted.httpPutResponseHopLimit === undefined || wanted.httpPutResponseHopLimit === held.httpPutResponseHopLimit),
    held: (instance) => instance.metadataOptions,
    drift: "its metadata options are not as declared",
    doing: "set the metadata options of",
    announced: (instance, wanted) =>
      `sets its metadata options: ${metadataChanges(instance.metadataOptions, wanted.metadataOptions)}`,
    // EC2 leaves alone what a call does not name, so a hop limit that is not asked for any more is set to what a launch would give.
    set: async (ec2, id, { metadataOptions }, { instance, hopLimit }) => {
      const isCleared = isHopLimitCleared(metadataOptions, hopLimit);
      const cleared = isCleared ? { httpPutResponseHopLimit: await launchHopLimit(ec2, instance) } : {};
      await ec2.setMetadataOptions(id, { ...metadataOptions, ...cleared });
      return "the new metadata options";
    },
  },
  // The input is a name or an ARN; the instance shows an ARN, whose path may come before the name.
  iamInstanceProfile: {
    isOn: ({ iamInstanceProfileArn: held }, { iamInstanceProfile: wanted }, { isAdopted }) => {
      if (wanted === undefined && isAdopted) {
        return true;
      }
      if (held === undefined || wanted === undefined || wanted.startsWith("arn:")) {
        return held === wanted;
      }
      return held.slice(held.lastIndexOf("/") + 1) === wanted;
    },
    held: (instance) => instance.iamInstanceProfileArn,
    drift: "its instance profile is not as declared",
    doing: "set the instance profile of",
    announced: ({ iamInstanceProfileArn }, { iamInstanceProfile }) =>
      `sets its instance profile to ${iamInstanceProfile ?? "none"}${had(iamInstanceProfileArn)}`,
    set: async (ec2, id, { iamInstanceProfile }) => {
      await ec2.setInstanceProfile(id, iamInstanceProfile);
      return `${iamInstanceProfile ?? "no"} instance profile`;
    },
  },
  monitoring: {
    isOn: (instance, wanted) => instance.monitoring === wanted.monitoring,
    held: (instance) => instance.monitoring,
    drift: "its detailed monitoring is not as declared",
    doing: "switch the detailed monitoring of",
    announced: (_instance, { monitoring }) => `switches its detailed monitoring ${monitoring ? "on" : "off"}`,
    set: async (ec2, id, { monitoring }) => {
      await ec2.setMonitoring(id, monitoring);
      return `detailed monitoring ${monitoring ? "on" : "off"}`;
    },
  },
};

export const SETTING_NAMES = Object.keys(SETTINGS) as Setting[];

/** The settings among other things, for the template and the digest. */
export function settingsIn(wanted: InstanceSettings): InstanceSettings {
  return Object.fromEntries(SETTING_NAMES.map((name) => [name, wanted[name]])) as unknown as InstanceSettings;
}

function isHopLimitCleared({ httpPutResponseHopLimit }: MetadataOptions, was: number | undefined): boolean {
  return httpPutResponseHopLimit === undefined && was !== undefined;
}

/** 2 for an image that is made for IMDSv2, else 1 (EC2 user guide, instance metadata options). A deregistered image tells nothing. */
async function launchHopLimit(ec2: Ec2, instance: Instance | undefined): Promise<number> {
  const image = instance === undefined ? undefined : await findImage(ec2, instance.imageId);
  return image?.isForImdsV2 === true ? 2 : 1;
}

function metadataChanges(held: MetadataOptions, wanted: MetadataOptions): string {
  return (Object.keys(wanted) as (keyof MetadataOptions)[])
    .filter((it) => wanted[it] !== undefined && wanted[it] !== held[it])
    .map((it) => `${it} ${wanted[it] ?? ""}${had(held[it])}`)
    .join(", ");
}

/** The value before, where there was one. */
export function had(was: string | number | undefined): string {
  return was === undefined || was === "" ? "" : ` (now ${was})`;
}
