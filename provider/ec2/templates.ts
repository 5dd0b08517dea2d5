/** Launch templates and their versions. */
import * as sdk from "@aws-sdk/client-ec2";
import type { LaunchTemplate, Tags } from "../model/things";
import type { Asking } from "./batching";
import type { Caller } from "./caller";
import { Ec2Error } from "./errors";
import type { Filters } from "./filters";
import { KnownVersions } from "./known-versions";
import { type LaunchData, type RecordedLaunch, recordedLaunchOf, toLaunchTemplateData } from "./launches";
import { byFilters, byValues } from "./reads";
import { gathered, present } from "./replies";
import { tagSpecifications, tagsOf, toTagList } from "./tagging";

export interface TemplateVersion {
  number: number;
  description: string;
  createdAt?: number;
  /** The image's id; an SSM parameter is looked up. */
  imageId?: string;
  /** The content but for the user data, which may be a secret; absent where it lacks a part that every launch of ours has. */
  data?: RecordedLaunch;
}

/** The content of another version, user data and all. EC2 takes no version that says nothing of its own, so the image is said. */
interface LikeVersion {
  sourceVersion: number;
  imageId: string;
}

interface VersionOfTemplate {
  templateId: string | undefined;
  version: TemplateVersion;
}

function launchTemplateOf(template: sdk.LaunchTemplate): LaunchTemplate {
  return {
    id: present(template.LaunchTemplateId, "launch template id"),
    name: template.LaunchTemplateName ?? "",
    latestVersion: template.LatestVersionNumber ?? 1,
    createdAt: template.CreateTime?.getTime() ?? 0,
    tags: tagsOf(template.Tags),
  };
}

function templateVersionOf(version: sdk.LaunchTemplateVersion): VersionOfTemplate {
  const { LaunchTemplateData: data } = version;
  return {
    templateId: version.LaunchTemplateId,
    version: {
      number: present(version.VersionNumber, "version number"),
      description: version.VersionDescription ?? "",
      createdAt: version.CreateTime?.getTime(),
      imageId: data?.ImageId,
      data: data === undefined ? undefined : recordedLaunchOf(data),
    },
  };
}

const TEMPLATES = byFilters(
  "DescribeLaunchTemplates",
  (client, input) =>
    gathered(sdk.paginateDescribeLaunchTemplates({ client }, input), (page) =>
      page.LaunchTemplates?.map(launchTemplateOf),
    ),
  { "launch-template-name": (it) => it.name },
);

const LATEST_VERSIONS = byValues("DescribeLaunchTemplateVersions", latestVersions);

/**
 * The newest versions of several templates, which EC2 tells only as those of all templates of the account: `$Latest` without an id (API
 * reference, DescribeLaunchTemplateVersions). One template is asked for by its id.
 */
function latestVersions(client: sdk.EC2Client): Asking<VersionOfTemplate> {
  /** How many pages the last list took until it had shown all that were asked for. */
  let pages = 1;
  return {
    ask: async (templateIds) => {
      const [templateId, ...others] = templateIds;
      if (templateId !== undefined && others.length === 0) {
        return [await templateVersion(client, templateId)];
      }
      const missing = new Set<string | undefined>(templateIds);
      const found: VersionOfTemplate[] = [];
      let seen = 0;
      for await (const page of sdk.paginateDescribeLaunchTemplateVersions({ client }, { Versions: ["$Latest"] })) {
        seen++;
        const versions = (page.LaunchTemplateVersions ?? []).map(templateVersionOf);
        found.push(...versions);
        versions.forEach((it) => missing.delete(it.templateId));
        if (missing.size === 0 || seen >= templateIds.length) {
          break;
        }
      }
      // An account may have more pages than wanted templates: from now on each template by itself is fewer calls.
      pages = missing.size > 0 && seen >= templateIds.length ? seen + 1 : seen;
      return found;
    },
    valueOf: (it) => it.templateId,
    most: (asked) => (asked > pages ? Infinity : 1),
  };
}

async function templateVersion(
  client: sdk.EC2Client,
  templateId: string,
  { resolveImage = false, version = "$Latest" }: { resolveImage?: boolean; version?: number | "$Latest" } = {},
): Promise<VersionOfTemplate> {
  const input = { LaunchTemplateId: templateId, Versions: [String(version)] };
  const reply = await client.send(
    new sdk.DescribeLaunchTemplateVersionsCommand(resolveImage ? { ...input, ResolveAlias: true } : input),
  );
  return templateVersionOf(present(reply.LaunchTemplateVersions?.[0], "launch template version"));
}

/** The limit of versions that one call deletes (API reference, DeleteLaunchTemplateVersions). */
const MOST_VERSIONS = 200;

