/**
 * Things that the inputs name and another machine of the account may name too: who has them, whether they are waited for, and how they are
 * won. (pure)
 */
import { OWN_TAG_PREFIX, TAG } from "../../ec2/tags";
import { type Cast, castOf } from "../situation/cast";
import { isElsewhere, isOwnedElasticIp, isOwnedVolume } from "../situation/belongings";
import { givenTags, givenVolumeTags } from "../record/labels";
import type { Awaited, Claim, OtherMachine } from "../../model/observed";
import type { DataVolume, Desired } from "../../model/desired";
import type { ElasticIp, Tags, Volume } from "../../model/things";
import type { Step } from "./step";

/**
 * How long another machine may take until it lets go, in seconds. It does so after its own instance was replaced: one or two minutes, and
 * two more where status checks prove it. A machine that is in no run does not come any sooner in ten.
 */
const LET_GO_S = 300;

export function letGoSeconds({ replacement }: Pick<Desired, "replacement">): number {
  return Math.min(LET_GO_S, replacement.timeoutSeconds);
}

export function nameOfElasticIp({ publicIp, allocationId }: ElasticIp): string {
  return `the Elastic IP ${publicIp} (${allocationId})`;
}

function nameOfVolume({ name }: Pick<DataVolume, "name">, { id }: Volume): string {
  return `the data volume ${name} (${id})`;
}

/** The machine that holds a thing and may let go of it. Upkeep brings a machine back from its record, and waits for no thing. */
function awaitedHolder(thing: string, tags: Tags, { id, purpose, observed }: Cast): Awaited["holder"] | undefined {
  const owner = tags[TAG.id];
  if (owner === undefined || owner === id || purpose.kind === "upkeep") {
    return undefined;
  }
  const machine = observed.otherMachines.find((it) => it.id === owner && it.holds.includes(thing));
  return machine?.name === undefined ? undefined : { id: owner, name: machine.name };
}

/** Reasons not to wait for a thing that carries another machine's tag; none if it is waited for, or is nobody's. */
export function markedByOther(words: string, thing: string, tags: Tags, cast: Cast): string[] {
  const { id, observed } = cast;
  const owner = tags[TAG.id];
  if (owner === undefined || owner === id || awaitedHolder(thing, tags, cast) !== undefined) {
    return [];
  }
  const name = observed.otherMachines.find((it) => it.id === owner)?.name;
  return [
    name === undefined
      ? `${words} belongs to the managed instance ${owner}, which has no launch template any more; if that machine is gone, take the mark off: aws ec2 delete-tags --resources ${thing} --tags Key=${TAG.id}`
      : `${words} belongs to the managed instance ${nameOfMachine({ id: owner, name })}; take it out of that machine first`,
  ];
}

export function nameOfMachine({ id, name }: Pick<OtherMachine, "id" | "name">): string {
  return name === undefined || name === id ? id : `${name} (${id})`;
}

export function awaitedElasticIp(cast: Cast): Awaited | undefined {
  const { desired, observed } = cast;
  const given = typeof desired.elasticIp === "string" ? observed.givenElasticIp : undefined;
  const holder = given && awaitedHolder(given.allocationId, given.tags, cast);
  return given === undefined || holder === undefined
    ? undefined
    : { kind: "elastic-ip", id: given.allocationId, words: nameOfElasticIp(given), holder };
}

export function awaitedVolumes(cast: Cast): Awaited[] {
  return givenVolumes(cast).flatMap(({ wanted, volume }) => {
    const holder = awaitedHolder(volume.id, volume.tags, cast);
    return holder === undefined
      ? []
      : [{ kind: "volume", id: volume.id, words: nameOfVolume(wanted, volume), holder } as const];
  });
}

function givenVolumes({ volumes }: Cast): { wanted: DataVolume; volume: Volume }[] {
  return volumes.flatMap(({ wanted, volume }) =>
    wanted.volumeId === undefined || volume === undefined ? [] : [{ wanted, volume }],
  );
}

/** Everything that is waited for, in whatever order. */
export function awaited(cast: Cast): Awaited[] {
  const elasticIp = awaitedElasticIp(cast);
  return [...(elasticIp === undefined ? [] : [elasticIp]), ...awaitedVolumes(cast)];
}

/** An Elastic IP that its holder may wait for in turn: the exchange begins with neither of the two letting go. */
export function isExchange(cast: Cast): boolean {
  const { desired } = cast;
  return awaitedElasticIp(cast) !== undefined && cast.surplusElasticIps.some((it) => isElasticIpHandedOn(it, desired));
}

