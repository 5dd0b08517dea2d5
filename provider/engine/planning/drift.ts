/** How what exists differs from what was applied, in terms of the inputs. (pure) */
import { OWN_TAG_PREFIX, TAG } from "../../ec2/tags";
import type { Cast } from "../situation/cast";
import { generationOf, wantsInstance } from "../situation/instances";
import { readReplacement } from "../record/last-replacement";
import { isOfItsType } from "../situation/launched";
import { settingsOff } from "./instance";
import { hasSecurityGroups } from "./network-interface";
import { nameOfMachine } from "./sharing";
import { plan } from "./plan";
import { SETTINGS } from "../record/settings";
import type { Desired } from "../../model/desired";
import type { Step } from "./step";

/** The inputs as they would have to be to describe what exists; where nothing is off, the inputs themselves. */
export function observedInputs(cast: Cast): Desired {
  const { desired, networkInterface: eni, holder: instance } = cast;
  const found = { ...desired };
  if (eni !== undefined) {
    found.sourceDestCheck = eni.sourceDestCheck;
    if (!hasSecurityGroups(eni, desired.securityGroupIds, cast)) {
      found.securityGroupIds = eni.securityGroups.map((group) => group.id);
    }
  }
  // A stopped instance takes them on when it is started.
  if (instance !== undefined && wantsInstance(desired)) {
    for (const setting of settingsOff(instance, cast)) {
      Object.assign(found, { [setting]: SETTINGS[setting].held(instance) });
    }
  }
  return found;
}

/** All that a plan would put right, as the end of "found that …". */
export function driftOf(cast: Cast): string[] {
  const steps = plan(cast);
  const otherwise = wantedOtherwise(cast) ?? givenUp(cast);
  if (otherwise !== undefined) {
    // All else that is to be done about its instance follows from that.
    const rest = steps.filter((step) => !isOfState(step, cast)).flatMap((it) => sentenceFor(it, cast) ?? []);
    return [...new Set([otherwise, ...rest])];
  }
  const kinds = new Set(steps.map((step) => step.kind));
  const follows = (step: Step): boolean =>
    CONSEQUENCES.some(([of, what]) => of.some((it) => kinds.has(it)) && what.includes(step.kind)) ||
    (kinds.has("record") && isRecount(step));
  const found = steps.flatMap((step) => (follows(step) ? [] : (sentenceFor(step, cast) ?? [])));
  return [...new Set(found)];
}

/** The record's word since then: by hand, or on schedule, the machine was paused or resumed. The next `up` takes that back. */
export const PAUSED_SINCE = "it was paused since, by hand or on its schedule";
const RESUMED_SINCE = "it was resumed since, by hand or on its schedule";

function wantedOtherwise({ desired, observed: { template } }: Cast): string | undefined {
  const word = template?.tags[TAG.desiredState]?.split(" ")[0];
  const isOther = word !== undefined && word !== desired.desiredState;
  return isOther ? (word === "paused" ? PAUSED_SINCE : RESUMED_SINCE) : undefined;
}

/** A controller, or `watch`, tried what it may. The next `up` tries again, and takes the mark away. */
function givenUp(cast: Cast): string | undefined {
  const { template } = cast.observed;
  const replacement = template && readReplacement(template.tags);
  return replacement?.gaveUp === true && wantsInstance(cast.desired)
    ? `${replacement.inARow} replacements in a row (${replacement.reason}) did not help, and nothing more is tried for it by itself`
    : undefined;
}

const OF_STATE: readonly Step["kind"][] = [
  "drain",
  "preflight",
  "check-rights",
  "retire",
  "launch",
  "launch-beside",
  "start",
  "stop",
  "await-running",
  "attach-network-interface",
  "attach-volumes",
  "detach-volume",
  "make-network-interface",
  "set-source-dest-check",
  "set-public-ip-assignment",
  "associate-elastic-ip",
  "disassociate-elastic-ip",
  "delete-network-interface",
];

function isOfState(step: Step, cast: Cast): boolean {
  return OF_STATE.includes(step.kind) || (step.kind === "tag" && isOfRecord(step, cast));
}

function isOfRecord({ resourceIds }: Extract<Step, { kind: "tag" }>, { observed: { template } }: Cast): boolean {
  return template !== undefined && resourceIds.includes(template.id);
}

/** Machines that an older version made have not all on record that a controller needs. */
export const OLDER_RECORD =
  "its record was made by an older version of this package, and lacks what a controller needs";

function isOlder(step: Extract<Step, { kind: "tag" }>, { observed: { template } }: Cast): boolean {
  const isOfVolume = Object.keys(step.set).join() === TAG.device;
  const isOwn = Object.keys(step.set).every((it) => it.startsWith(OWN_TAG_PREFIX)) && step.remove.length === 0;
  const isIts = template !== undefined && step.resourceIds.includes(template.id);
  return template !== undefined && template.tags[TAG.network] === undefined && isOwn && (isIts || isOfVolume);
}

/** A new record counts generations from the first. */
function isRecount(step: Step): boolean {
  return step.kind === "tag" && step.remove.length === 0 && Object.keys(step.set).join() === TAG.generation;
}

const LAUNCHES: readonly Step["kind"][] = ["launch", "launch-beside", "attach-network-interface"];

