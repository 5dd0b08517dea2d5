export const STACK_TYPE = "pulumi:pulumi:Stack";

const DYNAMIC_TYPE = "pulumi-nodejs:dynamic";
const DYNAMIC_PROVIDER_TYPE = "pulumi:providers:pulumi-nodejs";

export interface UrnParts {
  project: string;
  stack: string;
  type: string;
  name: string;
  parent: string;
}

export function makeUrn({ project, stack, type, name, parent }: UrnParts): string {
  const parentType = parent === "" ? "" : qualifiedType(parent);
  const prefix = parentType === "" || parentType === STACK_TYPE ? "" : `${parentType}$`;
  return `urn:pulumi:${stack}::${project}::${prefix}${type}::${name}`;
}

function qualifiedType(urn: string): string {
  return urn.split("::")[2] ?? "";
}

export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

export function typeOf(urn: string): string {
  return qualifiedType(urn).split("$").at(-1) ?? "";
}

/** `pulumi-nodejs:dynamic/managed-instance:ManagedInstance` is a `ManagedInstance` to its reader. */
export function shortType(type: string): string {
  return type.split(":").at(-1) ?? type;
}

export function isDynamic(type: string): boolean {
  return type.startsWith(DYNAMIC_TYPE);
}

/** Stands for the provider of dynamic resources itself, where a program makes that explicit. */
export function isDynamicProvider(type: string): boolean {
  return type === DYNAMIC_PROVIDER_TYPE;
}
