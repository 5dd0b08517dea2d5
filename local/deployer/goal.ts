import type { RegisterResourceRequest } from "@pulumi/pulumi/proto/resource_pb";
import { DeployError } from "./errors";
import type { ResourceState } from "./state";
import { isDynamic, isDynamicProvider } from "./urn";
import { fromStruct, type Props } from "./values";

/** A resource as the program wants it. */
export interface Goal {
  type: string;
  name: string;
  custom: boolean;
  inputs: Props;
  parent: string;
  dependencies: string[];
  propertyDependencies: Record<string, string[]>;
  protect: boolean;
  retainOnDelete: boolean;
  /** Undefined: the provider decides. */
  deleteBeforeReplace: boolean | undefined;
  ignoreChanges: string[];
  additionalSecretOutputs: string[];
  /** Names under which the resource may be known from before. */
  aliases: string[];
}

export function goalOf(request: RegisterResourceRequest): Goal {
  refuseForeign(request);
  const propertyDependencies: Record<string, string[]> = {};
  request.getPropertydependenciesMap().forEach((urns, key) => {
    propertyDependencies[key] = urns.getUrnsList();
  });
  return {
    type: request.getType(),
    name: request.getName(),
    custom: request.getCustom() && isDynamic(request.getType()),
    inputs: fromStruct(request.getObject()),
    parent: request.getParent(),
    dependencies: request.getDependenciesList(),
    propertyDependencies,
    protect: request.getProtect() ?? false,
    retainOnDelete: request.getRetainondelete() ?? false,
    deleteBeforeReplace: request.getDeletebeforereplacedefined() ? request.getDeletebeforereplace() : undefined,
    ignoreChanges: request.getIgnorechangesList(),
    additionalSecretOutputs: request.getAdditionalsecretoutputsList(),
    aliases: request.getAliasurnsList(),
  };
}

function refuseForeign(request: RegisterResourceRequest): void {
  const type = request.getType();
  const isComponent = !request.getCustom() && !request.getRemote();
  if (!isComponent && !isDynamic(type) && !isDynamicProvider(type))
    throw new DeployError(needsCli(type, request.getName()));
  if (request.getImportid() !== "")
    throw new DeployError(
      `${request.getName()} has the option import, which Pulumi does not support for dynamic resources.`,
    );
  if (request.getReplaceonchangesList().length > 0 || request.hasReplacementTrigger())
    throw new DeployError(
      `${request.getName()} has the option replaceOnChanges or replacementTrigger, which needs the Pulumi CLI: the local deployer does not know it.`,
    );
}

export function needsCli(what: string, name?: string): string {
  const subject = name === undefined ? what : `${what} "${name}"`;
  return `${subject} needs the Pulumi CLI: the local deployer runs dynamic resources only`;
}

/** The part of a resource's record that the program decides. */
export function recordOf(goal: Goal, urn: string): Omit<ResourceState, "id" | "inputs" | "outputs"> {
  return {
    urn,
    type: goal.type,
    custom: goal.custom,
    parent: goal.parent,
    dependencies: goal.dependencies,
    propertyDependencies: goal.propertyDependencies,
    protect: goal.protect,
    retainOnDelete: goal.retainOnDelete,
    additionalSecretOutputs: goal.additionalSecretOutputs,
    initErrors: [],
  };
}
