/** Options of a launch that EC2 takes with some instance types only. (pure) */
import type { InstanceType } from "../../ec2/ec2";
import type { CpuOptions } from "../../model/things";

/** The options of a launch that depend on the type, as far as they are known. */
export interface TypeOptions {
  cpuCredits?: string;
  cpuOptions?: CpuOptions;
  ebsOptimized?: boolean;
  tenancy?: string;
  /** The strategy of the placement group. */
  placement?: { group: string; strategy: string };
}

type OptionName = "cpuCredits" | "cpuOptions" | "ebsOptimized" | "tenancy" | "placementGroup";

/** An option that a type does not take. */
export interface Untaken {
  input: OptionName;
  /** The option as it is set, as the beginning of a sentence. */
  is: string;
  /** The values that the type takes, as the end of "but TYPE …". */
  takes: string;
  /** The way out. */
  advice: string;
}

/**
 * Facts of T2 that EC2 tells in its guide only, and not in DescribeInstanceTypes: it has no Dedicated Instances, and takes no CPU
 * options, whatever its valid cores are.
 */
const isT2 = ({ name }: InstanceType): boolean => name.startsWith("t2.");

/** The options that EC2 would refuse to launch this type with. */
export function untakenOptions(type: InstanceType, options: TypeOptions): Untaken[] {
  return [
    credits(type, options),
    cpu(type, options),
    ebs(type, options),
    tenancy(type, options),
    group(type, options),
  ].filter((it) => it !== undefined);
}

function credits({ isBurstable }: InstanceType, { cpuCredits }: TypeOptions): Untaken | undefined {
  if (cpuCredits === undefined || isBurstable) {
    return undefined;
  }
  return {
    input: "cpuCredits",
    is: `cpuCredits is ${JSON.stringify(cpuCredits)}`,
    takes: "is not burstable and has no CPU credits",
    advice: "take cpuCredits out, or name burstable types only (T2, T3, T3a, T4g)",
  };
}

function cpu(type: InstanceType, { cpuOptions }: TypeOptions): Untaken | undefined {
  const { coreCount, threadsPerCore } = cpuOptions ?? {};
  const { validCores, validThreadsPerCore } = type;
  const untaken = (takes: string): Untaken => ({
    input: "cpuOptions",
    is: `cpuOptions asks for ${coreCount ?? ""} cores with ${threadsPerCore ?? ""} threads each`,
    takes,
    advice: "give what each type takes, or take cpuOptions out",
  });
  if (coreCount === undefined || threadsPerCore === undefined) {
    return undefined;
  }
  if (isT2(type)) {
    return untaken("takes no CPU options");
  }
  const isTaken = isAmong(coreCount, validCores) && isAmong(threadsPerCore, validThreadsPerCore);
  const cores = listed(validCores);
  const threads = listed(validThreadsPerCore);
  return isTaken ? undefined : untaken(`takes ${cores} cores with ${threads} threads each`);
}

/** Whether EC2 takes a value. Where EC2 does not list the values that it takes, only the launch can tell. */
function isAmong(value: number, valid: readonly number[]): boolean {
  return valid.length === 0 || valid.includes(value);
}

function listed(valid: readonly number[]): string {
  return valid.length === 0 ? "any number of" : valid.join(" or ");
}

function ebs({ canBeEbsOptimized }: InstanceType, { ebsOptimized }: TypeOptions): Untaken | undefined {
  if (ebsOptimized !== true || canBeEbsOptimized) {
    return undefined;
  }
  const takes = "cannot be EBS-optimized";
  return {
    input: "ebsOptimized",
    is: "ebsOptimized is true",
    takes,
    advice: "take ebsOptimized out, or name types that can be (the newer ones always are)",
  };
}

function tenancy(type: InstanceType, { tenancy: wanted }: TypeOptions): Untaken | undefined {
  if (wanted !== "dedicated" || !isT2(type)) {
    return undefined;
  }
  const takes = "cannot be a Dedicated Instance";
  return { input: "tenancy", is: 'tenancy is "dedicated"', takes, advice: "take tenancy out, or name other types" };
}

function group({ placementStrategies: taken }: InstanceType, { placement }: TypeOptions): Untaken | undefined {
  if (placement === undefined || taken.length === 0 || taken.includes(placement.strategy)) {
    return undefined;
  }
  return {
    input: "placementGroup",
    is: `placementGroup: ${placement.group} is a ${placement.strategy} placement group`,
    takes: `takes ${taken.join(" and ")} placement groups only`,
    advice: "name another placement group, or types that its strategy takes",
  };
}
