/** Tags, and what is left behind on purpose. */
import { explain, isEc2Error } from "../../ec2/errors";
import { PASSING_TAGS, TAG } from "../../ec2/tags";
import { givenTags, instanceTags, launchTags } from "../record/labels";
import { isOwnedInstance } from "../situation/belongings";
import { launchedVolumes, phaseWanted } from "../planning/tags";
import { requireUnchanged } from "./points";
import { readPhase } from "../record/phase";
import { type Deps, made, ObserveAgain, oncePropagated, type Run } from "./run";
import { readVolume } from "./volume-waits";
import { changingHash, digestsOf, type LaunchPart } from "../record/specification";
import type { Instance, Tags } from "../../model/things";
import type { Observed, Recorded } from "../../model/observed";
import type { Step } from "../planning/step";

export async function tag(run: Run, resourceIds: string[], set: Tags, remove: string[]): Promise<void> {
  if (Object.keys(set).length > 0) {
    await run.ec2.createTags(resourceIds, set);
  }
  if (remove.length > 0) {
    await run.ec2.deleteTags(resourceIds, remove);
  }
}

/** An instance is being changed: until it has been, whether it fits cannot be told by how it was launched. */
export async function markChanging(run: Run, instance: Instance, parts: readonly LaunchPart[]): Promise<void> {
  const launched = instance.tags[TAG.launch] ?? digestsOf(run).launchHash;
  await run.ec2.createTags([instance.id], { [TAG.launch]: changingHash(launched, parts) });
}

/** Tags an instance that was started as another type than it was launched as. */
export async function tagType(run: Run, instance: Instance): Promise<void> {
  if (instance.tags[TAG.type] !== instance.type) {
    await run.ec2.createTags([instance.id], { [TAG.type]: instance.type });
    instance.tags = { ...instance.tags, [TAG.type]: instance.type };
  }
}

/** Takes the mark off an instance that is as it was before, after all. */
export async function unmarkChanging(run: Run, instance: Instance, before: Instance): Promise<void> {
  const launched = before.tags[TAG.launch];
  if (launched !== undefined) {
    await run.ec2.createTags([instance.id], { [TAG.launch]: launched });
    instance.tags = { ...instance.tags, [TAG.launch]: launched };
  }
}

/**
 * An instance was brought to the newest generation: it says so, and so does what it got by that. By then another run may have brought it
 * to a newer one.
 */
export async function tagInstance(run: Run, instance: Instance): Promise<void> {
  await requireUnchanged(run);
  if (run.standing !== undefined) {
    run.standing.hasMarked = true;
  }
  const { id, desired, observed, recorded } = run;
  const launched = { generation: made(observed.generation, "generation").number, type: instance.type };
  const isOwned = isOwnedInstance(instance, desired);
  const wanted = isOwned ? instanceTags(run, launched) : { ...givenTags(id), ...launchTags(run, launched) };
  const stale = [...PASSING_TAGS, ...Object.keys(recorded?.tags ?? {}).filter((it) => isOwned && it !== "Name")];
  const remove = stale.filter((it) => it in instance.tags && !(it in wanted));
  let seen = instance;
  await oncePropagated(run, `what ${instance.id} was launched with`, async () => {
    const volumes = isOwned ? launchedVolumes(seen, observed) : [];
    try {
      await tag(run, [instance.id, ...volumes], wanted, remove);
    } catch (error) {
      // EC2 may not show yet that a volume was replaced by another.
      [seen = instance] = await run.ec2.describeInstances({ "instance-id": [instance.id] });
      throw error;
    }
  });
  instance.tags = {
    ...Object.fromEntries(Object.entries(instance.tags).filter(([key]) => !remove.includes(key))),
    ...wanted,
  };
}

/** An Elastic IP that was handed on meanwhile may be another machine's by now. */
function isHandedOn({ observed }: Run, resourceId: string): boolean {
  return resourceId.startsWith("eipalloc-") && !observed.elasticIps.some((it) => it.allocationId === resourceId);
}

export async function retain(run: Run, step: Extract<Step, { kind: "retain" }>): Promise<void> {
  const { resourceId, what, monthlyCost, bringBack } = step;
  if (isHandedOn(run, resourceId)) {
    return;
  }
  await run.ec2.createTags([resourceId], { [TAG.retained]: "true" });
  await requireDetached(run, resourceId);
  // The thing is kept now, and whoever brings it back keeps it.
  await run.ec2.deleteTags([resourceId], [TAG.id, TAG.kept]);
  const cost = monthlyCost === 0 ? "costs nothing" : `costs about $${monthlyCost.toFixed(2)} a month`;
  run.say(`retained ${resourceId}, ${what}: it ${cost}; \`${bringBack}\` brings it back`);
}

/** A run that met this one before the mark may have attached the volume again to what it launched. */
async function requireDetached(run: Run, id: string): Promise<void> {
  const known = run.observed.volumes.find((it) => it.id === id);
  if (known !== undefined && known.attachment === undefined) {
    const now = await readVolume(run, id);
    if (now?.attachment !== undefined) {
      throw new ObserveAgain(`another run attached ${id} to ${now.attachment.instanceId} meanwhile`);
    }
  }
}

export async function giveBack(run: Run, resourceId: string, what: string, remove: string[]): Promise<void> {
  if (isHandedOn(run, resourceId)) {
    return;
  }
  if (remove.length > 0) {
    // Whoever waits for it may have it before a repeat of this call gets through.
    await run.ec2.deleteTags([resourceId], remove, { [TAG.id]: run.id });
  }
  run.observed.networkInterfaces = run.observed.networkInterfaces.filter((it) => it.id !== resourceId);
  run.observed.elasticIps = run.observed.elasticIps.filter((it) => it.allocationId !== resourceId);
  run.say(`${resourceId}, ${what}, is left as it is, because it was given`);
}

/**
 * A state has brought the id, so no `create` may take the machine over any more. Credentials that only read can refresh too:
 * they are told, and the next `up` does it.
 */
export async function markReady(
  { ec2, say }: Pick<Deps, "ec2" | "say">,
  { template }: Observed,
  recorded: Pick<Recorded, "claim">,
): Promise<void> {
  if (template === undefined || readPhase(template.tags[TAG.phase]).state === "ready") {
    return;
  }
  try {
    await ec2.createTags([template.id], { [TAG.phase]: phaseWanted(template, true, recorded) });
  } catch (error) {
    if (!isEc2Error(error, "denied")) {
      throw error;
    }
    say(`not marked as ready: ${explain(error)}`);
  }
}
