/** A look, at preview, at what is to be adopted. */
import type { Ec2 } from "./ec2/ec2";
import { TAG } from "./ec2/tags";
import { adoptionConflicts, type Misfit, misfits } from "./engine/adoption";
import { claimId } from "./engine/claim";
import { currentInstance, currentNetworkInterface } from "./engine/current";
import { observe } from "./engine/observe";
import type { Adoption, Desired, ElasticIp } from "./engine/state";
import { desiredOf } from "./inputs";
import type { Failure } from "./validation";

export interface FoundAdoption {
  adoption: Adoption;
  /** An earlier create, that ended unheard, has adopted it already. */
  isBegun: boolean;
  failures: Failure[];
  /** Why the instance cannot stay; none if it fits. */
  misfits: Misfit[];
  /** The Elastic IP that is on the interface. */
  publicIp?: string;
  /** What the interface has, for the inputs that the program does not name. */
  has: Partial<Pick<Desired, "elasticIp" | "securityGroupIds" | "sourceDestCheck">>;
}

export async function lookAtAdoption(ec2: Ec2, inputs: Record<string, unknown>): Promise<FoundAdoption> {
  const desired = desiredOf(inputs);
  // An earlier create of this very resource may have begun with it.
  const id = await claimId(ec2, desired.resourceUrn, new Set());
  const observed = await observe(ec2, { id, desired });
  const eni = observed.adoption?.networkInterface ?? currentNetworkInterface({ id, desired, observed });
  const adoption = observed.adoption ?? { networkInterface: eni, instance: currentInstance(eni, observed) };
  const isBegun = observed.adoption === undefined;
  const [eip] = eni === undefined ? [] : await ec2.describeAddresses({ "network-interface-id": [eni.id] });
  const reasons = isBegun
    ? []
    : [...adoptionConflicts(id, desired, adoption), ...elasticIpConflicts(id, desired, adoption, eip)];
  return {
    adoption,
    isBegun,
    failures: reasons.map((reason) => ({ property: "adopt", reason })),
    misfits: isBegun ? [] : misfits(adoption, desired),
    publicIp: eip?.publicIp,
    has:
      eni === undefined
        ? {}
        : {
            elasticIp: eip?.allocationId ?? false,
            securityGroupIds: eni.securityGroups.map((it) => it.id),
            sourceDestCheck: eni.sourceDestCheck,
          },
  };
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
