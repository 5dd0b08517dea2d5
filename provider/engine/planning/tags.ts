import { isClaim, isOwned, PASSING_TAGS, TAG } from "../../ec2/tags";
import { type Cast, castOf } from "../situation/cast";
import { generationOf, isAlive, staysStopped, wantsInstance } from "../situation/instances";
import { isOwnedInstance, isOwnedInterface, isOwnedVolume } from "../situation/belongings";
import {
  baseTags,
  givenTags,
  instanceTags,
  launchTags,
  NOT_GIVEN,
  networkInterfaceTags,
  OPTIONAL_TEMPLATE_TAGS,
  templateTags,
  volumeTags,
} from "../record/labels";
import { readReplacement } from "../record/last-replacement";
import { rootVolumeOf } from "../situation/launched";
import { phaseTag, readPhase } from "../record/phase";
import { overrulingStateTag, saysState } from "../record/record-grammar";
import type { Instance, LaunchTemplate, Tags, Volume } from "../../model/things";
import type { Observed, Recorded } from "../../model/observed";
import type { Step } from "./step";

type TagStep = Extract<Step, { kind: "tag" }>;

/** A thing, the tags it has, those it should have, and the user's that it should not have any more. */
interface Tagged {
  resourceIds: string[];
  held: Tags;
  wanted: Tags;
  stale: string[];
}

export function planTags(cast: Cast): Step[] {
  return planTagsOf([
    ...taggedInterface(cast),
    ...taggedElasticIp(cast),
    ...taggedInstance(cast),
    ...taggedVolumes(cast),
    ...markOfGivingUp(cast),
  ]);
}

/** The mark of giving up, which goes last of all: until the machine works, only this run tries anything for it. */
function markOfGivingUp({ purpose, observed: { template } }: Cast): Tagged[] {
  return purpose.kind !== "upkeep" && template !== undefined && readReplacement(template.tags)?.gaveUp === true
    ? [{ resourceIds: [template.id], held: template.tags, wanted: {}, stale: [TAG.lastReplacement] }]
    : [];
}

/** A goal that was read from the record is not written back to it. */
export function planTemplateTags(cast: Cast): TagStep[] {
  return cast.purpose.kind === "upkeep" ? [] : planTagsOf(taggedTemplate(cast));
}

function planTagsOf(things: Tagged[]): TagStep[] {
  return things.flatMap(({ resourceIds, held, wanted, stale }) => {
    const set = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => held[key] !== value));
    const remove = stale.filter((key) => key in held);
    const isRight = Object.keys(set).length === 0 && remove.length === 0;
    return isRight ? [] : [{ kind: "tag", resourceIds, set, remove } as const];
  });
}

/** The tags of a given thing that is this machine's. A thing that is still to be won gets its tags with the claim. */
export function planGivenTags(id: string, resourceId: string, held: Tags, wanted: Tags): TagStep[] {
  return held[TAG.id] === id
    ? planTagsOf([
        { resourceIds: [resourceId], held, wanted, stale: [...NOT_GIVEN, ...Object.keys(held).filter(isClaim)] },
      ])
    : [];
}

/**
 * A thing that was made here and lost its tags is only known to the state, which forgets it where this run puts another in its place: so it
 * is marked again before anything else happens.
 */
export function planLostTags(cast: Cast): TagStep[] {
  const { id, desired, observed, recorded } = cast;
  const base = baseTags(id, desired);
  const kept = { ...desired, persistPrivateIp: recorded?.persistPrivateIp ?? desired.persistPrivateIp };
  const lost = <T extends { tags: Tags }>(things: readonly T[], isMade: (thing: T) => boolean): T[] =>
    things.filter((it) => it.tags[TAG.id] === undefined && it.tags[TAG.retained] === undefined && isMade(it));
  return planTagsOf([
    ...lost(observed.networkInterfaces, (it) => isOwnedInterface(it, cast)).map((it) =>
      marked(it.id, it.tags, networkInterfaceTags(id, kept)),
    ),
    ...lost(observed.elasticIps, isOwned).map((it) => marked(it.allocationId, it.tags, base)),
    ...lost(
      observed.instances,
      (it) => isAlive(it) && isOwnedInstance(it, desired) && it.id !== observed.adoption?.instance?.id,
    ).map((it) => ({ ...marked(it.id, it.tags, base), resourceIds: withItsLaunch(it, observed) })),
    ...lost(observed.volumes, (it) => isOwnedVolume(it, cast)).map((it) =>
      marked(it.id, it.tags, volumeTags(id, desired, recordedName(it, recorded))),
    ),
  ]);
}

