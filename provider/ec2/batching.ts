/** Describes of many machines in few calls: what is asked while a call is on its way goes with the next one. */
import DataLoader from "dataloader";
import type { Tags } from "../model/things";
import { type Filters, isPattern } from "./filters";

/** EC2's limit of values in one filter. */
export const MOST_VALUES = 200;

/** A pattern is asked for by itself: what it finds could not be handed to whoever asked for it. */
function isBatchable(values: readonly string[]): boolean {
  return values.length > 0 && !values.some(isPattern);
}

export interface Asking<Found> {
  /** One call that looks for all the values. */
  ask: (values: readonly string[]) => Promise<readonly Found[]>;
  /** Which of the values a thing was found by. */
  valueOf: (found: Found) => string | undefined;
  /** How many values one call takes, by how many are asked for. */
  most?: (asked: number) => number;
  /** Whether a call failed for one of its values, which is then no failure of the others: each is asked for by itself. */
  isOfOneValue?: (error: unknown) => boolean;
}

/**
 * Describes by one kind of value. A lone request goes out at once. While its answer is on the way others gather, and go together
 * once it is there, so that there are as many calls as the time allows and not as many as there are machines. Nothing is kept: an
 * answer is never older than its question. A call that fails fails everyone who asked by it, and each of them tries again, or does
 * not, as if the call had been its own.
 */
export class Batches<Found> {
  private readonly loader: DataLoader<string, Found[]>;
  private isUnderWay = false;
  private next: (() => void) | undefined;

  constructor(private readonly asking: Asking<Found>) {
    this.loader = new DataLoader<string, Found[]>((values) => this.answers(values), {
      cache: false,
      batchScheduleFn: (send) => {
        if (this.isUnderWay) {
          this.next = send;
        } else {
          this.isUnderWay = true;
          soon(send);
        }
      },
    });
  }

  async find(values: readonly string[]): Promise<Found[]> {
    return (await Promise.all([...new Set(values)].map((it) => this.loader.load(it)))).flat();
  }

  private async answers(asked: readonly string[]): Promise<(Found[] | Error)[]> {
    const answers = new Map<string, Found[] | Error>();
    const values = [...new Set(asked)];
    const most = this.asking.most?.(values.length) ?? MOST_VALUES;
    await Promise.all(inParts(values, most).map((it) => this.look(it, answers)));
    this.goOn();
    const given = new Set<string>();
    return asked.map((it) => {
      const answer = answers.get(it) ?? [];
      const isFirst = !given.has(it);
      given.add(it);
      // Each asker may write into its answer.
      return isFirst || answer instanceof Error ? answer : structuredClone(answer);
    });
  }

  private async look(values: string[], answers: Map<string, Found[] | Error>): Promise<void> {
    const { ask, valueOf, isOfOneValue } = this.asking;
    try {
      const found = await ask(values);
      const isAlone = values.length === 1;
      values.forEach((value) => answers.set(value, isAlone ? [...found] : found.filter((it) => valueOf(it) === value)));
    } catch (error) {
      if (values.length > 1 && isOfOneValue?.(error) === true) {
        await Promise.all(values.map((it) => this.look([it], answers)));
      } else {
        const failure = error instanceof Error ? error : new Error(String(error));
        values.forEach((it) => answers.set(it, failure));
      }
    }
  }

  private goOn(): void {
    const { next } = this;
    this.next = undefined;
    if (next === undefined) {
      this.isUnderWay = false;
    } else {
      soon(next);
    }
  }
}

/** Sends once all present work has had its turn: a caller that goes on with an answer may ask the next question at once. */
function soon(send: () => void): void {
  void Promise.resolve().then(() => {
    process.nextTick(send);
  });
}

/** Which values of a thing each filter compares. By a filter that is not here each call is made by itself; `tag:…` is always here. */
export type ValuesByFilter<Found> = Readonly<Record<string, (found: Found) => string | undefined>>;

/** Describes of one action: those by a single filter are asked together. */
export class Finder<Found extends { tags?: Tags }> {
  private readonly batches = new Map<string, Batches<Found>>();

  constructor(
    private readonly ask: (filters: Filters) => Promise<Found[]>,
    private readonly valuesBy: ValuesByFilter<Found>,
  ) {}

  find(filters: Filters): Promise<Found[]> {
    const [first, ...others] = Object.entries(filters);
    const valueOf = first === undefined ? undefined : this.valueBy(first[0]);
    if (first === undefined || valueOf === undefined || others.length > 0 || !isBatchable(first[1])) {
      return this.ask(filters);
    }
    const [filter, values] = first;
    let batches = this.batches.get(filter);
    if (batches === undefined) {
      batches = new Batches({ ask: (all) => this.ask({ [filter]: all }), valueOf });
      this.batches.set(filter, batches);
    }
    return batches.find(values);
  }

  private valueBy(filter: string): ((found: Found) => string | undefined) | undefined {
    const tag = /^tag:(.*)$/.exec(filter)?.[1];
    return tag === undefined ? this.valuesBy[filter] : ({ tags }) => tags?.[tag];
  }
}

function inParts<T>(list: readonly T[], most: number): T[][] {
  const parts: T[][] = [];
  for (let from = 0; from < list.length; from += most) {
    parts.push(list.slice(from, from + most));
  }
  return parts;
}
