/** Whether the types that may be launched take the options that are set. */
import type { InstanceType } from "../../ec2/ec2";
import { isEc2Error } from "../../ec2/errors";
import type { Run } from "./run";
import { untakenOptions, type TypeOptions } from "../situation/type-options";

/**
 * The type that is wanted has to take them. A type to fall back to that does not is only said: without it the machine has one
 * type fewer to fall back to, which is no reason to leave it as it is.
 */
export async function checkOptions(run: Run, types: readonly InstanceType[]): Promise<string | undefined> {
  const { instanceType } = run.desired;
  const options = await optionsOf(run);
  let problem: string | undefined;
  for (const type of types) {
    for (const { is, takes, advice } of untakenOptions(type, options)) {
      if (type.name === instanceType) {
        problem ??= `${is}, but ${type.name} (instanceType) ${takes}; ${advice}`;
      } else {
        run.say(`${is}, but ${type.name} (fallbackInstanceTypes) ${takes}, so it cannot be fallen back to; ${advice}`);
      }
    }
  }
  return problem;
}

async function optionsOf({ ec2, desired }: Run): Promise<TypeOptions> {
  const { placementGroup: group, ...options } = desired;
  if (group === undefined) {
    return options;
  }
  try {
    const found = await ec2.describePlacementGroup(group);
    return found === undefined ? options : { ...options, placement: { group, strategy: found.strategy } };
  } catch (error) {
    if (isEc2Error(error, "denied")) {
      // The dry run tells instead.
      return options;
    }
    throw error;
  }
}