/** Steps that stand in a plan only because another does: there is to be another instance, or another interface. */
const CONSEQUENCES: readonly [of: readonly Step["kind"][], what: readonly Step["kind"][]][] = [
  [["preflight"], LAUNCHES],
  [["launch-beside"], ["attach-network-interface"]],
  [
    ["preflight", ...LAUNCHES],
    ["retire", "attach-volumes", "detach-volume"],
  ],
  [
    ["await-let-go", "exchange-elastic-ip"],
    ["claim-given", "associate-elastic-ip", "attach-volumes"],
  ],
  [["make-network-interface"], ["set-source-dest-check", "set-public-ip-assignment"]],
];

/** Drift of an instance that makes way, or is changed, for the wanted one. */
export const OUTDATED = "its instance is not of the newest generation";
/** Drift of an instance that somebody made another type. */
export const RETYPED = "its instance is of another type than it was launched as";

/** Drift sentences of the steps that need no more words. The machine's record has the same sentences. */
export const SENTENCES = {
  record: "its launch template is gone",
  "record-generation": "its launch template is not as declared",
  "make-network-interface": "its network interface is gone",
  "set-security-groups": "its security groups are not as declared",
  "set-source-dest-check": "its source/destination check is not as declared",
  "set-public-ip-assignment": "its public IP assignment is not known to be as declared",
  "keep-on-termination": "its network interface would be deleted with its instance",
  "assign-private-ips": "it lacks secondary private IPs that are declared",
  "unassign-private-ips": "it has secondary private IPs that are not declared",
  "assign-ipv6-addresses": "it lacks IPv6 addresses that are declared",
  "unassign-ipv6-addresses": "it has IPv6 addresses that are not declared",
  "allocate-elastic-ip": "its Elastic IP is gone",
  "associate-elastic-ip": "its Elastic IP is not on its primary private IP",
  "release-elastic-ip": "an Elastic IP is left that it does not use",
  "delete-network-interface": "a network interface is left that it does not use",
  preflight: OUTDATED,
  launch: "it has no instance",
  "launch-beside": "it has no instance",
  "attach-network-interface": "its network interface is not on its instance",
  start: "its instance is stopped",
  stop: "its instance runs, and it is to be paused",
  retire: "it has an instance that it is not to have",
  "await-running": "its instance is still starting",
  "attach-volumes": "a data volume is not attached",
  "detach-volume": "a data volume is attached where it is not to be",
  "delete-volume": "a data volume that it gave up is left",
} as const satisfies Partial<Record<Step["kind"], string>>;

const OF_INPUTS: readonly string[] = [
  SENTENCES["set-security-groups"],
  SENTENCES["set-source-dest-check"],
  ...Object.values(SETTINGS).map((it) => it.drift),
];

/**
 * The drift, with the differences that an earlier refresh put into the recorded inputs, so that this look does not find them: only the
 * launch template still is as the inputs were before.
 */
export function driftSince(earlier: readonly string[], cast: Cast): string[] {
  const inInputs = earlier.filter((it) => OF_INPUTS.includes(it));
  const template = SENTENCES["record-generation"];
  const isFound = inInputs.length === 0 || earlier.includes(template);
  return [...new Set([...inInputs, ...driftOf(cast).filter((it) => isFound || it !== template)])];
}

/** How the sentence on a replacement begins that ended with the previous instance specification. */
export const ROLLED_BACK = "the last replacement was rolled back";

/** A generation was recorded after that of the instance, for other inputs than those that were applied last. */
function failedReplacement(cast: Cast): string | undefined {
  const { kept: instance, digests } = cast;
  const { template, generation: latest } = cast.observed;
  const own = instance && generationOf(instance);
  const isNewer = latest !== undefined && own !== undefined && own < latest.number;
  if (instance === undefined || !isNewer || latest.launchHash === digests.launchHash) {
    return undefined;
  }
  const isBack = template?.latestVersionAt !== undefined && instance.launchedAt > template.latestVersionAt;
  return isBack
    ? `${ROLLED_BACK}: generation ${latest.number} did not work, and ${instance.id} runs as generation ${own} again`
    : `the last replacement did not come about: ${instance.id} is still of generation ${own}, and none of generation ${latest.number} is there`;
}

function sentenceFor(step: Step, cast: Cast): string | undefined {
  switch (step.kind) {
    case "preflight":
      return isOfItsType(step.instance, cast.desired) ? OUTDATED : RETYPED;
    case "record-generation":
      return failedReplacement(cast) ?? SENTENCES[step.kind];
    case "tag":
      return isOlder(step, cast) ? OLDER_RECORD : `tags of ${step.resourceIds[0] ?? ""} are not as declared`;
    case "change-setting":
      return SETTINGS[step.setting].drift;
    case "make-volume":
      return `the data volume ${step.name} is gone (a new one is made in its place, empty or from its snapshot)`;
    case "modify-volume":
      return `the data volume ${step.volume.id} is not as declared`;
    case "await-let-go":
      return step.things.map(({ words, holder }) => `${words} is with ${nameOfMachine(holder)}`).join(" and ");
    case "exchange-elastic-ip":
      return `${step.thing.words} is with ${nameOfMachine(step.thing.holder)}`;
    case "end-claims":
      return undefined;
    case "claim-given":
      return `tags of ${step.claims.map((it) => it.id).join(", ")} are not as declared`;
    case "retain":
    case "give-back":
      return `${step.resourceId} is still marked as its own, and it gave it up`;
    case "keep-volume-on-termination":
      return `the data volume ${step.volume.id} would be deleted with its instance`;
    case "end-volume-with-instance":
      return `${step.volume.id}, which came with the image of its instance, would stay behind when that ends`;
    default:
      return (SENTENCES as Partial<Record<Step["kind"], string>>)[step.kind];
  }
}
