/** How what exists differs from what was applied, in terms of the inputs. (pure) */
import { currentInstance, currentNetworkInterface } from "./current";
import type { Desired, Observed, Recorded } from "./state";
import { hasMetadataOptions, hasProfile, hasSecurityGroups } from "./plan";

/** The inputs as they would have to be to describe what exists; where nothing is off, the inputs themselves. */
export function observedInputs(desired: Desired, observed: Observed, recorded?: Recorded): Desired {
  const eni = currentNetworkInterface(desired, observed, recorded);
  const instance = currentInstance(eni, observed);
  const found = { ...desired };
  if (eni !== undefined) {
    found.sourceDestCheck = eni.sourceDestCheck;
    if (!hasSecurityGroups(eni, desired.securityGroupIds)) {
      found.securityGroupIds = eni.securityGroups.map((group) => group.id);
    }
  }
  if (instance !== undefined && !hasMetadataOptions(instance, desired)) {
    found.metadataOptions = instance.metadataOptions;
  }
  if (instance !== undefined && !hasProfile(instance, desired)) {
    found.iamInstanceProfile = instance.iamInstanceProfileArn;
  }
  return found;
}
