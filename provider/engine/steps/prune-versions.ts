/**
 * Old versions of the launch template record are deleted: EC2 takes 10,000, and each keeps the user data of its time, secrets and all
 * (docs/decisions/0044-old-versions-are-pruned.md).
 */
import type { Ec2 } from "../../ec2/ec2";
import { explain, isEc2Error } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { generationOf, isAlive } from "../situation/instances";
import { KEPT_VERSIONS } from "../planning/versions";
import { made, type Run } from "./run";
import type { LaunchTemplate } from "../../model/things";

/** The machine is as it is wanted by now, so a refusal is told and fails nothing; the next run tries again. */
export async function pruneVersions(run: Run): Promise<void> {
  const template = made(run.observed.template, "launch template");
  // The instance that this run launched may not be visible everywhere yet.
  const launched = run.launched && generationOf(run.launched);
  const needed = [run.observed.generation?.number, launched].filter((it) => it !== undefined);
  try {
    const count = await deleteOldVersions(run.ec2, template, needed);
    if (count > 0) {
      run.say(
        `deleted ${count} old version${count === 1 ? "" : "s"} of ${template.id}; the last ${KEPT_VERSIONS} stay`,
      );
    }
  } catch (error) {
    if (!isEc2Error(error)) {
      throw error;
    }
    run.say(`${template.id} keeps its old versions and the user data in them: ${explain(error)}`);
  }
}

/** The name is the id of the managed instance. */
type TemplateRecord = Pick<LaunchTemplate, "id" | "name" | "latestVersion">;

/**
 * Deletes all versions but the last {@link KEPT_VERSIONS}, those in `needed`, and those that a living instance of the machine was
 * launched from: it is what a roll-back goes back to.
 * EC2 deletes no default version, and version 1 is the default until another is set; nothing of this package launches by default.
 *
 * @returns how many were deleted
 */
async function deleteOldVersions(
  ec2: Ec2,
  { id, name, latestVersion }: TemplateRecord,
  needed: readonly number[],
): Promise<number> {
  const newestToGo = latestVersion - KEPT_VERSIONS;
  if (newestToGo < 1) {
    return 0;
  }
  const [versions, instances] = await Promise.all([
    ec2.describeVersionsUpTo(id, newestToGo),
    ec2.describeInstances({ [`tag:${TAG.id}`]: [name] }),
  ]);
  const kept = new Set([...needed, ...instances.filter(isAlive).flatMap((it) => generationOf(it) ?? [])]);
  const old = versions.filter(({ number }) => number <= newestToGo && !kept.has(number));
  if (old.length === 0) {
    return 0;
  }
  if (old.some((it) => it.isDefault)) {
    await ec2.setDefaultVersion(id, latestVersion);
  }
  await ec2.deleteLaunchTemplateVersions(
    id,
    old.map((it) => it.number),
  );
  return old.length;
}

/** Makes a version; where EC2 takes no more of them, old ones go first. */
export async function withRoomForVersion(
  ec2: Ec2,
  record: TemplateRecord,
  { needed, create }: { needed: readonly number[]; create: () => Promise<number> },
): Promise<number> {
  try {
    return await create();
  } catch (error) {
    const isFull = isEc2Error(error) && error.code === "VersionLimitExceeded";
    if (!isFull || (await deleteOldVersions(ec2, record, needed)) === 0) {
      throw error;
    }
    return await create();
  }
}
