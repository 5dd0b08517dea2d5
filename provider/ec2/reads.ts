/** Describes that all machines of a session make together, as each kind of thing declares them. */
import type { EC2Client, Filter } from "@aws-sdk/client-ec2";
import type { Tags } from "../model/things";
import { type Asking, Batches, Finder, type ValuesByFilter } from "./batching";
import { isEc2Error } from "./errors";
import type { Filters } from "./filters";
import type { Call } from "./repeats";

/** Sends one call at its turn, for all who asked. */
type Look = <T>(send: () => Promise<T>) => Promise<T>;

export interface Read<Question, Found> {
  action: Call;
  /** The session's one reader. */
  readerOf: (client: EC2Client, look: Look) => { find: (question: Question) => Promise<Found[]> };
}

/** @param valuesBy which filters are asked together */
export function byFilters<Found extends { tags: Tags }>(
  action: Call,
  ask: (client: EC2Client, input: { Filters: Filter[] }) => Promise<Found[]>,
  valuesBy: ValuesByFilter<Found>,
): Read<Filters, Found> {
  return {
    action,
    readerOf: (client, look) => new Finder((filters) => look(() => ask(client, filtered(filters))), valuesBy),
  };
}

export function byValues<Found>(
  action: Call,
  askingOf: (client: EC2Client) => Asking<Found>,
): Read<readonly string[], Found> {
  return {
    action,
    readerOf: (client, look) => {
      const asking = askingOf(client);
      return new Batches({ ...asking, ask: (values) => look(() => asking.ask(values)) });
    },
  };
}

export function filtered(filters: Filters): { Filters: Filter[] } {
  return { Filters: Object.entries(filters).map(([Name, Values]) => ({ Name, Values: [...Values] })) };
}

/** Whether the call was refused for what it names: in a call that names things of several machines, for one of them. */
export function isOfOneName(error: unknown): boolean {
  return isEc2Error(error, "not-found", "refused");
}
