/** Instances that somebody protected: a plan that would stop or end one is not begun. */
import type { Ec2 } from "../ec2/ec2";
import { isEc2Error } from "../ec2/errors";
import { conflicts } from "./conflicts";
import { isAlive, type Situation } from "./current";
import { plan } from "./plan";
import { saying } from "./run";
import type { Step } from "./step";

/** What stands against an update: what belongs to somebody else, else what is protected. */
export async function obstacles(ec2: Ec2, situation: Situation): Promise<string[]> {
  const found = conflicts(situation);
  return found.length > 0 ? found : protections(ec2, plan({ ...situation, known: true }));
}

/** What stands against a plan, in sentences. */
export async function protections(ec2: Ec2, steps: Step[]): Promise<string[]> {
  const found = await Promise.all(
    steps.map(async (step) => {
      switch (step.kind) {
        case "retire":
          return isAlive(step.instance) ? againstTermination(ec2, step.instance.id) : undefined;
        case "stop":
        case "change-stopped":
          return ["pending", "running"].includes(step.instance.state) ? againstStop(ec2, step.instance.id) : undefined;
        default:
          return undefined;
      }
    }),
  );
  return found.filter((it) => it !== undefined);
}

async function againstTermination(ec2: Ec2, id: string): Promise<string | undefined> {
  return (await isSo(id, () => ec2.isProtectedFromTermination(id)))
    ? protectedFrom(id, "termination", "--no-disable-api-termination")
    : undefined;
}

async function againstStop(ec2: Ec2, id: string): Promise<string | undefined> {
  return (await isSo(id, () => ec2.isProtectedFromStop(id)))
    ? protectedFrom(id, "stop", "--no-disable-api-stop")
    : undefined;
}

function protectedFrom(id: string, what: string, option: string): string {
  return `${id} has ${what} protection; take it off (aws ec2 modify-instance-attribute --instance-id ${id} ${option}), then run again`;
}

/** What is gone by now needs no protection. */
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
  return saying(`look whether ${id} may be ended or stopped`, isProtected);
}
