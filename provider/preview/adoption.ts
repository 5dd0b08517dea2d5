/** A look, at preview, at what is to be adopted. */
import type { Ec2 } from "../ec2/ec2";
import { TAG } from "../ec2/tags";
import { adoptionConflicts, type Misfit, misfits } from "../engine/situation/adoption";
import { likelyId } from "../engine/record/claim";
import { deviceConflicts } from "../engine/planning/conflicts";
import { type Cast, castOf } from "../engine/situation/cast";
import { isAtHome } from "../engine/situation/belongings";
import { observe } from "../engine/situation/observe";
import { protections } from "../engine/planning/protection";
import type { Adoption } from "../model/observed";
import type { Desired } from "../model/desired";
import type { ElasticIp, Instance, NetworkInterface } from "../model/things";
import { missingFrom } from "../inputs/continuity";
import { changesInPlace } from "./in-place";
import { planFor, type Planned } from "./planned";
import { desiredOf } from "../inputs/inputs";
import type { Failure } from "../inputs/validation";

export interface FoundAdoption {
  adoption: Adoption;
  /** An earlier create, that ended unheard, has adopted it already. */
  isBegun: boolean;
  failures: Failure[];
  /** Reasons why the instance cannot stay; none if it fits. */
  misfits: Misfit[];
  /** Absent where something stands against it, or an earlier create began it. */
  planned: Planned | undefined;
  /** Changes to the things that stay, in words. */
  inPlace: string[];
  /** The instance's interfaces that are not the machine's. */
  further: NetworkInterface[];
  /** The Elastic IP that the machine holds by it. */
  publicIp?: string;
  /** The checked inputs, with what the interface has where the program says nothing. */
  inputs: Record<string, unknown>;
}

type Held = Partial<Pick<Desired, "elasticIp" | "securityGroupIds" | "sourceDestCheck">>;

/**
 * @param given the program's own inputs
 * @param inputs the same, checked
 */
export async function lookAtAdoption(
  ec2: Ec2,
  given: Record<string, unknown>,
  inputs: Record<string, unknown>,
): Promise<FoundAdoption> {
  const desired = desiredOf(inputs);
  // An earlier create of this very resource may have begun with it.
  const id = await likelyId(ec2, desired.resourceUrn);
  const observed = await observe(ec2, { id, desired });
  const purpose = { kind: "create" } as const;
  const found = castOf({ id, desired, observed, purpose });
  const adoption = observed.adoption ?? { networkInterface: found.networkInterface, instance: found.holder };
  const eni = adoption.networkInterface ?? found.networkInterface;
  const isBegun = observed.adoption === undefined;
  const { eip, onIt } = await elasticIpsOn(ec2, eni);
  const completed = { ...inputs, ...missingFrom(given, heldBy(eni, eip)) };
  const situation = castOf({
    id,
    desired: desiredOf(completed),
    observed: { ...observed, givenElasticIp: observed.givenElasticIp ?? eip },
    purpose,
  });
  const { planned, failures } = isBegun
    ? { planned: undefined, failures: [] }
    : await planUnlessRefused(ec2, situation, refusals(situation, adoption, desired, eip));
  return {
    adoption,
    isBegun,
    failures,
    planned,
    misfits: planned === undefined ? [] : misfits(adoption, observed.rootVolumes, desired),
    inPlace: planned === undefined ? [] : [...changesInPlace(planned), ...leftAlone(onIt, completed.elasticIp)],
    further: await furtherInterfaces(ec2, listed(adoption.instance), listed(eni)),
    publicIp: completed.elasticIp === false ? undefined : eip?.publicIp,
    inputs: completed,
  };
}

/** The plan, or what stands against it: what is refused already, else what somebody protected. */
async function planUnlessRefused(
  ec2: Ec2,
  cast: Cast,
  refused: Failure[],
): Promise<{ planned: Planned | undefined; failures: Failure[] }> {
  if (refused.length > 0) {
    return { planned: undefined, failures: refused };
  }
  const planned = planFor(cast);
  const failures = (await protections(ec2, planned.steps)).map((reason) => ({ property: "adopt", reason }));
  return { planned: failures.length > 0 ? undefined : planned, failures };
}

/** The Elastic IPs on an interface, and the one among them on its primary address: the others are somebody's for something else. */
async function elasticIpsOn(
  ec2: Ec2,
  eni: NetworkInterface | undefined,
): Promise<{ eip: ElasticIp | undefined; onIt: ElasticIp[] }> {
  if (eni === undefined) {
    return { eip: undefined, onIt: [] };
  }
  const onIt = await ec2.describeAddresses({ "network-interface-id": [eni.id] });
  return { eip: onIt.find((it) => isAtHome(it, eni)), onIt };
}

/** @param desired the program's own inputs, without what the interface has */
function refusals(situation: Cast, adoption: Adoption, desired: Desired, eip: ElasticIp | undefined): Failure[] {
  const { id } = situation;
  const reasons = [...adoptionConflicts(id, desired, adoption), ...elasticIpConflicts(id, desired, adoption, eip)];
  return [
    ...reasons.map((reason) => ({ property: "adopt", reason })),
    ...deviceConflicts(situation).map((reason) => ({ property: "dataVolumes", reason })),
  ];
}

function heldBy(eni: NetworkInterface | undefined, eip: ElasticIp | undefined): Held {
  return eni === undefined
    ? {}
    : {
        elasticIp: eip?.allocationId ?? false,
        securityGroupIds: eni.securityGroups.map((it) => it.id),
        sourceDestCheck: eni.sourceDestCheck,
      };
}

/** The network interfaces of instances beside the machine's own. */
export async function furtherInterfaces(
  ec2: Ec2,
  instances: readonly Instance[],
  own: readonly NetworkInterface[],
): Promise<NetworkInterface[]> {
  const ids = instances
    .flatMap((it) => [it.networkInterfaceId, ...it.secondaryNetworkInterfaceIds])
    .filter((id) => id !== undefined && !own.some((it) => it.id === id)) as string[];
  return ids.length === 0 ? [] : ec2.describeNetworkInterfaces({ "network-interface-id": ids });
}

export function listed<T>(one: T | undefined): T[] {
  return one === undefined ? [] : [one];
}

function leftAlone(onIt: ElasticIp[], wanted: unknown): string[] {
  const left = onIt.filter((it) => it.allocationId !== wanted && it.publicIp !== wanted).map((it) => it.publicIp);
  return left.length === 0 ? [] : [`leaves ${left.join(", ")} on it, out of its care`];
}

/** An address holds one Elastic IP, and one that somebody put there is not taken off unasked. */
function elasticIpConflicts(
  id: string,
  { elasticIp }: Desired,
  { networkInterface }: Adoption,
  eip: ElasticIp | undefined,
): string[] {
  if (eip === undefined || networkInterface === undefined || elasticIp === false) {
    return [];
  }
  const isNamed = elasticIp === eip.allocationId || elasticIp === eip.publicIp;
  const isOurs = elasticIp === true && eip.tags[TAG.id] === id;
  return isNamed || isOurs
    ? []
    : [
        `${networkInterface.id} has the Elastic IP ${eip.publicIp} (${eip.allocationId}), which elasticIp does not name; leave elasticIp out to keep it, or disassociate it there first`,
      ];
}
