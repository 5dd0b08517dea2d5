/**
 * The plan: from what is wanted and what exists to the steps that lead there. Pure: it looks at no clock, not at AWS and
 * not at Pulumi, and has an answer for every pair.
 */
import { isOwned, OWN_TAG_PREFIX, TAG } from "../ec2/tags";
import {
  currentElasticIp,
  currentNetworkInterface,
  generationOf,
  isAlive,
  isOnOurs,
  keptInstance,
  type Situation as Decided,
} from "./current";
import { baseTags, givenTags, instanceTags, templateTags } from "./labels";
import { launchHash, settingsHash } from "./specification";
import type { Desired, ElasticIp, Instance, NetworkInterface, Observed, Tags } from "./state";

export type Step =
  | { kind: "record" }
  | { kind: "record-generation"; replacesBefore: number | "this" }
  | { kind: "make-network-interface"; securityGroupIds?: string[] }
  | { kind: "set-security-groups"; networkInterfaceId: string; securityGroupIds?: string[] }
  | { kind: "set-source-dest-check"; enabled: boolean }
  | { kind: "keep-on-termination"; networkInterfaceId: string; attachmentId: string }
  | { kind: "allocate-elastic-ip" }
  | { kind: "associate-elastic-ip" }
  | { kind: "disassociate-elastic-ip"; elasticIp: ElasticIp }
  | { kind: "release-elastic-ip"; elasticIp: ElasticIp }
  | { kind: "preflight"; instanceId: string }
  | { kind: "retire"; instance: Instance }
  | { kind: "launch" }
  | { kind: "await-running"; instance: Instance }
  | { kind: "start"; instance: Instance }
  | { kind: "set-metadata-options"; instanceId: string }
  | { kind: "set-instance-profile"; instanceId: string }
  | { kind: "tag"; resourceIds: string[]; set: Tags; remove: string[] }
  | { kind: "retain"; resourceId: string; what: string }
  | { kind: "delete-network-interface"; networkInterface: NetworkInterface }
  | { kind: "delete-record"; templateId: string };

export interface Situation extends Decided {
  /** Whether a state is known to have the id, because it came from there. */
  known: boolean;
}

/** The steps to what is wanted; none if it is there. */
export function plan(situation: Situation): Step[] {
  return [
    ...planRecord(situation),
    ...planNetworkInterface(situation),
    ...planElasticIp(situation),
    ...planInstance(situation),
    ...planSurplus(situation),
    ...planTags(situation),
  ];
}

function planRecord(situation: Situation): Step[] {
  const { id, desired, observed } = situation;
  const kept = keptInstance(situation);
  if (observed.template === undefined) {
    // Its generation counted versions of a template that somebody deleted; the new one begins at 1.
    const recount: Step[] =
      kept === undefined ? [] : [{ kind: "tag", resourceIds: [kept.id], set: { [TAG.generation]: "1" }, remove: [] }];
    return [...recount, { kind: "record" }];
  }
  const latest = observed.generation;
  if (latest?.launchHash !== launchHash(id, desired)) {
    return [{ kind: "record-generation", replacesBefore: (kept && generationOf(kept)) ?? "this" }];
  }
  return latest.settingsHash === settingsHash(id, desired)
    ? []
    : [{ kind: "record-generation", replacesBefore: latest.replacesBefore }];
}

function planNetworkInterface({ desired, observed, recorded }: Situation): Step[] {
  const eni = currentNetworkInterface(desired, observed, recorded);
  const steps: Step[] = [];
  if (eni === undefined) {
    steps.push({ kind: "make-network-interface", securityGroupIds: desired.securityGroupIds });
  } else if (!hasSecurityGroups(eni, desired.securityGroupIds)) {
    steps.push({
      kind: "set-security-groups",
      networkInterfaceId: eni.id,
      securityGroupIds: desired.securityGroupIds,
    });
  }
  // EC2 makes every interface with the check on.
  if ((eni?.sourceDestCheck ?? true) !== desired.sourceDestCheck) {
    steps.push({ kind: "set-source-dest-check", enabled: desired.sourceDestCheck });
  }
  return [...steps, ...keepOnTermination(observed.networkInterfaces)];
}

/** An interface that would go with its instance is made to stay. */
export function keepOnTermination(networkInterfaces: NetworkInterface[]): Step[] {
  return networkInterfaces.flatMap(({ id, attachment }) =>
    attachment?.deleteOnTermination === true
      ? [{ kind: "keep-on-termination", networkInterfaceId: id, attachmentId: attachment.id } as const]
      : [],
  );
}

