import type { Ending, Interval, Milestone } from "./model/ledger";

/** One instance behind one address, from when it was running to when it was told to go, in simulated milliseconds. */
interface Tenure {
  instanceId: string;
  networkInterfaceId: string;
  from: number;
  to: number | null;
  /** "shutdown-requested" is where the retirement of the instance began. */
  endedBy: Ending | null;
}

/** A time in which nobody was behind the address, between two who were. */
interface Outage {
  from: number;
  to: number;
  seconds: number;
}

interface AddressHistory {
  tenures: Tenure[];
  outages: Outage[];
}

export interface Timeline {
  now: number;
  privateIps: Record<string, AddressHistory>;
  publicIps: Record<string, AddressHistory>;
  events: Milestone[];
}

export function timelineOf(
  now: number,
  saved: { intervals: readonly Interval[]; milestones: readonly Milestone[] },
): Timeline {
  return {
    now,
    privateIps: historiesOf(saved.intervals.filter(({ kind }) => kind === "private")),
    publicIps: historiesOf(saved.intervals.filter(({ kind }) => kind === "public")),
    events: saved.milestones.map((milestone) => ({ ...milestone })),
  };
}

function historiesOf(intervals: readonly Interval[]): Record<string, AddressHistory> {
  const byAddress = new Map<string, Tenure[]>();
  for (const { address, instanceId, networkInterfaceId, from, to, endedBy } of intervals) {
    const tenures = byAddress.get(address) ?? [];
    tenures.push({ instanceId, networkInterfaceId, from, to, endedBy });
    byAddress.set(address, tenures);
  }
  const histories = [...byAddress].map(
    ([address, tenures]) => [address, { tenures, outages: outagesOf(tenures) }] as const,
  );
  return Object.fromEntries(histories);
}

function outagesOf(tenures: readonly Tenure[]): Outage[] {
  return tenures.slice(1).flatMap((next, index) => {
    const from = tenures[index]?.to ?? null;
    return from === null || next.from <= from ? [] : { from, to: next.from, seconds: (next.from - from) / 1000 };
  });
}
