/** A look, at preview, at a whole machine that is to be taken over by its record (`adopt.managedInstanceId`). */
import { type FoundAdoption, furtherInterfaces, listed } from "./adoption";
import { missingFrom } from "../inputs/continuity";
import type { Ec2 } from "../ec2/ec2";
import { TAG, urnTag } from "../ec2/tags";
import { conflicts } from "../engine/planning/conflicts";
import { type Cast, castOf } from "../engine/situation/cast";
import { fits } from "../engine/situation/fit";
import { holderOf } from "../engine/situation/instances";
import { isOwnedInstance } from "../engine/situation/belongings";
import { differences, rootVolumeOf } from "../engine/situation/launched";
import { observe } from "../engine/situation/observe";
import { protections } from "../engine/planning/protection";
import { readNetwork } from "../engine/record/record-grammar";
import { UnknownGrammar } from "../engine/record/tag-text";
import { launchHash, partOf } from "../engine/record/specification";
import type { DataVolume, Desired } from "../model/desired";
import type { LaunchTemplate, Volume, VolumeShape } from "../model/things";
import type { Observed } from "../model/observed";
import { changesInPlace } from "./in-place";
import { planFor } from "./planned";
import { desiredOf } from "../inputs/inputs";

type Inputs = Record<string, unknown>;

export interface FoundMachine extends FoundAdoption {
  id: string;
  /** The owner until then: the URN that the machine's record carries, where that is another than the resource's. */
  owner?: string;
}

/**
 * @param given the program's own inputs
 * @param inputs the same, checked
 */
export async function lookAtTakeOver(ec2: Ec2, id: string, given: Inputs, inputs: Inputs): Promise<FoundMachine> {
  const [template] = await ec2.describeLaunchTemplates({ "launch-template-name": [id] });
  if (template === undefined) {
    const reason = `adopt.managedInstanceId: ${id} is no managed instance of this account in ${String(inputs.region)}; \`managed-instance list\` shows those that there are`;
    return { ...NOTHING, id, inputs, failures: [{ property: "adopt", reason }] };
  }
  const seen = await observe(ec2, { id, desired: desiredOf(inputs), template });
  const completed = { ...inputs, ...missingFrom(given, heldBy(id, template, seen)) };
  const desired = desiredOf(completed);
  const observed = await observe(ec2, { id, desired, template });
  const situation = castOf({ id, desired, observed, purpose: { kind: "create" } });
  const eni = situation.networkInterface ?? observed.networkInterfaces[0];
  const instance = holderOf(eni, observed);
  const refused = conflicts(situation);
  const planned = refused.length > 0 ? undefined : planFor(situation);
  const protectedOnes = planned === undefined ? [] : await protections(ec2, planned.steps);
  const failures = [...refused, ...protectedOnes].map((reason) => ({ property: "adopt", reason }));
  const urn = template.tags[TAG.urn];
  return {
    id,
    owner: urn === urnTag(desired.resourceUrn) ? undefined : urn,
    adoption: { networkInterface: eni, instance },
    isBegun: false,
    failures,
    misfits: misfitsOf(situation),
    planned,
    inPlace: planned === undefined ? [] : changesInPlace(planned),
    further: await furtherInterfaces(ec2, listed(instance), listed(eni)),
    publicIp: situation.elasticIp?.publicIp,
    inputs: completed,
  };
}

const NOTHING: Omit<FoundAdoption, "inputs" | "failures"> = {
  adoption: {},
  isBegun: false,
  misfits: [],
  planned: undefined,
  inPlace: [],
  further: [],
};

/** Reasons why the instance cannot stay. */
function misfitsOf(situation: Cast): FoundAdoption["misfits"] {
  const { id, desired, observed } = situation;
  const instance = situation.working ?? situation.coming;
  if (instance === undefined || fits(instance, situation)) {
    return [];
  }
  const rootVolume = rootVolumeOf(instance, observed.rootVolumes);
  const found = { instance, isGiven: !isOwnedInstance(instance, desired), rootVolume };
  const launched = instance.tags[TAG.launch] ?? "";
  const inputs = differences(found, launched, launchHash(id, desired), desired);
  return (inputs.length === 0 ? (["recycleTriggers"] as const) : inputs).map((input) => ({
    input,
    part: partOf(input),
  }));
}

/** Inputs that a program may leave out, as the machine has them: left out, they stay. */
function heldBy(
  id: string,
  { tags }: LaunchTemplate,
  { networkInterfaces, volumes }: Pick<Observed, "networkInterfaces" | "volumes">,
): Partial<Desired> {
  const eni = networkInterfaces.find((it) => it.tags[TAG.kept] !== "false");
  return {
    elasticIp: elasticIpIn(tags[TAG.network]),
    ...(eni === undefined
      ? {}
      : { securityGroupIds: eni.securityGroups.map((it) => it.id), sourceDestCheck: eni.sourceDestCheck }),
    dataVolumes: volumes.filter((it) => it.tags[TAG.id] === id).map(declared),
  };
}

/** A record that an older version wrote does not tell; then what the program says counts. */
function elasticIpIn(text: string | undefined): boolean | string | undefined {
  try {
    return text === undefined ? undefined : readNetwork(text).elasticIp;
  } catch (error) {
    if (error instanceof UnknownGrammar) {
      return undefined;
    }
    throw error;
  }
}

/** The volume as a program would declare it for nothing about it to change. */
function declared({ id, tags, attachment, ...shape }: Volume): DataVolume {
  const name = tags[TAG.volume] ?? id;
  const deviceName = tags[TAG.device] ?? attachment?.deviceName ?? "";
  return tags[TAG.owned] === "false"
    ? { name, deviceName, volumeId: id }
    : { name, deviceName, ...shapeOf(shape), ...(shape.encrypted ? { encrypted: true } : {}) };
}

/** The part of a volume's shape that can be declared: for other types EC2 tells a speed that follows from the size. */
function shapeOf({ size, type, iops, throughput }: VolumeShape): VolumeShape {
  switch (type) {
    case "gp3":
      return { size, type, iops, throughput };
    case "io1":
    case "io2":
      return { size, type, iops };
    default:
      return { size, type };
  }
}
