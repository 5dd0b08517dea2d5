import { Ec2Error, invalidValue, missingParameter } from "../model/errors";
import type { ParamTree } from "../model/state";

/** The form body of a request as nested parameters: `Filter.1.Name=x` is `{ Filter: { "1": { Name: "x" } } }`. */
export function parseBody(body: string): ParamTree {
  const root = emptyTree();
  for (const [name, value] of new URLSearchParams(body)) place(root, name.split("."), value);
  return root;
}

/** No prototype, so that a parameter named like one of Object's members is just a parameter. */
function emptyTree(): ParamTree {
  return Object.create(null) as ParamTree;
}

function place(root: ParamTree, path: readonly string[], value: string): void {
  let node = root;
  for (const step of path.slice(0, -1)) {
    const next = node[step];
    if (typeof next === "object") node = next;
    else node = node[step] = emptyTree();
  }
  const leaf = path.at(-1);
  if (leaf !== undefined) node[leaf] = value;
}

/** The parameters that any request may carry, beside its action's own: the version, and a signature in the query. */
const COMMON = /^(Action|Version|DryRun|AWSAccessKeyId|Signature\w*|SecurityToken|Timestamp|Expires|X-Amz-[\w-]+)$/i;

/**
 * Reads parameters by name and kind, with EC2's errors for what is missing or malformed, and remembers what was read:
 * nothing of a request is passed over in silence.
 */
export class Params {
  constructor(
    readonly tree: ParamTree,
    private readonly path = "",
    private readonly seen = new Set<string>(),
  ) {}

  string(name: string): string | undefined {
    const value = this.tree[name];
    if (typeof value !== "string") return undefined;
    this.seen.add(this.path + name);
    return value;
  }

  required(name: string): string {
    const value = this.string(name);
    if (value === undefined || value === "") throw missingParameter(this.path + name);
    return value;
  }

  integer(name: string): number | undefined {
    const value = this.string(name);
    if (value === undefined) return undefined;
    if (/^-?\d{1,15}$/.test(value)) return Number(value);
    throw invalidValue(`Value (${value}) for parameter ${this.path}${name} is invalid. Integer expected`);
  }

  requiredInteger(name: string): number {
    this.required(name);
    const value = this.integer(name);
    if (value === undefined) throw missingParameter(this.path + name);
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.string(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (value === "true" || value === "false") return value === "true";
    throw invalidValue(`Value (${value}) for parameter ${this.path}${name} is invalid. Boolean expected`);
  }

  has(name: string): boolean {
    return this.tree[name] !== undefined;
  }

  /** A structure; an empty one where it was not given. */
  group(name: string): Params {
    const value = this.tree[name];
    return new Params(typeof value === "object" ? value : emptyTree(), `${this.path}${name}.`, this.seen);
  }

  /** A list of structures, `Name.1.…`, `Name.2.…`, in the order of their numbers. */
  list(name: string): Params[] {
    return this.entries(name).flatMap(([index, entry]) =>
      typeof entry === "object" ? new Params(entry, `${this.path}${name}.${index}.`, this.seen) : [],
    );
  }

  /** A list of strings, `Name.1=a`, `Name.2=b`. */
  strings(name: string): string[] {
    return this.entries(name).flatMap(([index, entry]) => {
      if (typeof entry !== "string") return [];
      this.seen.add(`${this.path}${name}.${index}`);
      return entry;
    });
  }

  /** The same request with other parameters under it, such as those of a launch template. */
  over(tree: ParamTree): Params {
    return new Params(tree, this.path, this.seen);
  }

  /** Nothing more will be read, since the request was looked at in another way. */
  acceptAll(): void {
    for (const name of leavesOf(this.tree, this.path)) this.seen.add(name);
  }

  /** EC2 has this error for a parameter that it does not know (aws-cli#21); here it is one that is not modelled too. */
  checkAllRead(): void {
    for (const name of leavesOf(this.tree, this.path)) {
      if (this.seen.has(name) || COMMON.test(name)) continue;
      throw new Ec2Error("UnknownParameter", `The parameter ${name} is not recognized`);
    }
  }

  private entries(name: string): [string, string | ParamTree][] {
    const value = this.tree[name];
    if (typeof value !== "object") return [];
    return Object.entries(value).sort(([a], [b]) => Number(a) - Number(b));
  }
}

function* leavesOf(tree: ParamTree, path: string): Generator<string> {
  for (const name in tree) {
    const value = tree[name];
    if (typeof value === "object") yield* leavesOf(value, `${path}${name}.`);
    else yield path + name;
  }
}

/** Equal for requests that ask for the same, whatever the order of their parameters. */
export function fingerprint(tree: ParamTree, except: readonly string[] = []): string {
  const names = Object.keys(tree).filter((name) => !except.includes(name));
  const parts = names.sort().map((name) => {
    const value = tree[name];
    return [name, typeof value === "object" ? fingerprint(value) : value];
  });
  return JSON.stringify(parts);
}
