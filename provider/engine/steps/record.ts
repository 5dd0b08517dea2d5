/** The launch template: the machine's record in EC2, and its versions, the generations. */
import { Ec2Error, isEc2Error } from "../../ec2/errors";
import { findImage, orNothing } from "../../ec2/lookups";
import { waitFor } from "../../ec2/wait";
import type { LaunchTemplate } from "../../model/things";
import { IdTaken } from "../record/claim";
import { isAlive } from "../situation/instances";
import { templateTags } from "../record/labels";
import { isAnothers } from "../situation/ownership";
import { type Phase, phaseTag } from "../record/phase";
import { withRoomForVersion } from "./prune-versions";
import {
  type Deps,
  made,
  ObserveAgain,
  oncePropagated,
  PROPAGATION_TIMEOUT_MS,
  type Run,
  unqueuedWaiting,
} from "./run";
import { clientToken, describeGeneration, digestsOf, launchData, readGeneration } from "../record/specification";

/** The description of a version that is made only for EC2 to look up the image behind an SSM parameter. */
const LOOKING_UP = "managed-instance: to look up the image";

export async function record(run: Run): Promise<void> {
  const { id, desired, ec2, observed, lease, clock, unqueued } = run;
  const looksUpRoot = needsLookup(run);
  const rootDevice = looksUpRoot ? undefined : await rootDeviceName(run, desired.imageId);
  const begun = unqueued.now();
  try {
    observed.template = await ec2.createLaunchTemplate({
      name: id,
      description: looksUpRoot ? LOOKING_UP : description(run, 1, 1),
      data: launchData(desired, rootDevice),
      tags: templateTags(id, desired, phaseTag(phaseOf(run, clock.now()))),
      clientToken: clientToken(id, "record", run.nonce),
    });
  } catch (error) {
    throw isEc2Error(error, "name-taken") ? await whoseRecord(run) : error;
  }
  lease?.begin(observed.template, unqueued.now() - begun);
  if (looksUpRoot) {
    // An instance that outlived its record counts as of version 1.
    await recordGeneration(run, 1);
  } else {
    observed.generation = readGeneration(1, description(run, 1, 1));
  }
}

/** A machine that a state has is ready from the beginning; one that a create makes is so once that has made it. */
function phaseOf({ lease, recorded }: Run, at: number): Phase {
  return lease === undefined ? { state: "ready", by: recorded?.claim } : { state: "creating", by: lease.nonce, at };
}

/** The id's name is taken: by another run of this state's, or by another create of the same resource, or by another machine. */
async function whoseRecord(run: Run): Promise<Error> {
  const { id, purpose } = run;
  const template = await oncePropagated(run, id, async () => {
    const [found] = await run.ec2.describeLaunchTemplates({ "launch-template-name": [id] });
    if (found === undefined) {
      throw new Ec2Error(
        "DescribeLaunchTemplates",
        "InvalidLaunchTemplateName.NotFoundException",
        `${id} is not known`,
      );
    }
    return found;
  });
  return purpose.kind === "update" && !isAnothers(template, run)
    ? new ObserveAgain(`another run made the record of ${id}`)
    : new IdTaken(`${id} is another machine's`);
}

export async function recordGeneration(run: Run, replacesBefore: number | "this"): Promise<void> {
  const { desired, ec2, observed, lease } = run;
  const template = made(observed.template, "launch template");
  const version = async (text: string, rootDevice: string | undefined): Promise<number> => {
    const create = (): Promise<number> =>
      ec2.createLaunchTemplateVersion({
        templateId: template.id,
        description: text,
        data: launchData(desired, rootDevice),
        clientToken: clientToken(template.id, "version", template.latestVersion, text),
      });
    const expected = template.latestVersion + 1;
    // The generation that a roll-back would go to is that of an instance.
    const needed = [observed.generation?.number ?? template.latestVersion];
    template.latestVersion = await withRoomForVersion(ec2, template, { needed, create });
    if (lease !== undefined) {
      lease.latestVersion = template.latestVersion;
    }
    if (template.latestVersion !== expected) {
      await awaitVersion(run, template);
      throw new ObserveAgain(`version ${expected} of ${template.id} was recorded by another run`);
    }
    return expected;
  };
  let imageId = desired.imageId;
  if (needsLookup(run)) {
    await version(LOOKING_UP, undefined);
    imageId = (await ec2.describeLatestVersion(template.id, { resolveImage: true })).imageId ?? imageId;
  }
  const expected = template.latestVersion + 1;
  const text = description(run, expected, replacesBefore === "this" ? expected : replacesBefore);
  const number = await version(text, await rootDeviceName(run, imageId));
  observed.generation = readGeneration(number, text);
  run.say(`generation ${number} recorded in ${template.id}`);
}

/**
 * Waits until a list shows the version whose number EC2 has answered with: a look before that is older than the answer, and what is made by it
 * gets another number again.
 */
export async function awaitVersion(
  { ec2, unqueued, expectations }: Pick<Deps, "ec2" | "unqueued" | "expectations">,
  { name, latestVersion }: LaunchTemplate,
): Promise<void> {
  await waitFor(
    {
      kind: "propagation",
      what: `version ${latestVersion} of ${name} to be known to EC2`,
      read: async () => (await ec2.describeLaunchTemplates({ "launch-template-name": [name] }))[0],
      isReady: (it) => it === undefined || it.latestVersion >= latestVersion,
      describe: (it) => `version ${it?.latestVersion ?? 0}`,
      timeoutMs: PROPAGATION_TIMEOUT_MS,
    },
    unqueuedWaiting({ unqueued, expectations }),
  );
}

function description(run: Run, number: number, replacesBefore: number): string {
  const { launchHash, settingsHash } = digestsOf(run);
  return describeGeneration({ number, replacesBefore, launchHash, settingsHash });
}

/** The root volume is set by the image's root device name; behind an SSM parameter only EC2 knows the image. */
function needsLookup({ desired }: Run): boolean {
  return desired.rootVolume !== undefined && desired.imageId.startsWith("resolve:ssm:");
}

async function rootDeviceName(run: Run, imageId: string): Promise<string | undefined> {
  if (run.desired.rootVolume === undefined) {
    return undefined;
  }
  const image = await findImage(run.ec2, imageId);
  // An image that is gone launches nothing any more; the instance that stays was launched from it, or boots as the next will.
  return image?.rootDeviceName ?? run.observed.instances.find(isAlive)?.rootDeviceName;
}

export async function deleteRecord(run: Run, templateId: string): Promise<void> {
  await orNothing(() => run.ec2.deleteLaunchTemplate(templateId));
  run.observed.template = undefined;
  if (run.lease !== undefined) {
    run.lease.templateId = undefined;
  }
}