export function hasSecurityGroups(eni: NetworkInterface, wanted: string[] | undefined): boolean {
  if (wanted === undefined) {
    return eni.securityGroups.length === 1 && eni.securityGroups[0]?.name === "default";
  }
  const held = eni.securityGroups.map((group) => group.id);
  return held.length === new Set(wanted).size && wanted.every((id) => held.includes(id));
}

/** What can be done while the old instance still works. An address on an interface to be given up moves later. */
function planElasticIp({ id, desired, observed }: Situation): Step[] {
  const wanted = currentElasticIp(desired, observed);
  const steps: Step[] = [];
  if (desired.elasticIp === true && wanted === undefined) {
    // First, because it may fail, and until then the one that is held stays.
    steps.push({ kind: "allocate-elastic-ip" });
  }
  if (typeof desired.elasticIp === "string" && wanted !== undefined) {
    // Before it is put on, so that it can be found and given back however this run ends.
    steps.push(
      ...planTagsOf([{ resourceIds: [wanted.allocationId], held: wanted.tags, wanted: givenTags(id), stale: [] }]),
    );
  }
  steps.push(
    ...surplusElasticIps(desired, observed)
      .filter((eip) => isOnOurs(eip, observed))
      .map((elasticIp) => ({ kind: "disassociate-elastic-ip", elasticIp }) as const),
  );
  if (desired.elasticIp !== false && wanted?.association === undefined) {
    steps.push({ kind: "associate-elastic-ip" });
  }
  return steps;
}

function isHeldBy(eip: ElasticIp, eni: NetworkInterface): boolean {
  return eip.association?.networkInterfaceId === eni.id;
}

function surplusElasticIps(desired: Desired, observed: Observed): ElasticIp[] {
  const wanted = currentElasticIp(desired, observed);
  return observed.elasticIps.filter((eip) => eip.allocationId !== wanted?.allocationId);
}

/** `terminate-first`: retire, then launch with the interface as the primary one. */
function planInstance(situation: Situation): Step[] {
  const { desired, observed } = situation;
  const kept = keptInstance(situation);
  const retired = [...observed.instances, ...observed.strangers].filter(
    (it) => it !== kept && (isAlive(it) || holdsOurs(it, observed)),
  );
  const working = retired.find(isAlive);
  const steps: Step[] = [];
  if (working !== undefined && kept === undefined) {
    steps.push({ kind: "preflight", instanceId: working.id });
  }
  steps.push(...retired.map((it): Step => ({ kind: "retire", instance: it })));
  steps.push(...planElasticIpMove(situation));
  if (kept === undefined) {
    return [...steps, { kind: "launch" }];
  }
  if (kept.state === "stopped" || kept.state === "stopping") {
    steps.push({ kind: "start", instance: kept });
  }
  if (kept.state === "pending") {
    steps.push({ kind: "await-running", instance: kept });
  }
  return [...steps, ...planSettings(kept, desired)];
}

export function holdsOurs(instance: Instance, observed: Observed): boolean {
  return observed.networkInterfaces.some((eni) => eni.attachment?.instanceId === instance.id);
}

/** The Elastic IP follows from an interface that is given up, once nothing works behind it any more. */
function planElasticIpMove({ desired, observed, recorded }: Situation): Step[] {
  const wanted = currentElasticIp(desired, observed);
  const eni = currentNetworkInterface(desired, observed, recorded);
  if (wanted?.association === undefined || (eni !== undefined && isHeldBy(wanted, eni))) {
    return [];
  }
  return [{ kind: "disassociate-elastic-ip", elasticIp: wanted }, { kind: "associate-elastic-ip" }];
}

function planSettings(instance: Instance, desired: Desired): Step[] {
  const steps: Step[] = [];
  if (!hasMetadataOptions(instance, desired)) {
    steps.push({ kind: "set-metadata-options", instanceId: instance.id });
  }
  if (!hasProfile(instance, desired)) {
    steps.push({ kind: "set-instance-profile", instanceId: instance.id });
  }
  return steps;
}

