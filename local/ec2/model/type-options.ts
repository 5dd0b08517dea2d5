import { Ec2Error, invalidCombination, invalidValue } from "./errors";
import type { InstanceType } from "./instance-types";
import type { LaunchSpec } from "./launch-spec";
import { findPlacementGroup } from "./placement-groups";
import type { World } from "./world";

/** Options of a launch that some types take and others do not. */
export function checkTypeOptions(world: World, spec: LaunchSpec, type: InstanceType): void {
  checkCredits(spec, type);
  checkCpuOptions(spec, type);
  checkTenancy(spec, type);
  if (spec.ebsOptimized && type.ebsOptimized === "unsupported") {
    // As several threads quote it (all of t2 and m1.small).
    throw new Ec2Error(
      "Unsupported",
      "EBS-optimized instances are not supported for your requested configuration. Please check the documentation for supported configurations.",
    );
  }
  checkStrategy(world, spec, type);
}

function checkCredits({ cpuCredits }: LaunchSpec, type: InstanceType): void {
  if (cpuCredits === undefined) return;
  if (!["standard", "unlimited"].includes(cpuCredits)) {
    throw new Ec2Error(
      "InvalidCpuCredits",
      `The specified CpuCredits value '${cpuCredits}' is invalid. Valid values are 'standard' and 'unlimited'.`,
    );
  }
  if (type.burstable) return;
  // terraform-provider-aws #5067, with standard as well as with unlimited.
  throw new Ec2Error(
    "InstanceCreditSpecification.NotSupported",
    `The ${type.name} instance type does not support T2 Unlimited.`,
  );
}

/** The code and the message as aws-parallelcluster tests for them; which values a type takes is in DescribeInstanceTypes. */
function checkCpuOptions({ cpuOptions }: LaunchSpec, type: InstanceType): void {
  if (cpuOptions === undefined) return;
  if (!type.takesCpuOptions) {
    throw new Ec2Error(
      "UnsupportedOperation",
      `The ${type.name} instance type does not support specifying CpuOptions.`,
    );
  }
  const { coreCount, threadsPerCore } = cpuOptions;
  if (type.validCores.includes(coreCount) && type.validThreadsPerCore.includes(threadsPerCore)) return;
  // The message is a guess.
  throw invalidValue(
    `The CpuOptions (CoreCount ${coreCount}, ThreadsPerCore ${threadsPerCore}) are not valid for the ${type.name} instance type.`,
  );
}

function checkTenancy({ placement: { tenancy } }: LaunchSpec, type: InstanceType): void {
  if (!["default", "dedicated"].includes(tenancy)) {
    throw invalidValue(`Value (${tenancy}) for parameter tenancy is invalid or not modelled.`);
  }
  if (tenancy === "default" || type.takesDedicatedTenancy) return;
  // rancher/os#1964
  throw new Ec2Error(
    "Unsupported",
    "The requested configuration is currently not supported. Please check the documentation for supported configurations.",
  );
}

function checkStrategy(world: World, { placement: { groupName = "" } }: LaunchSpec, type: InstanceType): void {
  if (groupName === "") return;
  const { strategy } = findPlacementGroup(world, groupName);
  if (type.placementStrategies.includes(strategy)) return;
  const named = strategy.charAt(0).toUpperCase() + strategy.slice(1);
  // As openshift's and others' read-mes quote it.
  throw invalidCombination(
    `${named} placement groups are not supported by the '${type.name}' instance type. Specify a supported instance type or change the placement group strategy, and try again.`,
  );
}