/** An Elastic IP that was allocated here and is not to be retained is released, once the other one is there. */
export function isElasticIpHandedOn(elasticIp: ElasticIp, { deletion }: Pick<Desired, "deletion">): boolean {
  return !isOwnedElasticIp(elasticIp) || deletion.elasticIp === "retain";
}

/** The volumes that the machine gives to whoever names them. While it waits for others, somebody may wait for these. */
export function volumesHandedOn(cast: Cast): Volume[] {
  const { desired, observed } = cast;
  return awaitedVolumes(cast).length === 0
    ? []
    : cast.surplusVolumes.filter(
        (it) => !isElsewhere(it, observed) && (!isOwnedVolume(it, cast) || desired.deletion.dataVolumes === "retain"),
      );
}

/** Things that are waited for before anything is changed: all for which this machine gives nothing away. */
export function awaitedFirst(cast: Cast): Awaited[] {
  const elasticIp = isExchange(cast) ? undefined : awaitedElasticIp(cast);
  const volumes = volumesHandedOn(cast).length > 0 ? [] : awaitedVolumes(cast);
  return [...(elasticIp === undefined ? [] : [elasticIp]), ...volumes];
}

/** The world as it is when the others have let go. */
export function asLetGo(cast: Cast): Cast {
  const { observed } = cast;
  const ids = new Set(awaited(cast).map((it) => it.id));
  if (ids.size === 0) {
    return cast;
  }
  const { givenElasticIp } = observed;
  const isGiven = givenElasticIp !== undefined && ids.has(givenElasticIp.allocationId);
  return castOf({
    ...cast,
    observed: {
      ...observed,
      givenElasticIp: isGiven
        ? { ...givenElasticIp, association: undefined, tags: withoutOwn(givenElasticIp.tags) }
        : givenElasticIp,
      volumes: observed.volumes.map((it) =>
        ids.has(it.id) ? { ...it, attachment: undefined, tags: withoutOwn(it.tags) } : it,
      ),
    },
  });
}

function withoutOwn(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith(OWN_TAG_PREFIX)));
}

/**
 * The claims on all that the inputs name and that is not this machine's yet.
 *
 * @param cast with the world as it is when the others have let go
 * @param later what is claimed when it was waited for
 */
export function planClaims(cast: Cast, adopted: Claim[], later: readonly Awaited[]): Claim[] {
  const { id, desired, observed } = cast;
  const given = typeof desired.elasticIp === "string" ? observed.givenElasticIp : undefined;
  const claims: (Claim & { held: Tags })[] = [
    ...adopted.map((it) => ({ ...it, held: {} })),
    ...(given === undefined ? [] : [{ ...claimOnElasticIp(id, given), held: given.tags }]),
    ...givenVolumes(cast).map(({ wanted, volume }) => ({
      ...claimOnVolume(id, wanted, volume),
      held: volume.tags,
    })),
  ];
  return claims
    .filter((it) => it.held[TAG.id] !== id && !later.some((other) => other.id === it.id))
    .map(({ kind, id: thing, words, tags }) => ({ kind, id: thing, words, tags }));
}

export function claimOnElasticIp(id: string, given: ElasticIp): Claim {
  return { kind: "elastic-ip", id: given.allocationId, words: nameOfElasticIp(given), tags: givenTags(id) };
}

function claimOnVolume(id: string, wanted: DataVolume, volume: Volume): Claim {
  return { kind: "volume", id: volume.id, words: nameOfVolume(wanted, volume), tags: givenVolumeTags(id, wanted) };
}

/** How the other volumes are waited for and won, once those that are handed on are given back. */
export function planVolumeExchange(cast: Cast): Step[] {
  if (volumesHandedOn(cast).length === 0) {
    return [];
  }
  const things = awaitedVolumes(cast);
  const claims = givenVolumes(cast)
    .filter(({ volume }) => things.some((it) => it.id === volume.id))
    .map(({ wanted, volume }) => claimOnVolume(cast.id, wanted, volume));
  return [
    { kind: "await-let-go", things, isFirst: false },
    { kind: "claim-given", claims, isNew: false },
    { kind: "end-claims", claims },
  ];
}

/** The Elastic IP is waited for while the one that is held stays on; then both are exchanged at once. */
export function planElasticIpSwap(cast: Cast): Step[] {
  const thing = awaitedElasticIp(cast);
  return thing === undefined ? [] : [{ kind: "exchange-elastic-ip", thing, held: cast.surplusElasticIps }];
}
