/** A machine as some version of this package left it: what Pulumi has on record, and what is in the account. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SimState } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import type { Stack } from "./support";
import { quick } from "./world";

export const FIXTURES = join(__dirname, "..", "fixtures", "states");

/** The states that each release adds. */
export const KINDS = ["full", "paused", "adopted", "failed-update"] as const;
export type Kind = (typeof KINDS)[number];

export interface OlderState {
  version: string;
  /** The inputs of the program, as they reach `check`. */
  program: Properties;
  /** As `pulumi stack export --show-secrets` has it. */
  resource: {
    urn: string;
    custom: true;
    id: string;
    type: string;
    inputs: Properties;
    outputs: Properties;
    initErrors?: string[];
  };
  /** The tables of the simulated account that are not those of a fresh one, and its time. */
  account: Partial<SimState>;
}

// Pulumi's published marks (sdk/nodejs/runtime/rpc.ts).
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

/** Puts a secret of the program into the envelope that Pulumi has for it. */
export function enveloped(value: unknown): unknown {
  return { [SIGNATURE]: SECRET, plaintext: JSON.stringify(value) };
}

/** Turns secrets into the plain values that the handlers get: the runtime takes no secrets. */
function opened(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(opened);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  const { [SIGNATURE]: mark, plaintext } = value as Record<string, unknown>;
  return mark === SECRET
    ? (JSON.parse(String(plaintext)) as unknown)
    : Object.fromEntries(Object.entries(value).map(([key, part]) => [key, opened(part)]));
}

export const versions = (): string[] => readdirSync(FIXTURES).sort();

/** @param kind one that each release adds, or one that shows what only that version did */
export function olderState(version: string, kind: Kind | "base64-user-data"): OlderState {
  return JSON.parse(readFileSync(join(FIXTURES, version, `${kind}.json`), "utf8")) as OlderState;
}

/** The machine under the present code, in the account as it was. */
export function inherited({ resource, account }: OlderState): Stack {
  const owner = quick();
  const world = { ...owner.simulator.snapshot(), ...account };
  owner.clock.advance(world.now - owner.clock.now());
  owner.simulator.restore(world);
  const { id, inputs, outputs, initErrors = [] } = resource;
  owner.recorded = {
    id,
    inputs: opened(inputs) as Properties,
    outputs: opened(outputs) as Properties,
    failed: initErrors.length > 0,
  };
  return owner;
}