function marked(resourceId: string, held: Tags, wanted: Tags): Tagged {
  return { resourceIds: [resourceId], held, wanted, stale: [] };
}

/** The things as they will be when their lost tags are back. */
export function withLostTags(cast: Cast, steps: TagStep[]): Cast {
  if (steps.length === 0) {
    return cast;
  }
  const { observed } = cast;
  const again = <S extends { tags: Tags }>(id: string, thing: S): S => {
    const set = steps.find((it) => it.resourceIds.includes(id))?.set;
    return set === undefined ? thing : { ...thing, tags: { ...thing.tags, ...set } };
  };
  return castOf({
    ...cast,
    observed: {
      ...observed,
      networkInterfaces: observed.networkInterfaces.map((it) => again(it.id, it)),
      elasticIps: observed.elasticIps.map((it) => again(it.allocationId, it)),
      instances: observed.instances.map((it) => again(it.id, it)),
      volumes: observed.volumes.map((it) => again(it.id, it)),
      rootVolumes: observed.rootVolumes.map((it) => again(it.id, it)),
    },
  });
}

function recordedName({ id }: Volume, recorded: Recorded | undefined): string {
  return Object.entries(recorded?.dataVolumeIds ?? {}).find(([, it]) => it === id)?.[0] ?? "";
}

/** The user's tags that are on record and not wanted any more. */
function staleTags({ desired, recorded }: Cast): string[] {
  return Object.keys(recorded?.tags ?? {}).filter((key) => !(key in desired.tags) && key !== "Name");
}

function taggedInterface(cast: Cast): Tagged[] {
  const { id, desired, networkInterface: eni } = cast;
  if (eni === undefined) {
    return [];
  }
  return [
    isOwnedInterface(eni, cast)
      ? {
          resourceIds: [eni.id],
          held: eni.tags,
          wanted: networkInterfaceTags(id, desired),
          stale: [...staleTags(cast), ...(desired.persistPrivateIp ? [TAG.kept] : [])],
        }
      : { resourceIds: [eni.id], held: eni.tags, wanted: givenTags(id), stale: NOT_GIVEN },
  ];
}

/** A given one keeps its own tags, and has ours before it is put on. */
function taggedElasticIp(cast: Cast): Tagged[] {
  const { id, desired } = cast;
  const eip = desired.elasticIp === true ? cast.elasticIp : undefined;
  return eip === undefined
    ? []
    : [
        {
          resourceIds: [eip.allocationId],
          held: eip.tags,
          wanted: baseTags(id, desired),
          stale: [...staleTags(cast), ...takenBack(cast)],
        },
      ];
}

function taggedInstance(cast: Cast): Tagged[] {
  const { id, desired, observed, kept: instance } = cast;
  const isEnded = instance !== undefined && !wantsInstance(desired) && !staysStopped(instance, desired);
  if (instance === undefined || isEnded) {
    return [];
  }
  const launched = { generation: generationToCarry(instance, observed), type: instance.type };
  if (!isOwnedInstance(instance, desired)) {
    const wanted = { ...givenTags(id), ...launchTags(cast, launched) };
    return [{ resourceIds: [instance.id], held: instance.tags, wanted, stale: [...PASSING_TAGS] }];
  }
  const root = rootVolumeOf(instance, observed.rootVolumes);
  return [
    {
      resourceIds: withItsLaunch(instance, observed),
      held: instance.tags,
      wanted: instanceTags(cast, launched),
      stale: [...staleTags(cast), ...PASSING_TAGS],
    },
    ...(root === undefined ? [] : [taggedRoot(root, instance, launched.generation, cast)]),
  ];
}

