import { Ec2Error, invalidCombination, invalidValue } from "../model/errors";
import type { Params } from "./params";

export interface Page<Entry> {
  entries: Entry[];
  nextToken?: string;
}

/** Where the next page begins, as a text that nobody is meant to read. */
const tokenOf = (offset: number) => Buffer.from(`page:${offset}`).toString("base64url");

function offsetOf(token: string): number {
  const offset = /^page:(\d+)$/.exec(Buffer.from(token, "base64url").toString())?.[1];
  if (offset === undefined) throw new Ec2Error("InvalidNextToken", "The specified NextToken is not valid");
  return Number(offset);
}

const LEAST = 5;
const MOST = 1000;

export interface PageLimits {
  /** The list of ids or names that cannot be given together with MaxResults. */
  parameter: string;
  least?: number;
  most?: number;
  /** More than the most is an error where the API model has a range; elsewhere a page is just no larger. */
  isStrict?: boolean;
  /** There are pages even where nobody asks for them. */
  isPaged?: boolean;
}

/** Without MaxResults everything is answered at once, as EC2 does it for most describes. */
export function page<Entry>(params: Params, entries: Entry[], limits: PageLimits): Page<Entry> {
  const most = params.integer("MaxResults");
  const token = params.string("NextToken");
  if (most === undefined && token === undefined && limits.isPaged !== true) return { entries };
  if (most !== undefined) checkMost(params, most, limits);
  const from = token === undefined ? 0 : offsetOf(token);
  const to = from + Math.min(most ?? MOST, limits.most ?? MOST);
  return { entries: entries.slice(from, to), nextToken: to < entries.length ? tokenOf(to) : undefined };
}

function checkMost(
  params: Params,
  asked: number,
  { parameter, least = LEAST, most = MOST, isStrict }: PageLimits,
): void {
  const refuse = (expected: string) =>
    invalidValue(`Value ( ${asked} ) for parameter maxResults is invalid. Expecting a value ${expected}.`);
  if (asked < least) throw refuse(`greater than ${least}`);
  if (isStrict === true && asked > most) throw refuse(`less than or equal to ${most}`);
  if (params.has(parameter)) {
    throw invalidCombination(`The parameter ${parameter} cannot be used with the parameter maxResults`);
  }
}
