/** Whose machine it is: what a run may act on, by the record and by the tags. (pure) */
import { TAG } from "../../ec2/tags";
import { notEnded } from "./instances";
import { IdTaken, ownerOf } from "../record/claim";
import type { Lease } from "../record/lease";
import type { LaunchTemplate, Tags } from "../../model/things";
import type { Observed, Recorded } from "../../model/observed";

/** Another state has the machine, or another machine has its id, so this one must not touch it any more. */
export class TakenOver extends Error {
  override readonly name = "TakenOver";

  constructor(id: string, urn: string | undefined, isSucceeded: boolean) {
    super(
      isSucceeded
        ? `everything that this stack had of ${id} was deleted by somebody, and ${urn ?? "another resource"} has made a machine with that id since. Run \`pulumi refresh\`: the next \`pulumi up\` then makes a machine with an id of its own`
        : `${id} was taken over by another resource or stack (adopt.managedInstanceId${urn === undefined ? "" : `, by ${urn}`}), so it is not this one's any more. To give it up here, take the resource out of the program and run \`pulumi up\`, or run \`pulumi state delete\`: neither touches the machine. To have it back, delete it from the state and declare it with adopt: { managedInstanceId: "${id}" }`,
    );
  }
}

interface Claim {
  id: string;
  /** The lease by which a create holds the record. */
  lease?: Lease;
  recorded?: Pick<Recorded, "claim"> & Partial<Recorded>;
}

/** Whether a record is another's than the state's whose id led to it. An older version wrote no owner, on either side. */
export function isAnothers(template: LaunchTemplate | undefined, { recorded }: Pick<Claim, "recorded">): boolean {
  const owner = ownerOf(template);
  return owner !== undefined && recorded?.claim !== undefined && owner !== recorded.claim;
}

/**
 * Whether nothing is left of what the state has on record, its launch template included, and another state has made a machine with the
 * same id since: that of a second backend, whose create found the id free.
 */
export function isSucceeded({ recorded }: Pick<Claim, "recorded">, observed: Observed): boolean {
  const { template, networkInterfaces, elasticIps, instances, volumes } = observed;
  if (!isAnothers(template, { recorded }) || recorded?.launchTemplateId === undefined) {
    return false;
  }
  const { launchTemplateId, networkInterfaceId, instanceId, dataVolumeIds = {}, givenVolumeIds = [] } = recorded;
  // A given thing is its owner's, and may be the other machine's by now.
  const allocationId = recorded.ownsElasticIp === true ? recorded.allocationId : undefined;
  const made = Object.values(dataVolumeIds).filter((it) => !givenVolumeIds.includes(it));
  const had = [launchTemplateId, networkInterfaceId, allocationId, instanceId, ...made];
  const there = [template, ...networkInterfaces, ...notEnded(instances), ...volumes].map((it) => it?.id);
  return ![...there, ...elasticIps.map((it) => it.allocationId)].some((it) => it !== undefined && had.includes(it));
}

/**
 * @throws TakenOver if the machine is another state's by now
 * @throws IdTaken if a create has come to an id of which something is there that it did not make
 */
export function requireOwned({ id, lease, recorded }: Claim, observed: Observed): void {
  const { template } = observed;
  if (isAnothers(template, { recorded })) {
    throw new TakenOver(id, template?.tags[TAG.urn], isSucceeded({ recorded }, observed));
  }
  if (lease === undefined) {
    return;
  }
  const isFree = template === undefined && lease.templateId === undefined;
  if (template === undefined ? isFree && isMarked(id, observed) : ownerOf(template) !== lease.nonce) {
    throw new IdTaken(`${id} is another machine's`);
  }
}

/** Whether things carry the id: somebody deleted the record of a machine that a state still has. */
function isMarked(id: string, { networkInterfaces, elasticIps, instances, volumes }: Observed): boolean {
  return [...networkInterfaces, ...elasticIps, ...notEnded(instances), ...volumes].some(
    ({ tags }) => tags[TAG.id] === id,
  );
}

/** Whether a thing carries another machine's id, whatever the state has on record of it. */
export function isOfAnother(id: string, { tags }: { tags: Tags }): boolean {
  const owner = tags[TAG.id];
  return owner !== undefined && owner !== id;
}
