/** The rows of the fleet view: filtered, sorted, and one page of them. (pure) */
import type { FleetMachine } from "../../cli/console/wire";
import { COLUMNS } from "./columns";
import type { FleetQuery } from "./routes";
import { STATES, urgencyOf } from "./words";

export const ROWS_A_PAGE = 100;

export interface Rows {
  /** All rows that pass the filter, sorted: what an export holds. */
  filtered: readonly FleetMachine[];
  /** The rows of the page that is shown. */
  shown: readonly FleetMachine[];
  page: number;
  pages: number;
  /** Machines of each state among those that match the text: known states first, by urgency. */
  states: readonly { state: string; count: number }[];
}

export function rowsOf(machines: Iterable<FleetMachine>, query: FleetQuery): Rows {
  const matching = [...machines].filter(matcher(query.text));
  const filtered = sorted(
    query.states.length === 0 ? matching : matching.filter((it) => query.states.includes(it.state)),
    query,
  );
  const pages = Math.max(1, Math.ceil(filtered.length / ROWS_A_PAGE));
  const page = Math.min(query.page, pages);
  return {
    filtered,
    shown: filtered.slice((page - 1) * ROWS_A_PAGE, page * ROWS_A_PAGE),
    page,
    pages,
    states: countsOf(matching, query.states),
  };
}

/** Each word of the text has to be in one of the machine's names, ids, addresses or words. */
function matcher(text: string): (machine: FleetMachine) => boolean {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((it) => it !== "");
  return (it) => {
    const haystack = words.length === 0 ? "" : searchable(it);
    return words.every((word) => haystack.includes(word));
  };
}

function searchable(it: FleetMachine): string {
  return [
    it.name,
    it.id,
    it.state,
    it.reason,
    it.market,
    it.instanceType,
    it.instanceId,
    it.networkInterfaceId,
    it.privateIp,
    ...it.secondaryPrivateIps,
    ...it.ipv6Addresses,
    it.publicIp,
    it.allocationId,
    it.availabilityZone,
    it.launchTemplateId,
  ]
    .join("\n")
    .toLowerCase();
}

const collator = new Intl.Collator("en", { numeric: true, sensitivity: "base" });

function sorted(machines: readonly FleetMachine[], { sort, isDescending }: FleetQuery): FleetMachine[] {
  const column = COLUMNS.find((it) => it.id === sort);
  const keyed = machines.map((machine) => ({ machine, key: column?.key(machine) ?? null }));
  const direction = isDescending ? -1 : 1;
  return keyed
    .sort((a, b) => compared(a.key, b.key, direction) || byName(a.machine, b.machine))
    .map((it) => it.machine);
}

function byName(a: FleetMachine, b: FleetMachine): number {
  return collator.compare(a.name, b.name) || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}

type Key = string | number | null;

function compared(a: Key, b: Key, direction: 1 | -1): number {
  if (a === null || b === null) {
    return a === b ? 0 : a === null ? 1 : -1;
  }
  const order = typeof a === "number" && typeof b === "number" ? a - b : collator.compare(String(a), String(b));
  return order * direction;
}

function countsOf(machines: readonly FleetMachine[], chosen: readonly string[]): Rows["states"] {
  const counts = new Map<string, number>(STATES.map((it) => [it, 0]));
  for (const state of [...chosen, ...machines.map((it) => it.state)]) {
    counts.set(state, counts.get(state) ?? 0);
  }
  for (const { state } of machines) {
    counts.set(state, (counts.get(state) ?? 0) + 1);
  }
  return [...counts]
    .map(([state, count]) => ({ state, count }))
    .sort((a, b) => urgencyOf(a.state) - urgencyOf(b.state));
}
