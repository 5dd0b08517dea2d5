import { Ec2Error, invalidValue, missingParameter } from "./errors";
import { findTemplateById } from "./lookup";
import type { LaunchTemplate, LaunchTemplateVersion, ParamTree, Tags } from "./state";
import type { World } from "./world";

export interface TemplateRef {
  launchTemplateId?: string;
  launchTemplateName?: string;
}

export function findTemplate(world: World, ref: TemplateRef): LaunchTemplate {
  if (ref.launchTemplateId !== undefined && ref.launchTemplateName !== undefined) {
    throw new Ec2Error(
      "InvalidParameterCombination",
      "You may specify a launch template ID or a launch template name, but not both in the same call",
    );
  }
  if (ref.launchTemplateId !== undefined) return findTemplateById(world, ref.launchTemplateId);
  if (ref.launchTemplateName === undefined) throw missingParameter("LaunchTemplateId");
  return findTemplateByName(world, ref.launchTemplateName);
}

function withName(world: World, name: string): LaunchTemplate | undefined {
  return world.account.launchTemplates.find("launch-template-name", [name])[0];
}

export function findTemplateByName(world: World, name: string): LaunchTemplate {
  const template = withName(world, name);
  if (template !== undefined) return template;
  throw new Ec2Error(
    "InvalidLaunchTemplateName.NotFoundException",
    `The specified launch template, with template name ${name}, does not exist.`,
  );
}

/** A number, `$Latest` or `$Default`; the default version where nothing is said. */
export function findVersion(template: LaunchTemplate, wanted = "$Default"): LaunchTemplateVersion {
  const number = versionNumber(template, wanted);
  const version = template.versions.find((candidate) => candidate.versionNumber === number);
  if (version !== undefined) return version;
  throw new Ec2Error(
    "InvalidLaunchTemplateId.VersionNotFound",
    `Could not find the specified version ${wanted} for the launch template with ID ${template.launchTemplateId}.`,
  );
}

function versionNumber(template: LaunchTemplate, wanted: string): number {
  if (wanted === "$Latest") return Math.max(...template.versions.map((version) => version.versionNumber));
  if (wanted === "$Default") return template.defaultVersion;
  if (/^\d+$/.test(wanted)) return Number(wanted);
  throw invalidValue(
    `Invalid launch template version: ${wanted}. Either a version number, $Latest or $Default is expected.`,
  );
}

export interface NewTemplate {
  name: string;
  data: ParamTree;
  description?: string;
  tags: Tags;
}

export function checkTemplateName(name: string): void {
  if (/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) return;
  throw new Ec2Error(
    "InvalidLaunchTemplateName.MalformedException",
    "A launch template name must be between 3 and 128 characters, and may contain letters, numbers, and the following characters: - ( ) . / _.",
  );
}

export function createTemplate(world: World, wanted: NewTemplate): LaunchTemplate {
  if (withName(world, wanted.name) !== undefined) {
    throw new Ec2Error("InvalidLaunchTemplateName.AlreadyExistsException", "Launch template name already in use.");
  }
  const template: LaunchTemplate = {
    launchTemplateId: world.newId("lt"),
    launchTemplateName: wanted.name,
    createTime: world.now,
    defaultVersion: 1,
    latestVersion: 1,
    versions: [{ versionNumber: 1, description: wanted.description, createTime: world.now, data: wanted.data }],
    tags: wanted.tags,
  };
  world.account.launchTemplates.set(template.launchTemplateId, template);
  return template;
}

/** EC2 user guide, launch template restrictions; the code is that of the API reference's list of errors. */
const MOST_VERSIONS = 10_000;

/** With a source version, what the new data does not say is taken from there, parameter by parameter. */
export function addVersion(
  world: World,
  template: LaunchTemplate,
  wanted: { data: ParamTree; description?: string; sourceVersion?: string },
): LaunchTemplateVersion {
  if (template.versions.length >= MOST_VERSIONS) {
    throw new Ec2Error(
      "VersionLimitExceeded",
      `The maximum number of versions (${MOST_VERSIONS}) of the launch template ${template.launchTemplateId} has been reached.`,
    );
  }
  const source = wanted.sourceVersion === undefined ? {} : findVersion(template, wanted.sourceVersion).data;
  template.latestVersion += 1;
  const version: LaunchTemplateVersion = {
    versionNumber: template.latestVersion,
    description: wanted.description,
    createTime: world.now,
    data: { ...source, ...wanted.data },
  };
  template.versions.push(version);
  return version;
}

export interface VersionDeletion {
  versionNumber: number;
  /** Why it was not deleted; undefined when it was. */
  error?: { code: string; message: string };
}

/** Each by itself: one that cannot be deleted spares the others nothing (API reference, DeleteLaunchTemplateVersions). */
export function deleteVersions(template: LaunchTemplate, numbers: readonly number[]): VersionDeletion[] {
  return numbers.map((versionNumber) => {
    if (versionNumber === template.defaultVersion) {
      const message = "The default version of a launch template cannot be deleted.";
      return { versionNumber, error: { code: "unexpectedError", message } };
    }
    const isThere = template.versions.some((version) => version.versionNumber === versionNumber);
    if (!isThere) {
      const message = `The launch template version ${versionNumber} does not exist.`;
      return { versionNumber, error: { code: "launchTemplateVersionDoesNotExist", message } };
    }
    template.versions = template.versions.filter((version) => version.versionNumber !== versionNumber);
    return { versionNumber };
  });
}

/**
 * A launch request laid over a template's data: what the request says counts. Lists whose entries have a name of their own
 * (devices, tags by resource type) are laid over each other entry by entry; any other parameter is replaced as a whole.
 */
export function overlay(template: ParamTree, request: ParamTree): ParamTree {
  const merged: ParamTree = { ...template, ...request };
  for (const [name, key] of NAMED_LISTS) {
    const [below, above] = [template[name], request[name]];
    if (typeof below === "object" && typeof above === "object") merged[name] = mergeEntries(below, above, key);
  }
  return merged;
}

const NAMED_LISTS = [
  ["BlockDeviceMapping", "DeviceName"],
  ["TagSpecification", "ResourceType"],
] as const;

function mergeEntries(below: ParamTree, above: ParamTree, key: string): ParamTree {
  const entries = new Map<string, ParamTree>();
  for (const entry of [...Object.values(below), ...Object.values(above)]) {
    if (typeof entry !== "object") continue;
    const { [key]: value } = entry;
    const name = typeof value === "string" ? value : "";
    const earlier = entries.get(name);
    entries.set(name, earlier === undefined ? entry : mergeEntry(earlier, entry));
  }
  return Object.fromEntries([...entries.values()].map((entry, index) => [String(index + 1), entry]));
}

function mergeEntry(below: ParamTree, above: ParamTree): ParamTree {
  const [tagsBelow, tagsAbove] = [below.Tag, above.Tag];
  if (typeof tagsBelow === "object" && typeof tagsAbove === "object") {
    return { ...above, Tag: mergeEntries(tagsBelow, tagsAbove, "Key") };
  }
  return { ...below, ...above };
}
