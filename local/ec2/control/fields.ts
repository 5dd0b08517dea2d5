import { Refused } from "../refused";

/** Reads the fields of a control request, each with a sentence for what is wrong with it. */
export class Fields {
  constructor(private readonly values: Readonly<Record<string, unknown>>) {}

  static parse(body: string): Fields {
    if (body.trim() === "") return new Fields({});
    const parsed = parse(body);
    if (isRecord(parsed)) return new Fields(parsed);
    throw new Refused("The body must be a JSON object.");
  }

  /** Refuses what is not one of these, so that a misspelt field is not taken for one that was left out. */
  only(what: string, names: readonly string[]): this {
    const stranger = Object.keys(this.values).find((name) => !names.includes(name));
    if (stranger === undefined) return this;
    throw new Refused(`${what} has no "${stranger}". It has: ${names.join(", ")}.`);
  }

  has(name: string): boolean {
    return this.values[name] !== undefined;
  }

  /** The field read as one of the kinds below; undefined where it was not given. */
  optional<Kind extends "text" | "flag" | "whole" | "count" | "chance">(name: string, kind: Kind) {
    return this.has(name) ? (this[kind](name) as ReturnType<Fields[Kind]>) : undefined;
  }

  text(name: string): string {
    const value = this.values[name];
    if (typeof value === "string" && value !== "") return value;
    throw new Refused(`"${name}" must be a text that is not empty.`);
  }

  texts(name: string): string[] {
    const value = this.values[name];
    if (Array.isArray(value) && value.every((one) => typeof one === "string")) return value;
    throw new Refused(`"${name}" must be a list of texts.`);
  }

  number(name: string): number {
    const value = this.values[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
    throw new Refused(`"${name}" must be a number.`);
  }

  positive(name: string): number {
    const value = this.values[name];
    if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
    throw new Refused(`"${name}" must be a number above 0.`);
  }

  whole(name: string): number {
    const value = this.values[name];
    if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
    throw new Refused(`"${name}" must be a whole number, 0 or more.`);
  }

  count(name: string): number {
    const value = this.whole(name);
    if (value > 0) return value;
    throw new Refused(`"${name}" must be 1 or more.`);
  }

  chance(name: string): number {
    const value = this.positive(name);
    if (value <= 1) return value;
    throw new Refused(`"${name}" must be at most 1.`);
  }

  flag(name: string): boolean {
    const value = this.values[name];
    if (typeof value === "boolean") return value;
    throw new Refused(`"${name}" must be true or false.`);
  }

  oneOf<const Choice extends string>(name: string, choices: readonly Choice[]): Choice {
    const value = choices.find((choice) => choice === this.values[name]);
    if (value !== undefined) return value;
    throw new Refused(`"${name}" must be ${choices.map((choice) => `"${choice}"`).join(" or ")}.`);
  }

  group(name: string): Fields {
    const value = this.values[name];
    if (isRecord(value)) return new Fields(value);
    throw new Refused(`"${name}" must be an object.`);
  }

  /** Every field by its name: for objects whose names are not fixed. */
  entries<Value>(read: (fields: Fields, name: string) => Value): Record<string, Value> {
    return Object.fromEntries(Object.keys(this.values).map((name) => [name, read(this, name)]));
  }

  raw(name: string): unknown {
    return this.values[name];
  }
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