/** An instance and all that its launch made. */
function withItsLaunch(instance: Instance, observed: Observed): string[] {
  const requests = instance.spotRequestId === undefined ? [] : [instance.spotRequestId];
  return [instance.id, ...launchedVolumes(instance, observed), ...requests];
}

/** The root volume gets what the instance gets. Its generation tells that it came with a launch. */
function taggedRoot({ id: volumeId, tags }: Volume, instance: Instance, generation: number, cast: Cast): Tagged {
  const { id, desired } = cast;
  const wanted = { ...baseTags(id, desired), [TAG.generation]: tags[TAG.generation] ?? String(generation) };
  const comes = Object.entries(wanted).filter(([key, value]) => instance.tags[key] !== value);
  const stale = staleTags(cast).filter((key) => !(key in instance.tags));
  return { resourceIds: [volumeId], held: { ...tags, ...Object.fromEntries(comes) }, wanted, stale };
}

/** The volumes that came with the launch: not the data volumes, nor what somebody attached. */
export function launchedVolumes({ devices, rootDeviceName }: Instance, { volumes }: Observed): string[] {
  return devices
    .filter((it) => it.deleteOnTermination || it.deviceName === rootDeviceName)
    .map((it) => it.volumeId)
    .filter((id) => !volumes.some((volume) => volume.id === id));
}

/** The generation of an instance that stays: its own; the newest if its tag was taken off; the first of a record to be made anew. */
function generationToCarry(instance: Instance, { template, generation }: Observed): number {
  return template === undefined ? 1 : (generationOf(instance) ?? generation?.number ?? 1);
}

/** A program takes back a removal of which the state did not hear. A run without one may meet the `up` that is about to remove the thing. */
function takenBack({ purpose }: Cast): string[] {
  return purpose.kind === "upkeep" ? [] : [TAG.retained];
}

/** A given one has its tags before it is attached. */
function taggedVolumes(cast: Cast): Tagged[] {
  const { id, desired } = cast;
  return cast.volumes.flatMap(({ wanted, volume }) =>
    volume === undefined || wanted.volumeId !== undefined
      ? []
      : [
          {
            resourceIds: [volume.id],
            held: volume.tags,
            wanted: volumeTags(id, desired, wanted.name),
            stale: [...staleTags(cast), ...takenBack(cast)],
          },
        ],
  );
}

function taggedTemplate(cast: Cast): Tagged[] {
  const { id, desired, recorded, purpose } = cast;
  const { template } = cast.observed;
  if (template === undefined) {
    return [];
  }
  const isInState = purpose.kind === "update";
  const phase = phaseWanted(template, isInState, recorded);
  const state = template.tags[TAG.desiredState] ?? "";
  // The record does not forget who asked for a state that stays.
  const text = saysState(state, desired) ? state : overrulingStateTag(desired, state);
  const wanted = { ...templateTags(id, desired, phase), [TAG.desiredState]: text };
  // A lease that a create left goes along with the next update, and is no reason for one.
  const lease = isInState ? [TAG.lease] : [];
  return [
    {
      resourceIds: [template.id],
      held: template.tags,
      wanted,
      stale: [...staleTags(cast), ...OPTIONAL_TEMPLATE_TAGS.filter((it) => !(it in wanted)), ...lease],
    },
  ];
}

/** A record that a state has brought the id of is ready. A create says itself when it is done. */
export function phaseWanted(template: LaunchTemplate, isInState: boolean, recorded?: Pick<Recorded, "claim">): string {
  const held = template.tags[TAG.phase];
  const phase = readPhase(held);
  return held !== undefined && (!isInState || phase.state === "ready")
    ? held
    : phaseTag({ state: "ready", by: phase.by ?? recorded?.claim });
}
