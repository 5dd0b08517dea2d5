/** Meaning of each input change for the machine. (pure) */
import type { Properties } from "../model/properties";
import { askedOf } from "../engine/record/specification";
import { pauseBehaviorFor } from "./inputs";
import { canonical } from "../kit/canonical";
import { userDataFor } from "../kit/user-data";
import { type ChangeClass, INPUT_NAMES, type InputName, INPUTS } from "./table";
import { isUnknown } from "./validation";

export interface Change {
  input: InputName;
  class: ChangeClass;
}

/** The inputs that differ between what is recorded and what is wanted. What is not known yet counts as different. */
export function changesBetween(olds: Properties, news: Properties): Change[] {
  return INPUT_NAMES.filter((input) => !isSame(input, olds, news)).map((input) => ({
    input,
    class: classOf(input, olds[input], news[input]),
  }));
}

function isSame(input: InputName, olds: Properties, news: Properties): boolean {
  const [old, wanted] = [olds[input], news[input]];
  if (isUnknown(wanted)) {
    return false;
  }
  const special = SAME[input];
  return special === undefined
    ? canonical(askedOf(input, olds)) === canonical(askedOf(input, news))
    : special(old, wanted, { olds, news });
}

type Comparison = (old: unknown, wanted: unknown, all: { olds: Properties; news: Properties }) => boolean;

/** Where it is not the text alone that counts. */
const SAME: Readonly<Partial<Record<InputName, Comparison>>> = {
  // The addresses that are held are as good as any; none can be asked for where they are not kept.
  privateIp: (old, wanted, { news }) => wanted === undefined || isFleeting(news) || old === wanted,
  secondaryPrivateIps: (old, wanted, { news }) => isFleeting(news) || isSameSet(old, wanted),
  ipv6Addresses: (old, wanted, { news }) => isFleeting(news) || isSameSet(old, wanted),
  secondaryPrivateIpCount: (old, wanted, { olds, news }) =>
    isSameCount(old, wanted, isFleeting(news) ? undefined : olds.secondaryPrivateIps),
  ipv6AddressCount: (old, wanted, { olds, news }) =>
    isSameCount(old, wanted, isFleeting(news) ? undefined : olds.ipv6Addresses),
  // The bytes count, whichever input names them. Where they differ, the input that the program changed is named.
  userData: (old, wanted, { olds, news }) =>
    isSameUserData(olds, news) || (old === wanted && olds.userDataBase64 !== news.userDataBase64),
  userDataBase64: (old, wanted, { olds, news }) => isSameUserData(olds, news) || old === wanted,
  userDataIsText: () => true,
  securityGroupIds: (old, wanted) =>
    Array.isArray(old) && Array.isArray(wanted) ? isSameSet(old, wanted) : canonical(old) === canonical(wanted),
  dataVolumes: (old, wanted) => canonical(byName(old)) === canonical(byName(wanted)),
  // A pause behavior that only follows from how the machine is bought is no change of its own.
  pauseBehavior: (old, wanted, { olds, news }) =>
    old === wanted || (old === pauseBehaviorFor(olds.market) && wanted === pauseBehaviorFor(news.market)),
  adopt: () => true,
};

function isSameUserData(olds: Properties, news: Properties): boolean {
  return !isUnknown([news.userData, news.userDataBase64]) && userDataFor(olds) === userDataFor(news);
}

function isFleeting({ persistPrivateIp }: Properties): boolean {
  return persistPrivateIp === false;
}

function isSameSet(old: unknown, wanted: unknown): boolean {
  return wanted === undefined || canonical(sorted(old)) === canonical(sorted(wanted));
}

/** Held addresses count before the old input: the inputs of the last run may not know of them. */
function isSameCount(old: unknown, wanted: unknown, held: unknown): boolean {
  return wanted === undefined || (Array.isArray(held) ? held.length : old) === wanted;
}

function sorted(list: unknown): unknown[] {
  return Array.isArray(list) ? [...(list as unknown[])].sort() : [];
}

function byName(volumes: unknown): unknown[] {
  const named = Array.isArray(volumes) ? (volumes as { name?: string }[]) : [];
  return [...named].sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
}

/** Whether to fall back, and to come back, matters from the next launch on; it is no reason for one. */
function classOf(input: InputName, old: unknown, wanted: unknown): ChangeClass {
  if (input === "market" && canonical(bought(old)) === canonical(bought(wanted))) {
    return "in-place";
  }
  return INPUTS[input].change;
}

function bought(market: unknown): unknown {
  if (typeof market !== "object" || market === null) {
    return market;
  }
  return { ...market, fallbackToOnDemand: undefined, revertToSpot: undefined };
}
