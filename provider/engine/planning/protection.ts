/** Instances that somebody protected: a plan that would stop or terminate one is not begun. */
import { saying } from "../../ec2/saying";
import type { Ec2 } from "../../ec2/ec2";
import { isEc2Error } from "../../ec2/errors";
import { conflicts, teardownConflicts, volumeDeletionConflicts } from "./conflicts";
import { isAlive } from "../situation/instances";
import type { Cast } from "../situation/cast";
import type { Situation } from "../../model/goal";
import type { Instance } from "../../model/things";
import type { Step } from "./step";
import { planTeardown } from "./teardown";

/** Obstacles to an update: things that belong to somebody else, else protected instances. */
export async function obstacles(ec2: Ec2, cast: Cast, steps: Step[]): Promise<string[]> {
  const found = conflicts(cast);
  return found.length > 0 ? found : protections(ec2, steps);
}

/** Obstacles to the deletion of a machine: things that belong to somebody else, else protected instances. */
export async function teardownObstacles(ec2: Ec2, situation: Omit<Situation, "purpose">): Promise<string[]> {
  const { desired, observed } = situation;
  const found = [
    ...teardownConflicts(observed, desired.deletion),
    ...volumeDeletionConflicts(observed.volumes, situation),
  ];
  return found.length > 0 ? found : protections(ec2, planTeardown(situation));
}

/** The call that a protection refuses. */
type Refusal = "stop" | "terminate";

/** The protections that stand against a plan, in sentences that name the instance, the attribute and the command that takes it off. */
export async function protections(ec2: Ec2, steps: Step[]): Promise<string[]> {
  const found = await Promise.all(
    steps.map(async (step) => {
      switch (step.kind) {
        case "retire":
          return isAlive(step.instance) ? against("terminate", step.instance, ec2) : [];
        case "stop":
        case "change-stopped":
          return ["pending", "running"].includes(step.instance.state) ? against("stop", step.instance, ec2) : [];
        default:
          return [];
      }
    }),
  );
  return found.flat();
}

/**
 * Stop protection refuses a termination as well (EC2 user guide, stop protection), and DescribeInstanceAttribute tells one attribute
 * a call: a termination takes two calls, a stop one. EC2 gives neither protection to a spot instance (ec2-behaviour.md, section 2),
 * so nothing is asked about those.
 */
async function against(what: Refusal, { id, lifecycle }: Instance, ec2: Ec2): Promise<string[]> {
  if (lifecycle === "spot") {
    return [];
  }
  const [termination, stop] = await Promise.all([
    what === "terminate" && isSo(id, () => ec2.isProtectedFromTermination(id)),
    isSo(id, () => ec2.isProtectedFromStop(id)),
  ]);
  const also = what === "terminate" ? ", with which EC2 does not terminate it either" : "";
  return [
    ...(termination ? [protectedBy("termination protection (disableApiTermination)", id, "api-termination")] : []),
    ...(stop ? [protectedBy(`stop protection (disableApiStop)${also}`, id, "api-stop")] : []),
  ];
}

function protectedBy(what: string, id: string, option: "api-termination" | "api-stop"): string {
  return `${id} has ${what}; take it off (aws ec2 modify-instance-attribute --instance-id ${id} --no-disable-${option}), then run again`;
}

/** An instance that is gone by now needs no protection. */
async function isSo(id: string, look: () => Promise<boolean>): Promise<boolean> {
  const isProtected = async (): Promise<boolean> => {
    try {
      return await look();
    } catch (error) {
      if (isEc2Error(error, "not-found")) {
        return false;
      }
      throw error;
    }
  };
  return saying(`look whether ${id} may be stopped or terminated`, isProtected);
}
