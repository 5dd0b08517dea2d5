/** How what exists differs from what was applied, in terms of the inputs. (pure) */
import { currentInstance, currentNetworkInterface, type Situation } from "./current";
import { hasMetadataOptions, hasProfile } from "./planning/instance";
import { hasSecurityGroups } from "./planning/network-interface";
import type { Desired } from "./state";
import type { Step } from "./step";

/** The inputs as they would have to be to describe what exists; where nothing is off, the inputs themselves. */
export function observedInputs(situation: Situation): Desired {
  const { id, desired, observed } = situation;
  const eni = currentNetworkInterface(situation);
  const instance = currentInstance(eni, observed);
  const found = { ...desired };
  if (eni !== undefined) {
    found.sourceDestCheck = eni.sourceDestCheck;
    if (!hasSecurityGroups(eni, desired.securityGroupIds, id)) {
      found.securityGroupIds = eni.securityGroups.map((group) => group.id);
    }
  }
  if (instance !== undefined) {
    found.monitoring = instance.monitoring;
    if (!hasMetadataOptions(instance, desired)) {
      found.metadataOptions = instance.metadataOptions;
    }
    if (!hasProfile(instance, desired)) {
      found.iamInstanceProfile = instance.iamInstanceProfileArn;
    }
  }
  return found;
}

/** What a plan would put right, as the end of "found that …". */
export function driftOf(steps: Step[]): string[] {
  const replaced = steps.some((step) => step.kind === "preflight");
  const found = steps.flatMap((step) => (replaced && LAUNCHES.includes(step.kind) ? [] : (sentenceFor(step) ?? [])));
  return [...new Set(found)];
}

/** They only follow from that the instance makes way. */
const LAUNCHES: readonly Step["kind"][] = ["launch", "launch-beside", "attach-network-interface"];

const SENTENCES: Readonly<Partial<Record<Step["kind"], string>>> = {
  record: "its launch template is gone",
  "make-network-interface": "its network interface is gone",
  "set-security-groups": "its security groups were changed",
  "set-source-dest-check": "its source/destination check was changed",
  "keep-on-termination": "its network interface would be deleted with its instance",
  "assign-private-ips": "secondary private IPs were taken off",
  "unassign-private-ips": "it has secondary private IPs that are not declared",
  "assign-ipv6-addresses": "IPv6 addresses were taken off",
  "unassign-ipv6-addresses": "it has IPv6 addresses that are not declared",
  "allocate-elastic-ip": "its Elastic IP is gone",
  "associate-elastic-ip": "its Elastic IP is not on its network interface",
  preflight: "its instance is not of the newest generation",
  launch: "it has no instance",
  "launch-beside": "it has no instance",
  "attach-network-interface": "its network interface is not on its instance",
  start: "its instance is stopped",
  stop: "its instance runs, and it is to be paused",
  "await-running": "its instance is still starting",
  "set-metadata-options": "its metadata options were changed",
  "set-instance-profile": "its instance profile was changed",
  "set-monitoring": "its detailed monitoring was switched",
  "make-volume": "a data volume is gone",
  "modify-volume": "a data volume is not as declared",
  "keep-volume-on-termination": "a data volume would be deleted with its instance",
  "attach-volumes": "a data volume is not attached",
};

function sentenceFor(step: Step): string | undefined {
  return step.kind === "tag" ? `tags of ${step.resourceIds[0] ?? ""} were changed` : SENTENCES[step.kind];
}
