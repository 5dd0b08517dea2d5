/** How the tags of a record are written: a word, and names with values. (pure) */

/** A tag that says nothing that this version knows. */
export class UnknownGrammar extends Error {
  override readonly name = "UnknownGrammar";

  constructor(readonly text: string) {
    super(`"${text}" is not what this version writes`);
  }
}

type Values = Readonly<Record<string, string | number | boolean | undefined>>;

/** `word name=value name=value`, in a fixed order. */
export function tagText(word: string, values: Values): string {
  const said = Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`${name}=${value}`]));
  return [word, ...said].filter((it) => it !== "").join(" ");
}

/** Reads what {@link tagText} wrote; every name must be known, and is asked for once. */
export class TagText {
  readonly word: string;
  private readonly values: Map<string, string>;

  constructor(private readonly text: string) {
    const parts = text.split(" ");
    this.word = parts[0]?.includes("=") === false ? parts[0] : "";
    const said = this.word === "" ? parts : parts.slice(1);
    this.values = new Map(said.map((it) => [it.slice(0, it.indexOf("=")), it.slice(it.indexOf("=") + 1)]));
    if (this.values.size !== said.length || said.some((it) => !it.includes("="))) {
      throw this.unknown();
    }
  }

  unknown(): UnknownGrammar {
    return new UnknownGrammar(this.text);
  }

  has(name: string): boolean {
    return this.values.has(name);
  }

  value(name: string, pattern = /./): string {
    const value = this.values.get(name);
    this.values.delete(name);
    if (value === undefined || !pattern.test(value)) {
      throw this.unknown();
    }
    return value;
  }

  optional(name: string, pattern?: RegExp): string | undefined {
    return this.has(name) ? this.value(name, pattern) : undefined;
  }

  number(name: string): number {
    return Number(this.value(name, /^\d{1,9}$/));
  }

  count(name: string): number | undefined {
    return this.has(name) ? this.number(name) : undefined;
  }

  flag(name: string): boolean {
    return this.value(name, /^(true|false)$/) === "true";
  }

  oneOf<T extends string>(value: string, ...choices: readonly T[]): T {
    const found = choices.find((it) => it === value);
    if (found === undefined) {
      throw this.unknown();
    }
    return found;
  }

  /** A name that a later version added is not passed over: it may mean that all that is read here means something else. */
  end(): void {
    if (this.values.size > 0) {
      throw this.unknown();
    }
  }
}
