import { WELL_KNOWN } from "../../../local/ec2";
import type { InputName } from "../../../provider/inputs/table";
import type { OutputName, Outputs, Seen } from "./seen";

export type Args = Readonly<Record<string, unknown>>;

/** The runs that every row goes through. */
export const STAGES = ["created", "changed", "changed back", "cleared"] as const;
export type Stage = (typeof STAGES)[number];
export type Stages<T> = readonly [created: T, changed: T, changedBack: T, cleared: T];

/** The inputs of every machine, unless its row says otherwise. */
export const BASE = {
  subnetId: WELL_KNOWN.subnetA,
  elasticIp: true,
  imageId: WELL_KNOWN.imageV1,
  instanceType: "m6i.large",
};

/** An input, or a part of one: its values in each stage, and what has to come of them. */
export interface Row {
  /** The input, a part of it after a dot, a variant after a slash. */
  name: string;
  /** Beside {@link BASE}. */
  with?: Args;
  args: Stages<Args>;
  /** The creation's sentence in the preview, where it is not the usual one. */
  announced?: string;
  /** The effects of each later stage on the machine. */
  effects: readonly [changed: Effect, changedBack: Effect, cleared: Effect];
  /** The fact that EC2 has to show. */
  shows: (seen: Seen) => unknown;
  /** The shown fact, in each stage. */
  as: Stages<unknown>;
  /** Things that are left after destroy, on purpose: kinds of ids. */
  leaves?: readonly string[];
}

/** The effect of a change, on the outputs too. */
export interface Effect {
  /** The preview's sentence; nothing: it shows no change. */
  line?: (before: Outputs) => string;
  /** The outputs that change. */
  changes: readonly OutputName[];
  /** Whether Pulumi sees another resource, in place of the old one. */
  isAnother?: boolean;
}

export const inputOf = ({ name }: Pick<Row, "name">): InputName => name.split(/[./]/)[0] as InputName;

/** The resource; with a mark, because the preview has lines on each input too. */
export const resourceOf = ({ name }: Pick<Row, "name">): string => `row-${name}`;

/** The addresses that stay whatever is changed; what depends on them must never show a change. */
export function notedOf({ args, with: beside, effects }: Row): OutputName[] {
  const hasElasticIp = ({ ...BASE, ...beside, ...args[0] } as Args).elasticIp === true;
  const addresses: OutputName[] = ["networkInterfaceId", "privateIp", "macAddress"];
  return [...addresses, ...(hasElasticIp ? (["publicIp", "allocationId"] as const) : [])].filter(
    (it) => !effects.some(({ changes }) => changes.includes(it)),
  );
}

export function argsOf(row: Row, stage: number): Args {
  return { ...BASE, ...row.with, ...row.args[stage] };
}

/** The value, another, the first again, none. */
export function both(input: InputName, a: unknown, b: unknown): Stages<Args> {
  return [{ [input]: a }, { [input]: b }, { [input]: a }, {}];
}

/** The same of one field; the others are left out. */
export function field(input: InputName, name: string, a: unknown, b: unknown): Stages<Args> {
  return both(input, { [name]: a }, { [name]: b });
}

export const NOTHING: Effect = { changes: [] };

/** The instance keeps running, and so does all else that has an address. */
export const inPlace = (inputs: string, ...changes: OutputName[]): Effect => ({
  line: (it) => sentence(`changes in place (${inputs}); ${it.instanceId} keeps running`, keeps(it)),
  changes,
});

/** The same where it is about what is in the launch template too. */
export const settled = (inputs: string): Effect => inPlace(inputs, "generation");

/** Another instance has the addresses. */
export const replaced = (inputs: string, ...changes: OutputName[]): Effect => ({
  line: (it) => sentence(`replaces ${it.instanceId} (${inputs}), terminate-first, about 41 s dark`, keeps(it)),
  changes: ["instanceId", "generation", ...changes],
});

/** Another interface and another instance; the Elastic IP comes along. */
export const moved = (inputs: string, ...changes: OutputName[]): Effect => ({
  line: (it) =>
    sentence(
      `replaces ${it.instanceId} (${inputs}), terminate-first, about 41 s dark`,
      `keeps ${it.publicIp}`,
      `gives up ${it.networkInterfaceId}, ${it.privateIp}`,
    ),
  changes: ["networkInterfaceId", "privateIp", "privateDnsName", "macAddress", "instanceId", ...changes],
});

export const sentence = (...parts: string[]): string => parts.filter((it) => it !== "").join("; ");

/** The addresses that stay, as the preview names them. */
export function keeps({ networkInterfaceId, privateIp, publicIp, allocationId }: Outputs): string {
  return `keeps ${[networkInterfaceId, privateIp, ...(allocationId === "" ? [] : [publicIp])].join(", ")}`;
}

export const always = (effect: Effect): Row["effects"] => [effect, effect, effect];
