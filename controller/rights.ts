/** Rights that the credentials lack: each is told once, with what is left undone without it. */
import { rightNamedIn } from "../provider/ec2/denial";
import type { Ec2 } from "../provider/ec2/ec2";
import { type Ec2Error, explain, isUnauthorized } from "../provider/ec2/errors";

export interface MissingRight {
  right: string;
  /** The work that stays undone without the right, as the end of "without …: ". */
  costs: string;
  error: Ec2Error;
}

/** @returns undefined where `error` is about something else */
export function missingRight(error: unknown, costs: string): MissingRight | undefined {
  if (!isUnauthorized(error)) {
    return undefined;
  }
  const denied = error as Ec2Error;
  return { right: rightNamedIn(denied.said) ?? `ec2:${denied.action}`, costs, error: denied };
}

/** Notes a missing right, and goes on with `instead`; every other error is thrown on. */
export async function orWithout<T>(
  work: Promise<T>,
  { costs, instead, missing }: { costs: string; instead: T; missing: MissingRight[] },
): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const lost = missingRight(error, costs);
    if (lost === undefined) {
      throw error;
    }
    missing.push(lost);
    return instead;
  }
}

/** The work that is not done without the right to each call of a tick. */
export const COSTS = {
  listing: "no machine is looked after",
  look: "nothing is done to a machine whose look needs it",
  events: "events about instances are passed over, and only ticks find what happened",
  health: "nobody judges status checks; all else goes on",
  addresses: "nothing is done to machines with an Elastic IP; those without one are looked after",
  volumes:
    "no machine is launched, replaced, started, stopped or paused, since its data volumes are not known; those that run are watched",
  schedules: "no schedule is followed, since that has to be put on record first; all else goes on",
  history: "what was done is not on record, so that `status` does not show it, and more may be tried than needed",
} as const;

/**
 * An EC2 for a look that goes on where the credentials may not see a part of the machine; the caller must not act on what it did not
 * see.
 */
export function seeing(ec2: Ec2, missing: MissingRight[], parts: readonly ("addresses" | "volumes")[]): Ec2 {
  const look = Object.create(ec2) as Ec2;
  if (parts.includes("addresses")) {
    look.describeAddresses = (filters) =>
      orWithout(ec2.describeAddresses(filters), { costs: COSTS.addresses, instead: [], missing });
  }
  if (parts.includes("volumes")) {
    look.describeVolumes = (filters) =>
      orWithout(ec2.describeVolumes(filters), { costs: COSTS.volumes, instead: [], missing });
  }
  return look;
}

/** Whether only a change shows that the right is back: a look cannot tell. */
export function isOfDeed({ costs }: MissingRight): boolean {
  return costs === COSTS.schedules || costs === COSTS.history;
}

/** Tells of rights: once that a right is missing, and once that it is back. */
export class ToldRights {
  private readonly told = new Map<string, MissingRight>();

  /** @returns the rights that are news, each as a sentence */
  lost(missing: readonly MissingRight[]): string[] {
    return missing.flatMap((it) => {
      if (this.told.has(it.right)) {
        return [];
      }
      this.told.set(it.right, it);
      return [`without the right ${it.right}: ${it.costs}. ${explain(it.error)}`];
    });
  }

  /** @param missing the rights that a look at all machines lacked */
  back(missing: readonly MissingRight[]): string[] {
    return this.forget((it) => !isOfDeed(it) && !missing.some(({ right }) => right === it.right));
  }

  /** Notes that something was done, and no right was missing. */
  wentWell(): string[] {
    return this.forget(isOfDeed);
  }

  private forget(isBack: (told: MissingRight) => boolean): string[] {
    const back = [...this.told.values()].filter(isBack).map((it) => it.right);
    back.forEach((it) => this.told.delete(it));
    return back.map((it) => `the right ${it} is not missing any more`);
  }
}
