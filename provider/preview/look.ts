/**
 * The look of a preview at a machine that there is, and the plan for what it finds: once for `check`, which gets nothing but the old inputs,
 * and once for `diff`, which gets the state.
 */
import type { Ec2 } from "../ec2/ec2";
import { TAG, urnTag } from "../ec2/tags";
import { conflicts } from "../engine/planning/conflicts";
import { driftSince } from "../engine/planning/drift";
import { castOf } from "../engine/situation/cast";
import { observe } from "../engine/situation/observe";
import { heldElasticIp, outputsOf } from "../engine/situation/outputs";
import { recordedDesired, recordedIn, withHeldAddresses, withHeldOutputs } from "../inputs/continuity";
import { desiredOf } from "../inputs/inputs";
import { driftIn } from "../inputs/on-record";
import { isUnknown } from "../inputs/validation";
import type { Desired } from "../model/desired";
import type { Observed } from "../model/observed";
import type { Properties } from "../model/properties";
import type { NetworkInterface } from "../model/things";
import { furtherInterfaces } from "./adoption";
import { endedBy } from "./fate";
import { planFor, type Planned } from "./planned";

const UPDATE = { kind: "update" } as const;

export interface Look {
  /** The outputs on record, put right by what is there by now. */
  recorded: Properties;
  /** Differences from what was applied last, in sentences. */
  drift: readonly string[];
  /** Absent where not all inputs are known, or nothing could be looked at. */
  planned?: Planned;
  /** The network interfaces, not the machine's, of the instances that are terminated. */
  further: readonly NetworkInterface[];
}

/** The outputs and the drift on record, where nothing is looked at. */
export function withoutLook(olds: Properties): Look {
  return { recorded: olds, drift: driftIn(olds), further: [] };
}

/**
 * @param olds the outputs on record
 * @param news the checked inputs
 */
export async function lookAtMachine(ec2: Ec2, id: string, olds: Properties, news: Properties): Promise<Look> {
  const applied = recordedDesired(olds);
  const recorded = recordedIn(id, olds);
  const observed = await observe(ec2, { id, desired: applied, recorded });
  const before = castOf({ id, desired: applied, observed, recorded, purpose: { kind: "refresh" } });
  const { allocationId, publicIp } = heldElasticIp(before) ?? {};
  const now = {
    ...olds,
    ...withHeldOutputs(outputsOf(before), olds),
    ...(allocationId === undefined ? {} : { allocationId, publicIp }),
  };
  const look = { recorded: now, drift: driftSince(driftIn(olds), before), further: [] };
  if (isUnknown(news)) {
    return look;
  }
  const desired = withHeldAddresses(desiredOf(news), olds);
  const there = isLookedFor(desired, applied) ? await observe(ec2, { id, desired, recorded }) : observed;
  const planned = planFor(castOf({ id, desired, observed: there, recorded, purpose: UPDATE }));
  return { ...look, planned, further: await furtherInterfaces(ec2, endedBy(planned), there.networkInterfaces) };
}

/** Findings of `check` about a machine: its outputs by now, and the plan where all inputs are known and nothing is in the way. */
export type FoundByUrn = Pick<Look, "recorded" | "planned">;

/**
 * Pulumi gives `check` the old inputs, not the outputs; what an earlier check added is among them, what was made since is not.
 *
 * @param wanted the checked inputs, with what the past adds
 */
export async function findByUrn(ec2: Ec2, olds: Properties, wanted: Properties): Promise<FoundByUrn | undefined> {
  const applied = recordedDesired(olds);
  const templates = await ec2.describeLaunchTemplates({ [`tag:${TAG.urn}`]: [urnTag(applied.resourceUrn)] });
  const isTold = isId(olds.launchTemplateId);
  const [template, ...others] = templates.filter((it) => !isTold || it.id === olds.launchTemplateId);
  // Two machines of one URN belong to two states; only the launch template on record tells which is this state's.
  if (template === undefined || others.length > 0) {
    return undefined;
  }
  const id = template.name;
  const recorded = recordedIn(id, olds);
  const next = isUnknown(wanted) ? undefined : desiredOf(wanted);
  const sought = next === undefined ? applied : withHeldAddresses(next, olds);
  const observed = await observe(ec2, { id, desired: sought, recorded, template });
  if (!isTold && isId(olds.networkInterfaceId) && !has(observed, olds.networkInterfaceId, id)) {
    return undefined;
  }
  const now = {
    ...olds,
    ...withHeldOutputs(
      outputsOf(castOf({ id, desired: applied, observed, recorded, purpose: { kind: "refresh" } })),
      olds,
    ),
  };
  if (next === undefined) {
    return { recorded: now };
  }
  const cast = castOf({ id, desired: withHeldAddresses(next, now), observed, recorded, purpose: UPDATE });
  return conflicts(cast).length > 0 ? { recorded: now } : { recorded: now, planned: planFor(cast) };
}

function isId(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Whether an interface on record is that of the machine that was found: another state may have one of the same URN. */
function has({ networkInterfaces }: Observed, interfaceId: string, id: string): boolean {
  return networkInterfaces.some((it) => it.id === interfaceId && it.tags[TAG.id] === id);
}

/** Inputs that name EC2 resources, or decide what is asked about them: when one changes, observe again. */
const LOOKED_FOR = [
  "subnetId",
  "privateIp",
  "elasticIp",
  "dataVolumes",
  "adopt",
  "userData",
  "userDataBase64",
  "userDataIsText",
  "rootVolume",
  "persistPrivateIp",
] as const satisfies (keyof Desired)[];

/** Whether another look is needed. A changed image needs one only if it may replace the root volume. */
function isLookedFor(desired: Desired, applied: Desired): boolean {
  const differs = (it: keyof Desired): boolean => JSON.stringify(desired[it]) !== JSON.stringify(applied[it]);
  const isForRoot = ["auto", "root-volume"].includes(desired.replacement.strategy);
  return LOOKED_FOR.some(differs) || (isForRoot && (differs("imageId") || differs("replacement")));
}
