import { invalidCombination, invalidValue, missingParameter } from "../../model/errors";
import {
  addVersion,
  checkTemplateName,
  createTemplate,
  deleteVersions,
  findTemplate,
  findTemplateByName,
  findVersion,
  type VersionDeletion,
} from "../../model/launch-templates";
import { findAll, findTemplateById } from "../../model/lookup";
import { resolveImageId } from "../../model/launch-plan";
import type { LaunchTemplate, LaunchTemplateVersion, ParamTree } from "../../model/state";
import type { World } from "../../model/world";
import { changes, makesOnce, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readLaunchSpec, readTemplateRef } from "../read-launch";
import { readTagSpecs, tagSet } from "../tag-specs";
import { templateDataView } from "../views/template-data";
import type { XmlObject } from "../xml";

const TEMPLATE_FILTERS: FilterTable<LaunchTemplate> = {
  "launch-template-name": ({ launchTemplateName }) => launchTemplateName,
  "create-time": ({ createTime }) => new Date(createTime).toISOString(),
};

const dataValue =
  (name: string) =>
  ({ data }: LaunchTemplateVersion) => {
    const value = data[name];
    return typeof value === "string" ? value : undefined;
  };

const nestedValue =
  (group: string, name: string) =>
  ({ data }: LaunchTemplateVersion) => {
    const inner = data[group];
    const value = typeof inner === "object" ? inner[name] : undefined;
    return typeof value === "string" ? value : undefined;
  };

const VERSION_FILTERS: FilterTable<LaunchTemplateVersion & { template: LaunchTemplate }> = {
  "is-default-version": ({ versionNumber, template }) => versionNumber === template.defaultVersion,
  "create-time": ({ createTime }) => new Date(createTime).toISOString(),
  "image-id": dataValue("ImageId"),
  "instance-type": dataValue("InstanceType"),
  "ebs-optimized": dataValue("EbsOptimized"),
  "kernel-id": () => undefined,
  "ram-disk-id": () => undefined,
  "host-resource-group-arn": () => undefined,
  "license-configuration-arn": () => undefined,
  "network-card-index": () => undefined,
  "http-endpoint": nestedValue("MetadataOptions", "HttpEndpoint"),
  "http-tokens": nestedValue("MetadataOptions", "HttpTokens"),
  "http-protocol-ipv4": () => undefined,
  "iam-instance-profile": (version) => [
    nestedValue("IamInstanceProfile", "Arn")(version),
    nestedValue("IamInstanceProfile", "Name")(version),
  ],
};

const createdBy = (world: World) => `arn:aws:iam::${world.accountId}:root`;

function templateView(world: World, template: LaunchTemplate): XmlObject {
  return {
    launchTemplateId: template.launchTemplateId,
    launchTemplateName: template.launchTemplateName,
    createTime: new Date(template.createTime),
    createdBy: createdBy(world),
    defaultVersionNumber: template.defaultVersion,
    latestVersionNumber: template.latestVersion,
    tagSet: tagSet(template.tags),
  };
}

function versionView(
  world: World,
  template: LaunchTemplate,
  version: LaunchTemplateVersion,
  resolveAlias: boolean,
): XmlObject {
  const { ImageId: imageId } = version.data;
  const resolved: ParamTree =
    resolveAlias && typeof imageId === "string" ? { ImageId: resolveImageId(world, imageId) } : {};
  return {
    launchTemplateId: template.launchTemplateId,
    launchTemplateName: template.launchTemplateName,
    versionNumber: version.versionNumber,
    versionDescription: version.description,
    createTime: new Date(version.createTime),
    createdBy: createdBy(world),
    defaultVersion: version.versionNumber === template.defaultVersion,
    launchTemplateData: templateDataView({ ...version.data, ...resolved }),
  };
}

function deletionsView(template: LaunchTemplate, deletions: readonly VersionDeletion[]): XmlObject {
  const { launchTemplateId, launchTemplateName } = template;
  const views = (isDeleted: boolean) =>
    deletions
      .filter(({ error }) => (error === undefined) === isDeleted)
      .map(({ versionNumber, error }) => ({
        launchTemplateId,
        launchTemplateName,
        versionNumber,
        responseError: error && { ...error },
      }));
  return {
    successfullyDeletedLaunchTemplateVersionSet: views(true),
    unsuccessfullyDeletedLaunchTemplateVersionSet: views(false),
  };
}

function readData(params: Params) {
  if (!params.has("LaunchTemplateData")) throw missingParameter("LaunchTemplateData");
  const data = params.group("LaunchTemplateData");
  // A template is not checked against what there is, but every word of it must be one that a launch knows.
  readLaunchSpec(data);
  return data.tree;
}

function listedTemplates(world: World, params: Params): LaunchTemplate[] | World["account"]["launchTemplates"] {
  const ids = params.strings("LaunchTemplateId");
  const names = params.strings("LaunchTemplateName");
  if (ids.length + names.length === 0) return world.account.launchTemplates;
  return [...findAll(world, "launchTemplates", ids), ...names.map((name) => findTemplateByName(world, name))];
}

type Versioned = LaunchTemplateVersion & { template: LaunchTemplate };

