/** The launch template: the machine's record in EC2, and its versions, the generations. */
import { TAG, urnTag } from "../../ec2/tags";
import type { Ec2 } from "../../ec2/client";
import { templateTags } from "../labels";
import { observe } from "../observe";
import { type Deps, goneIsFine, made, type Run } from "../run";
import {
  clientToken,
  describeGeneration,
  launchData,
  launchHash,
  readGeneration,
  settingsHash,
} from "../specification";
import type { LaunchTemplate } from "../state";

/** Another create of the same resource was first; this one has to go on with that one's id. */
export class Superseded extends Error {
  override readonly name = "Superseded";

  constructor(readonly byId: string) {
    super(`superseded by ${byId}`);
  }
}

/**
 * The managed instance that a `create` of this resource began and that no state is known to have.
 *
 * Of several, the oldest goes on. A later one lost to it and was killed before it could give way: its record goes, unless
 * something else was made for it, which then is for the user to look at.
 */
export async function findUnfinished(
  { ec2, say }: Pick<Deps, "ec2" | "say">,
  urn: string,
): Promise<string | undefined> {
  const [first, ...losers] = await unfinished(ec2, urn);
  for (const { id, name } of losers) {
    const { networkInterfaces, elasticIps, instances } = await observe(ec2, { id: name });
    if (networkInterfaces.length + elasticIps.length + instances.length === 0) {
      await goneIsFine(() => ec2.deleteLaunchTemplate(id));
    } else {
      say(
        `${name} was begun for this resource too and has things of its own; look at what is tagged with ${TAG.id}=${name}`,
      );
    }
  }
  return first?.name;
}

/** Oldest first, so that all who ask choose the same one. */
async function unfinished(ec2: Ec2, urn: string): Promise<LaunchTemplate[]> {
  const found = await ec2.describeLaunchTemplates({
    [`tag:${TAG.urn}`]: [urnTag(urn)],
    [`tag:${TAG.phase}`]: ["creating"],
  });
  return found.sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
}

export async function record(run: Run): Promise<void> {
  const { id, desired, ec2, observed } = run;
  const looksUpRoot = needsLookup(run);
  observed.template = await ec2.createLaunchTemplate({
    name: id,
    description: looksUpRoot ? "managed-instance: to look up the image" : description(run, 1),
    data: launchData(desired, looksUpRoot ? undefined : await rootDeviceName(run, desired.imageId)),
    tags: templateTags(id, desired, run.known ? "ready" : "creating"),
    clientToken: clientToken(id, "template", run.recorded?.launchTemplateId),
  });
  if (!run.known) {
    await giveWayToRivals(run);
  }
  if (looksUpRoot) {
    await recordGeneration(run, "this");
  } else {
    observed.generation = readGeneration(1, description(run, 1));
  }
}

/** Two creates of one resource at once both find nothing and both make a record: the older record wins. */
async function giveWayToRivals(run: Run): Promise<void> {
  const template = made(run.observed.template, "launch template");
  const [first] = await unfinished(run.ec2, run.desired.resourceUrn);
  if (first !== undefined && first.id !== template.id) {
    await goneIsFine(() => run.ec2.deleteLaunchTemplate(template.id));
    throw new Superseded(first.name);
  }
}

export async function recordGeneration(run: Run, replacesBefore: number | "this"): Promise<void> {
  const { id, desired, ec2, observed } = run;
  const template = made(observed.template, "launch template");
  const version = async (text: string, rootDevice: string | undefined): Promise<number> => {
    template.latestVersion = await ec2.createLaunchTemplateVersion({
      templateId: template.id,
      description: text,
      data: launchData(desired, rootDevice),
      clientToken: clientToken(id, "version", template.latestVersion, text),
    });
    return template.latestVersion;
  };
  let imageId = desired.imageId;
  if (needsLookup(run)) {
    await version("managed-instance: to look up the image", undefined);
    imageId = (await ec2.describeLatestVersion(template.id, { resolveImage: true })).imageId ?? imageId;
  }
  // The version's number is known only afterwards, but no other writer can come between with another one: "this" is
  // the number after the latest, and a version made meanwhile would make it too low, never too high.
  const since = replacesBefore === "this" ? template.latestVersion + 1 : replacesBefore;
  const number = await version(description(run, since), await rootDeviceName(run, imageId));
  observed.generation = readGeneration(number, description(run, since));
  run.say(`generation ${number} recorded in ${template.id}`);
}

function description({ id, desired }: Run, replacesBefore: number): string {
  return describeGeneration({
    replacesBefore,
    launchHash: launchHash(id, desired),
    settingsHash: settingsHash(id, desired),
  });
}

/** The root volume is set by the image's root device name; behind an SSM parameter only EC2 knows the image. */
function needsLookup({ desired }: Run): boolean {
  return desired.rootVolume !== undefined && desired.imageId.startsWith("resolve:ssm:");
}

async function rootDeviceName(run: Run, imageId: string): Promise<string | undefined> {
  if (run.desired.rootVolume === undefined) {
    return undefined;
  }
  return (await run.ec2.describeImage(imageId))?.rootDeviceName;
}

export async function deleteRecord(run: Run, templateId: string): Promise<void> {
  await goneIsFine(() => run.ec2.deleteLaunchTemplate(templateId));
  run.observed.template = undefined;
}