export const templateCalls = ({ client, call, find, shared }: Caller) => {
  const known = shared(KnownVersions, () => new KnownVersions<TemplateVersion>());
  return {
    describeLaunchTemplates: (filters: Filters): Promise<LaunchTemplate[]> => find(TEMPLATES, filters),

    /**
     * @param options.version another one than the latest
     * @param options.listed the number of the latest, as a list of templates has just shown it: a version that was read before is not read again
     */
    async describeLatestVersion(
      templateId: string,
      options: { resolveImage?: boolean; version?: number; listed?: number } = {},
    ): Promise<TemplateVersion> {
      const { resolveImage = false, version: number, listed } = options;
      const before = resolveImage ? undefined : known.find(templateId, number ?? listed);
      if (before !== undefined) {
        return before;
      }
      const isLatest = !resolveImage && number === undefined;
      const [found] = isLatest ? await find(LATEST_VERSIONS, [templateId]) : [];
      // One made a moment ago may not be among all those of the account yet.
      const { version } =
        found ?? (await call("DescribeLaunchTemplateVersions", () => templateVersion(client, templateId, options)));
      if (!resolveImage) {
        known.keep(templateId, version);
      }
      return version;
    },

    createLaunchTemplate(request: {
      name: string;
      description: string;
      data: LaunchData;
      tags: Tags;
      clientToken: string;
    }): Promise<LaunchTemplate> {
      return call("CreateLaunchTemplate", async () => {
        const reply = await client.send(
          new sdk.CreateLaunchTemplateCommand({
            LaunchTemplateName: request.name,
            VersionDescription: request.description,
            LaunchTemplateData: toLaunchTemplateData(request.data),
            TagSpecifications: tagSpecifications(request.tags, "launch-template"),
            ClientToken: request.clientToken,
          }),
        );
        return launchTemplateOf({ ...present(reply.LaunchTemplate, "launch template"), Tags: toTagList(request.tags) });
      });
    },

    async createLaunchTemplateVersion(request: {
      templateId: string;
      description: string;
      data: LaunchData | LikeVersion;
      clientToken: string;
    }): Promise<number> {
      const { data } = request;
      const content =
        "sourceVersion" in data
          ? { SourceVersion: String(data.sourceVersion), LaunchTemplateData: { ImageId: data.imageId } }
          : { LaunchTemplateData: toLaunchTemplateData(data) };
      const number = await call("CreateLaunchTemplateVersion", async () => {
        const reply = await client.send(
          new sdk.CreateLaunchTemplateVersionCommand({
            LaunchTemplateId: request.templateId,
            VersionDescription: request.description,
            ...content,
            ClientToken: request.clientToken,
          }),
        );
        return present(reply.LaunchTemplateVersion?.VersionNumber, "version number");
      });
      known.forget(request.templateId);
      return number;
    },

    async deleteLaunchTemplate(templateId: string): Promise<void> {
      const input = { LaunchTemplateId: templateId };
      await call("DeleteLaunchTemplate", () => client.send(new sdk.DeleteLaunchTemplateCommand(input)));
    },

    /** The versions with the lowest numbers, without what is in them. */
    describeVersionsUpTo(templateId: string, highest: number): Promise<{ number: number; isDefault: boolean }[]> {
      const input = { LaunchTemplateId: templateId, MaxVersion: String(highest) };
      return call("DescribeLaunchTemplateVersions", () =>
        gathered(sdk.paginateDescribeLaunchTemplateVersions({ client }, input), (page) =>
          page.LaunchTemplateVersions?.map((it) => ({
            number: present(it.VersionNumber, "version number"),
            isDefault: it.DefaultVersion === true,
          })),
        ),
      );
    },

    async setDefaultVersion(templateId: string, version: number): Promise<void> {
      const input = { LaunchTemplateId: templateId, DefaultVersion: String(version) };
      await call("ModifyLaunchTemplate", () => client.send(new sdk.ModifyLaunchTemplateCommand(input)));
    },

    /** A version that is gone already counts as deleted. EC2 tells of each by itself whether it was deleted. */
    async deleteLaunchTemplateVersions(templateId: string, versions: readonly number[]): Promise<void> {
      for (let from = 0; from < versions.length; from += MOST_VERSIONS) {
        const input = {
          LaunchTemplateId: templateId,
          Versions: versions.slice(from, from + MOST_VERSIONS).map(String),
        };
        await call("DeleteLaunchTemplateVersions", async () => {
          const reply = await client.send(new sdk.DeleteLaunchTemplateVersionsCommand(input));
          const failed = reply.UnsuccessfullyDeletedLaunchTemplateVersions?.find(
            (it) => it.ResponseError?.Code !== "launchTemplateVersionDoesNotExist",
          );
          if (failed !== undefined) {
            const { Code = "", Message = "" } = failed.ResponseError ?? {};
            const said = `version ${failed.VersionNumber ?? "?"} was not deleted: ${Message}`;
            throw new Ec2Error("DeleteLaunchTemplateVersions", Code, said);
          }
        });
      }
    },
  };
};
