/** The rows of the table: which, and in which order. (pure) */
import type { FleetMachine } from "../cli/console/wire";
import type { Column, FleetRoute } from "./route";

const PAGE_ROWS = 100;

/** The text of a cell as it is filtered, sorted and exported. */
export function cellText(machine: FleetMachine, column: Column): string {
  switch (column) {
    case "generation":
      return String(machine.generation);
    case "launchedAt":
      return machine.launchedAt ?? "";
    case "lastReplacement":
      return machine.lastReplacement === null ? "" : `${machine.lastReplacement.at} ${machine.lastReplacement.reason}`;
    case "nextSchedule":
      return machine.nextSchedule === null ? "" : `${machine.nextSchedule.at} ${machine.nextSchedule.action}`;
    case "drift":
      return machine.drift.join("; ");
    default:
      return machine[column];
  }
}

/** The machines that the route asks for, in its order: all of them, of which a page shows some. */
export function rowsOf(machines: Iterable<FleetMachine>, route: FleetRoute): FleetMachine[] {
  const wanted = route.search.trim().toLowerCase();
  const rows = [...machines].filter(
    (it) => (route.state === "" || it.state === route.state) && (wanted === "" || haystack(it).includes(wanted)),
  );
  const sign = route.isDescending ? -1 : 1;
  return rows.sort((a, b) => sign * compared(a, b, route.sort) || ordered(a.id, b.id));
}

/** Everything by which somebody may look for a machine: its ids and addresses, also those that have no column. */
function haystack(machine: FleetMachine): string {
  return [
    machine.name,
    machine.id,
    machine.state,
    machine.reason,
    machine.instanceId,
    machine.instanceType,
    machine.market,
    machine.networkInterfaceId,
    machine.privateIp,
    ...machine.secondaryPrivateIps,
    ...machine.ipv6Addresses,
    machine.publicIp,
    machine.allocationId,
    machine.availabilityZone,
    ...machine.drift,
  ]
    .join("\n")
    .toLowerCase();
}

/** Numbers in names and addresses count as numbers. */
const COLLATOR = new Intl.Collator("en", { numeric: true });

function compared(a: FleetMachine, b: FleetMachine, column: Column): number {
  const [one, other] = [cellText(a, column), cellText(b, column)];
  // An empty cell says nothing, and comes last.
  return Number(one === "") - Number(other === "") || COLLATOR.compare(one, other);
}

function ordered(a: string, b: string): number {
  return a < b ? -1 : 1;
}

export function pageOf(rows: readonly FleetMachine[], page: number): readonly FleetMachine[] {
  return rows.slice((page - 1) * PAGE_ROWS, page * PAGE_ROWS);
}

export function pagesOf(rows: readonly unknown[]): number {
  return Math.max(1, Math.ceil(rows.length / PAGE_ROWS));
}
