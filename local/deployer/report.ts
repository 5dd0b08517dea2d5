import { changeLine, type Change } from "./changes";
import { SECRET_TEXT, UNKNOWN } from "./values";
import { nameOf, shortType, STACK_TYPE, typeOf } from "./urn";

/**
 * The change that was, or in a preview would be, made to a resource. `replace` is the making of the new one, `delete-replaced` the
 * deletion of the old one; `refresh` has found differences, `gone` that it no longer exists.
 */
export type StepOp = "same" | "create" | "update" | "delete" | "replace" | "delete-replaced" | "refresh" | "gone";

export interface Step {
  urn: string;
  name: string;
  type: string;
  op: StepOp;
  diff?: Change[];
}

interface Words {
  sign: string;
  colour: number;
  /** As it begins, or in a preview. */
  plan: string;
  done: string;
  planned: string;
}

const GREEN = 32;
const YELLOW = 33;
const RED = 31;
const GREY = 90;

const WORDS: Record<StepOp, Words> = {
  same: { sign: " ", colour: GREY, plan: "unchanged", done: "unchanged", planned: "unchanged" },
  create: { sign: "+", colour: GREEN, plan: "create", done: "created", planned: "to create" },
  update: { sign: "~", colour: YELLOW, plan: "update", done: "updated", planned: "to update" },
  delete: { sign: "-", colour: RED, plan: "delete", done: "deleted", planned: "to delete" },
  replace: { sign: "+-", colour: YELLOW, plan: "replace", done: "replaced", planned: "to replace" },
  "delete-replaced": {
    sign: "-",
    colour: RED,
    plan: "delete the replaced one",
    done: "replaced one deleted",
    planned: "",
  },
  refresh: { sign: "~", colour: YELLOW, plan: "refresh", done: "changed outside", planned: "changed outside" },
  gone: { sign: "-", colour: RED, plan: "gone", done: "gone", planned: "gone" },
};

/** A shorter secret is no secret, but would tear holes into every other word. */
const SHORTEST_HIDDEN = 4;

const COUNTED: readonly StepOp[] = ["create", "update", "replace", "delete", "refresh", "gone", "same"];

/** Collects what a run did and prints it as it comes. */
export class Report {
  readonly steps: Step[] = [];
  readonly failures: string[] = [];
  private readonly printed = new Set<string>();
  private readonly logged: string[] = [];
  private readonly hidden = new Set<string>();

  constructor(
    private readonly output: (line: string) => void,
    private readonly preview: boolean,
    private readonly colour: boolean,
  ) {}

  /** From now on these texts are not shown, whoever wants to print them. */
  hide(texts: readonly string[]): void {
    for (const text of texts) if (text.length >= SHORTEST_HIDDEN && text !== UNKNOWN) this.hidden.add(text);
  }

  line(text = ""): void {
    this.write(text);
  }

  /** A step begins. */
  begin(op: StepOp, urn: string, diff: readonly Change[] = []): void {
    this.title(op, urn, WORDS[op].plan);
    for (const change of diff) this.write(`    ${changeLine(change)}`);
  }

  /** A step has been done, or in a preview planned. */
  done(op: StepOp, urn: string, detail: { diff?: Change[]; since?: number } = {}): void {
    const step: Step = { urn, name: nameOf(urn), type: typeOf(urn), op };
    if (detail.diff !== undefined) step.diff = detail.diff;
    if (step.type !== STACK_TYPE) this.steps.push(step);
    if (detail.since !== undefined && !this.preview)
      this.title(op, urn, `${WORDS[op].done} (${seconds(detail.since)})`);
  }

  /** Lines that a handler or the program printed. The handlers run twice in a preview, and say everything twice. */
  passOn(line: string): void {
    const known = this.printed.has(line);
    this.printed.add(line);
    if (!this.preview || !known) this.write(`  ${line}`);
  }

  fail(lines: readonly string[], urn?: string): void {
    this.failures.push(this.error(lines, urn));
  }

  /** An error that the program logged. As in Pulumi, it is a failure only of a program that then fails. */
  logError(lines: readonly string[], urn?: string): void {
    this.logged.push(this.error(lines, urn));
  }

  /** The program failed; what it logged says why, if it logged anything. */
  failProgram(ending: string): void {
    if (this.logged.length === 0) this.fail([`The program failed (${ending}).`]);
    else this.failures.push(...this.logged);
  }

  warn(text: string): void {
    this.write(`${this.paint(YELLOW, "warning:")} ${text}`);
  }

  summary(since: number): void {
    const counts = COUNTED.map((op) => ({ op, count: this.steps.filter((step) => step.op === op).length }));
    const parts = counts
      .filter(({ count }) => count > 0)
      .map(({ op, count }) => `${String(count)} ${this.preview ? WORDS[op].planned : WORDS[op].done}`);
    this.write("");
    this.write(`Resources: ${parts.length === 0 ? "none" : parts.join(", ")}`);
    this.write(`Duration: ${seconds(since)}`);
  }

  private error(lines: readonly string[], urn: string | undefined): string {
    const name = urn === undefined ? "" : `${nameOf(urn)}: `;
    const [first = "", ...rest] = lines.map((line) => this.clean(line));
    this.write(`${this.paint(RED, "error:")} ${name}${first}`);
    for (const line of rest) this.write(`    ${line}`);
    return `${name}${[first, ...rest].join("\n")}`;
  }

  private write(line: string): void {
    this.output(this.clean(line));
  }

  private clean(line: string): string {
    return [...this.hidden].reduce((text, hidden) => text.replaceAll(hidden, SECRET_TEXT), line);
  }

  private title(op: StepOp, urn: string, words: string): void {
    const { sign, colour } = WORDS[op];
    this.write(`${this.paint(colour, sign)} ${nameOf(urn)} (${shortType(typeOf(urn))})  ${words}`);
  }

  private paint(colour: number, text: string): string {
    return this.colour ? `\u001b[${String(colour)}m${text}\u001b[0m` : text;
  }
}

function seconds(since: number): string {
  return `${((Date.now() - since) / 1000).toFixed(1)} s`;
}
