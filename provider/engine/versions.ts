/** The versions of a launch template: generations, and those that only say who took an unfinished record up. */
import type { Ec2, TemplateVersion } from "../ec2/ec2";

const TAKEN_UP = /^managed-instance taken-up by=[0-9a-f]+$/;

/** The description of a version that says who took a record up; its content is that of the generation before. */
export function describeTakeUp(nonce: string): string {
  return `managed-instance taken-up by=${nonce}`;
}

/**
 * The latest version that is more than the sign of a create that took the record up, and the number of the latest of all.
 *
 * @param listed the number of the latest, as a list of templates has just shown it
 */
export async function latestGeneration(
  ec2: Pick<Ec2, "describeLatestVersion">,
  templateId: string,
  listed?: number,
): Promise<TemplateVersion & { latestNumber: number }> {
  const latest = await ec2.describeLatestVersion(templateId, { listed });
  let version = latest;
  while (TAKEN_UP.test(version.description) && version.number > 1) {
    version = await ec2.describeLatestVersion(templateId, { version: version.number - 1 });
  }
  return { ...version, latestNumber: latest.number };
}