export function hasMetadataOptions({ metadataOptions: held }: Instance, { metadataOptions: wanted }: Desired): boolean {
  const hops = wanted.httpPutResponseHopLimit;
  return (
    wanted.httpTokens === held.httpTokens &&
    wanted.httpEndpoint === held.httpEndpoint &&
    wanted.instanceMetadataTags === held.instanceMetadataTags &&
    (hops === undefined || hops === held.httpPutResponseHopLimit)
  );
}

/** A profile is wanted by name or ARN, and held by ARN, whose path may come before the name. */
export function hasProfile(
  { iamInstanceProfileArn: held }: Instance,
  { iamInstanceProfile: wanted }: Desired,
): boolean {
  if (held === undefined || wanted === undefined || wanted.startsWith("arn:")) {
    return held === wanted;
  }
  return held.slice(held.lastIndexOf("/") + 1) === wanted;
}

/** What is ours and no longer wanted. */
function planSurplus({ desired, observed, recorded }: Situation): Step[] {
  const eni = currentNetworkInterface(desired, observed, recorded);
  return [
    ...surplusElasticIps(desired, observed).map((eip) => giveUpElasticIp(eip, desired.deletion.elasticIp)),
    ...observed.networkInterfaces
      .filter((it) => it.id !== eni?.id)
      .map((networkInterface): Step => ({ kind: "delete-network-interface", networkInterface })),
  ];
}

/** What was given loses our tags, what was allocated goes, unless it is to be retained. */
export function giveUpElasticIp(eip: ElasticIp, retention: "delete" | "retain"): Step {
  if (!isOwned(eip)) {
    return { kind: "tag", resourceIds: [eip.allocationId], set: {}, remove: ownKeys(eip.tags) };
  }
  return retention === "retain"
    ? { kind: "retain", resourceId: eip.allocationId, what: `Elastic IP ${eip.publicIp}` }
    : { kind: "release-elastic-ip", elasticIp: eip };
}

function ownKeys(tags: Tags): string[] {
  return Object.keys(tags).filter((key) => key.startsWith(OWN_TAG_PREFIX));
}

/** Of an instance that stays: its own; the newest if its tag was taken off; the first of a record to be made anew. */
function generationToCarry(instance: Instance, { template, generation }: Observed): number {
  return template === undefined ? 1 : (generationOf(instance) ?? generation?.number ?? 1);
}

/** A thing, the tags it has, those it should have, and the user's that it should not have any more. */
interface Tagged {
  resourceIds: string[];
  held: Tags;
  wanted: Tags;
  stale: string[];
}

function planTags(situation: Situation): Step[] {
  return planTagsOf(taggedThings(situation));
}

function planTagsOf(things: Tagged[]): Step[] {
  return things.flatMap(({ resourceIds, held, wanted, stale }) => {
    const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => held[key] !== value));
    const remove = stale.filter((key) => key in held);
    const isRight = Object.keys(set).length === 0 && remove.length === 0;
    return isRight ? [] : [{ kind: "tag", resourceIds, set, remove } as const];
  });
}

function spotRequestIds({ spotRequestId }: Instance): string[] {
  return spotRequestId === undefined ? [] : [spotRequestId];
}

/** Everything that was made. A given Elastic IP keeps its own tags, and has ours before it is put on. */
function taggedThings(situation: Situation): Tagged[] {
  const { id, desired, observed, recorded, known } = situation;
  const stale = Object.keys(recorded?.tags ?? {}).filter((key) => !(key in desired.tags) && key !== "Name");
  const eni = currentNetworkInterface(desired, observed, recorded);
  const eip = desired.elasticIp === true ? currentElasticIp(desired, observed) : undefined;
  const instance = keptInstance(situation);
  const { template } = observed;
  const base = baseTags(id, desired);
  const things: Tagged[] = [];
  if (eni !== undefined) {
    things.push({ resourceIds: [eni.id], held: eni.tags, wanted: base, stale });
  }
  if (eip !== undefined) {
    things.push({ resourceIds: [eip.allocationId], held: eip.tags, wanted: base, stale });
  }
  if (instance !== undefined) {
    const resourceIds = [instance.id, ...instance.volumeIds, ...spotRequestIds(instance)];
    const wanted = instanceTags(id, desired, generationToCarry(instance, observed));
    things.push({ resourceIds, held: instance.tags, wanted, stale });
  }
  if (template !== undefined) {
    const phase = known || template.tags[TAG.phase] === "ready" ? "ready" : "creating";
    things.push({ resourceIds: [template.id], held: template.tags, wanted: templateTags(id, desired, phase), stale });
  }
  return things;
}
