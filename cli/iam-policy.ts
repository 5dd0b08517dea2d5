/** `managed-instance iam-policy [NAME]`: what to attach to who looks, operates, runs `up`, adopts, or is the controller. */
import { type PolicyName, policyOf } from "../provider/ec2/policies";
import type { Shell } from "./connection";
import { jsonLines } from "./print";

export function iamPolicy({ terminal }: Shell, name: PolicyName): void {
  jsonLines(policyOf(name)).forEach(terminal.print);
}
