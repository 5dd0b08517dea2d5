/** How long each address was dark: EC2's own part, the time in which something was missing, and the rest, which is the controller's. */
import type { Ending } from "../../../local/ec2/model/ledger";
import { USUAL } from "../../../provider/ec2/expectations";
import type { Account } from "./account";
import { MINUTE, SECOND } from "./time";
import type { Machine } from "./machine";
import { minus, type Span, total } from "./spans";

export interface Outage {
  machine: string;
  from: number;
  to: number;
  cause: string;
  /** In milliseconds. */
  length: number;
  /** EC2's own part: ends, starts, launches, detachments. */
  ofEc2: number;
  /** The time that EC2 usually takes for that. */
  usual: number;
  /** In which a right, a reply, capacity or the controller itself was missing. */
  missing: number;
  /** In which nobody had to bring it up: a new generation's grace, the program's least interval, a user who comes back to a failed `up`. */
  granted: number;
  rest: number;
  /** The most that the rest may be. */
  bound: number;
}

/** EC2's work that is in no instance's own history: how long at most, and usually. */
const HOLDS: Readonly<Partial<Record<Ending, { ms: number; usual: number }>>> = {
  detached: { ms: 10 * SECOND, usual: USUAL.detach.typical },
  rebooted: { ms: 90 * SECOND, usual: USUAL.launch.typical },
};
/** A refused try is repeated after at most so long. */
const BACK_OFF_MS = 10 * MINUTE;
/** Calls, and looks at what EC2 does. */
const SLACK_MS = 60 * SECOND;

export function outagesOf(account: Account, looksWithinMs: number): Outage[] {
  const { privateIps, events } = account.simulator.timeline();
  const worksOf = works(account, events);
  return account.fleet.machines.flatMap((machine) => {
    const { tenures = [] } = privateIps[machine.privateIp] ?? {};
    return tenures.flatMap((tenure, index) => {
      const next = tenures[index + 1];
      const dark = tenure.to === null ? undefined : { from: tenure.to, to: next?.from ?? account.now() };
      return dark === undefined || dark.to <= dark.from
        ? []
        : outageOf(account, machine, {
            dark,
            works: worksOf.get(machine.id) ?? [],
            ending: tenure.endedBy,
            looksWithinMs,
          });
    });
  });
}

interface Dark {
  dark: Span;
  works: readonly Work[];
  ending: Ending | null;
  looksWithinMs: number;
}

function outageOf(account: Account, machine: Machine, { dark, works: all, ending, looksWithinMs }: Dark): Outage[] {
  const wanted = minus([dark], machine.paused);
  // A pause is no outage, nor are the first moments of an instance that is launched as it ends.
  const isOfPause = machine.paused.some((it) => it.from <= dark.from + SECOND && it.to >= dark.from);
  if (total(wanted) === 0 || (isOfPause && machine.paused.some((it) => it.to >= dark.to))) {
    return [];
  }
  const done = all.filter((it) => it.from < dark.to && it.to > dark.from);
  const hold = HOLDS[ending ?? "interrupted"] ?? { ms: 0, usual: 0 };
  const held = [{ from: dark.from, to: Math.min(dark.to, dark.from + hold.ms) }];
  const withoutEc2 = minus(wanted, [...done, ...held]);
  const missing = account.weather.missing.filter((it) => it.from < dark.to && it.to > dark.from);
  const withoutMissing = minus(withoutEc2, missing);
  const withoutGrants = minus(withoutMissing, machine.granted);
  const rest = total(withoutGrants);
  const wasMissing = account.weather.missing.some((it) => it.from < dark.to && it.to > dark.from - 2 * BACK_OFF_MS);
  return [
    {
      machine: machine.name,
      ...dark,
      cause: isOfPause ? "a pause that ends" : causeOf(machine, dark.from),
      length: total(wanted),
      ofEc2: total(wanted) - total(withoutEc2),
      usual: done.reduce((sum, it) => sum + it.usual, hold.usual),
      missing: total(withoutEc2) - total(withoutMissing),
      granted: total(withoutMissing) - rest,
      rest,
      bound: looksWithinMs + SLACK_MS + (wasMissing ? BACK_OFF_MS : 0),
    },
  ];
}

/** One thing that EC2 did with an instance, and how long that usually takes. */
interface Work extends Span {
  usual: number;
}

type Milestone = ReturnType<Account["simulator"]["timeline"]>["events"][number];

/** EC2's work on each machine's instances. */
function works(account: Account, events: readonly Milestone[]): Map<string, Work[]> {
  const begun = new Map<string, Milestone>();
  const found = new Map<string, Work[]>();
  for (const milestone of events) {
    const { instanceId, time, event } = milestone;
    const begin = begun.get(instanceId);
    if (begin !== undefined && event !== "interruption-notice") {
      const machine = account.owners.get(instanceId) ?? "";
      const usual = USUAL[event === "stopped" ? "stop" : isComing(begin) ? "launch" : "shutdown"].typical;
      found.set(machine, [...(found.get(machine) ?? []), { from: begin.time, to: time, usual }]);
      begun.delete(instanceId);
    }
    if (isComing(milestone) || event === "shutdown-requested" || event === "interrupted") {
      begun.set(instanceId, milestone);
    }
  }
  return found;
}

function isComing({ event }: Milestone): boolean {
  return event === "launched" || event === "started";
}

function causeOf({ causes }: Machine, from: number): string {
  const last = causes.findLast((it) => it.at <= from + SECOND && it.at > from - 45 * MINUTE);
  return last?.cause ?? "the controller";
}
