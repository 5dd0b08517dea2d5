/** The versions of a launch template: generations, and those that only say who took an unfinished record up. */
import type { Ec2, TemplateVersion } from "../../ec2/ec2";
import { isVoid } from "./specification";

const TAKEN_UP = /^managed-instance taken-up by=[0-9a-f]+$/;

/** The description of a version that says who took a record up; its content is that of the generation before. */
export function describeTakeUp(nonce: string): string {
  return `managed-instance taken-up by=${nonce}`;
}

export type LatestVersion = TemplateVersion & {
  /** The number of the latest of all. */
  latestNumber: number;
};

/** The latest version that is more than the sign of a create that took the record up. */
export function latestGeneration(
  ec2: Pick<Ec2, "describeLatestVersion">,
  templateId: string,
  listed?: number,
): Promise<LatestVersion> {
  return latestVersion(ec2, templateId, { listed, isPassedOver: (it) => TAKEN_UP.test(it.description) });
}

interface Reading {
  /** The number of the latest, as a list of templates has just shown it. */
  listed?: number;
  isPassedOver?: (version: TemplateVersion) => boolean;
}

/** The latest version that counts: EC2's order of versions is the only lock that the record has. */
export async function latestVersion(
  ec2: Pick<Ec2, "describeLatestVersion">,
  templateId: string,
  { listed, isPassedOver = () => false }: Reading = {},
): Promise<LatestVersion> {
  const latest = await ec2.describeLatestVersion(templateId, { listed });
  let version = latest;
  while (version.number > 1 && (isPassedOver(version) || isVoid(version.number, version.description))) {
    version = await ec2.describeLatestVersion(templateId, { version: version.number - 1 });
  }
  return { ...version, latestNumber: latest.number };
}
