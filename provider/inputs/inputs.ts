/** Validation and defaults: a program's raw inputs become {@link Desired}, or sentences that say what is wrong. */
import type { Desired } from "../model/desired";
import { contradictions } from "./contradictions";
import { INPUT_NAMES, type InputName, INPUTS } from "./table";
import { type Failure, isObject, objectOf, UNKNOWN } from "./validation";

/** The input in which the runtime keeps the provider's text. */
export const SERIALIZED_PROVIDER = "__provider";

const MACHINE = objectOf(INPUTS);

/** The inputs in their normal form (some perhaps not known yet), and what is wrong with them. */
export interface Checked {
  inputs: Record<string, unknown>;
  failures: Failure[];
}

/**
 * @param given the program's inputs
 * @param region the region to take where the program names none
 */
export function checkInputs(given: Record<string, unknown>, region: string | undefined): Checked {
  const failures: Failure[] = [];
  const report = (failure: Failure): void => void failures.push(failure);
  const { [SERIALIZED_PROVIDER]: _, ...own } = given;
  const program = { ...own, region: own.region ?? region };
  MACHINE.check(program, "", report);
  const inputs = normalForm(program);
  if (inputs.region === undefined) {
    failures.push({
      property: "region",
      reason: "no AWS region is set; set it with `pulumi config set aws:region REGION`, AWS_REGION or the profile",
    });
  }
  failures.push(...contradictions(inputs));
  return { inputs, failures };
}

/** The inputs with the defaults filled in. */
function normalForm(given: Record<string, unknown>): Record<string, unknown> {
  const inputs = MACHINE.normal(given) as Record<string, unknown>;
  return { ...inputs, pauseBehavior: inputs.pauseBehavior ?? pauseBehaviorFor(inputs.market) };
}

/** The default pause behavior, which follows from the market: a one-time spot instance cannot be stopped. */
export function pauseBehaviorFor(bought: unknown): string {
  const lifecycle = isObject(bought) ? bought.lifecycle : bought;
  if (lifecycle === UNKNOWN) {
    return UNKNOWN;
  }
  return lifecycle === "on-demand" ? "stop" : "terminate";
}

/**
 * Turns inputs into {@link Desired}: inputs that `checkInputs` passed and in which nothing is unknown, or that an older version of this
 * package recorded. An input that the older version did not know has its default.
 */
export function desiredOf(inputs: Record<string, unknown>): Desired {
  const known = Object.fromEntries(
    INPUT_NAMES.flatMap((name) => (isAsked(name, inputs) ? [[name, inputs[name]]] : [])),
  );
  return normalForm(known) as unknown as Desired;
}

/** The inputs for further addresses, which are named in a list, or only counted. */
export const COUNTED_ADDRESSES = [
  { list: "secondaryPrivateIps", count: "secondaryPrivateIpCount", what: "secondary private IPs" },
  { list: "ipv6Addresses", count: "ipv6AddressCount", what: "IPv6 addresses" },
] as const satisfies readonly { list: InputName; count: InputName; what: string }[];

/** Whether a list asks for addresses. An empty list does not: its count does. Addresses that are not kept cannot be asked for. */
function isAsked(name: InputName, inputs: Record<string, unknown>): boolean {
  const value = inputs[name];
  const isList = COUNTED_ADDRESSES.some((it) => it.list === name);
  const isEmpty = isList && Array.isArray(value) && value.length === 0;
  return value !== undefined && !isEmpty && !(name === "privateIp" && inputs.persistPrivateIp === false);
}