/** Lists versions. One template: those that are named, or those between two numbers. All templates: `$Latest` and `$Default` only. */
function listedVersions(world: World, params: Params): Versioned[] {
  const wanted = params.strings("LaunchTemplateVersion");
  if (!params.has("LaunchTemplateId") && !params.has("LaunchTemplateName")) {
    if (wanted.length === 0) throw missingParameter("LaunchTemplateId");
    const templates = [...world.account.launchTemplates.values()];
    return templates.flatMap((template) => named(template, wanted));
  }
  const template = findTemplate(world, readTemplateRef(params));
  if (wanted.length === 0) return between(template, params);
  if (params.has("MinVersion") || params.has("MaxVersion")) {
    throw invalidCombination("You may specify versions or a range of versions, but not both in the same call");
  }
  return named(template, wanted);
}

function named(template: LaunchTemplate, wanted: readonly string[]): Versioned[] {
  const versions = new Set(wanted.map((version) => findVersion(template, version)));
  return [...versions].map((version) => ({ ...version, template }));
}

function between(template: LaunchTemplate, params: Params): Versioned[] {
  const least = params.integer("MinVersion") ?? 1;
  const most = params.integer("MaxVersion") ?? Infinity;
  return template.versions
    .filter(({ versionNumber }) => versionNumber >= least && versionNumber <= most)
    .map((version) => ({ ...version, template }))
    .reverse();
}

/** API reference, DeleteLaunchTemplateVersions. */
const MOST_DELETED = 200;

export const launchTemplateActions: Actions = {
  CreateLaunchTemplate: makesOnce("CreateLaunchTemplate", {
    make: (world, params) => {
      const name = params.required("LaunchTemplateName");
      checkTemplateName(name);
      const tags = readTagSpecs(params, ["launch-template"])["launch-template"] ?? {};
      const wanted = { name, data: readData(params), description: params.string("VersionDescription"), tags };
      return () => [createTemplate(world, wanted).launchTemplateId];
    },
    reply: (world, [id = ""]) => ({ launchTemplate: templateView(world, findTemplateById(world, id)) }),
  }),
  CreateLaunchTemplateVersion: makesOnce("CreateLaunchTemplateVersion", {
    make: (world, params) => {
      const template = findTemplate(world, readTemplateRef(params));
      const sourceVersion = params.string("SourceVersion");
      const wanted = { data: readData(params), description: params.string("VersionDescription"), sourceVersion };
      params.boolean("ResolveAlias");
      return () => [template.launchTemplateId, String(addVersion(world, template, wanted).versionNumber)];
    },
    reply: (world, [id = "", number], params) => {
      const template = findTemplateById(world, id);
      const resolveAlias = params.boolean("ResolveAlias") ?? false;
      return { launchTemplateVersion: versionView(world, template, findVersion(template, number), resolveAlias) };
    },
  }),
  ModifyLaunchTemplate: changes((world, params) => {
    const template = findTemplate(world, readTemplateRef(params));
    const version = findVersion(template, params.string("SetDefaultVersion"));
    // Setting the same default twice is the same: the token that SDKs send has nothing to do.
    params.string("ClientToken");
    return () => {
      template.defaultVersion = version.versionNumber;
      return { launchTemplate: templateView(world, template) };
    };
  }),
  DeleteLaunchTemplateVersions: changes((world, params) => {
    const template = findTemplate(world, readTemplateRef(params));
    const versions = params.strings("LaunchTemplateVersion");
    if (versions.length === 0) throw missingParameter("LaunchTemplateVersion");
    if (!versions.every((version) => /^\d+$/.test(version))) {
      throw invalidValue("Launch template versions are deleted by their numbers.");
    }
    if (versions.length > MOST_DELETED) {
      throw invalidValue(`At most ${MOST_DELETED} launch template versions can be deleted in a call.`);
    }
    return () => deletionsView(template, deleteVersions(template, versions.map(Number)));
  }),
  DeleteLaunchTemplate: changes((world, params) => {
    const template = findTemplate(world, readTemplateRef(params));
    return () => {
      world.account.launchTemplates.delete(template.launchTemplateId);
      return { launchTemplate: templateView(world, template) };
    };
  }),
  DescribeLaunchTemplates: reads((world, params) => {
    const templates = filtered(world, params, listedTemplates(world, params), TEMPLATE_FILTERS);
    const { entries, nextToken } = page(params, templates, {
      parameter: "LaunchTemplateId",
      least: 1,
      most: 200,
      isStrict: true,
    });
    return { launchTemplates: entries.map((template) => templateView(world, template)), nextToken };
  }),
  DescribeLaunchTemplateVersions: reads((world, params) => {
    const versions = filtered(world, params, listedVersions(world, params), VERSION_FILTERS);
    const { entries, nextToken } = page(params, versions, { parameter: "LaunchTemplateVersion", least: 1, most: 200 });
    const resolveAlias = params.boolean("ResolveAlias") ?? false;
    const views = entries.map(({ template, ...version }) => versionView(world, template, version, resolveAlias));
    return { launchTemplateVersionSet: views, nextToken };
  }),
};
