/** A look, at preview, at what is to be adopted. */
import type { Ec2 } from "./ec2/ec2";
import { adoptionConflicts, type Misfit, misfits } from "./engine/adoption";
import { claimId } from "./engine/claim";
import { observeAdoption } from "./engine/observe";
import type { Adoption, Desired } from "./engine/state";
import { desiredOf } from "./inputs";
import type { Failure } from "./validation";

export interface FoundAdoption {
  adoption: Adoption;
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
  const adoption = await observeAdoption(ec2, desired);
  const eni = adoption.networkInterface;
  // An earlier create of this very resource may have begun with it.
  const id = await claimId(ec2, desired.resourceUrn, new Set());
  const reasons = adoptionConflicts(id, desired, adoption);
  const [eip] = eni === undefined ? [] : await ec2.describeAddresses({ "network-interface-id": [eni.id] });
  return {
    adoption,
    failures: reasons.map((reason) => ({ property: "adopt", reason })),
    misfits: misfits(adoption, desired),
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
