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

/** Without MaxResults everything is answered at once, as EC2 does it for most describes. */
export function page<Entry>(params: Params, entries: Entry[], ids: { parameter: string; least?: number }): Page<Entry> {
  const most = params.integer("MaxResults");
  const token = params.string("NextToken");
  if (most === undefined && token === undefined) return { entries };
  const least = ids.least ?? LEAST;
  if (most !== undefined && most < least) {
    throw invalidValue(
      `Value ( ${most} ) for parameter maxResults is invalid. Expecting a value greater than ${least}.`,
    );
  }
  if (most !== undefined && params.has(ids.parameter)) {
    throw invalidCombination(`The parameter ${ids.parameter} cannot be used with the parameter maxResults`);
  }
  const from = token === undefined ? 0 : offsetOf(token);
  const to = from + Math.min(most ?? MOST, MOST);
  return { entries: entries.slice(from, to), nextToken: to < entries.length ? tokenOf(to) : undefined };
}
