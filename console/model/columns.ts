/** The columns of the fleet's table: titles, the texts of an export, and the keys to sort by. (pure) */
import type { FleetMachine } from "../../cli/console/wire";
import { timeOf } from "./ages";
import { reasonText, urgencyOf } from "./words";

export type ColumnId =
  | "name"
  | "state"
  | "market"
  | "type"
  | "privateIp"
  | "publicIp"
  | "zone"
  | "generation"
  | "age"
  | "replaced"
  | "next"
  | "drift"
  | "id"
  | "instance"
  | "interface"
  | "ipv6";

/** Sorts before or after others of its kind; null (there is none) comes last in both directions. */
type SortKey = string | number | null;

export interface Column {
  id: ColumnId;
  title: string;
  /** Whether the column is shown unless the user chooses otherwise. */
  isDefault: boolean;
  isNumber?: boolean;
  /** The text in an export: times are ISO 8601; "" where there is none. */
  text: (machine: FleetMachine) => string;
  key: (machine: FleetMachine) => SortKey;
}

const orNull = (text: string): string | null => (text === "" ? null : text);

/** Addresses sort by their numbers: 10.0.1.9 before 10.0.1.10. */
function addressKey(address: string): string | null {
  return orNull(address.replace(/\d+/g, (it) => it.padStart(3, "0")));
}

function words(id: ColumnId, title: string, text: Column["text"], isDefault = true): Column {
  return { id, title, isDefault, text, key: (it) => orNull(text(it).toLowerCase()) };
}

export const COLUMNS: readonly Column[] = [
  words("name", "Name", (it) => it.name),
  { ...words("state", "State", (it) => it.state), key: (it) => urgencyOf(it.state) },
  words("market", "Market", (it) => it.market),
  words("type", "Type", (it) => it.instanceType),
  { ...words("privateIp", "Private IP", (it) => it.privateIp), key: (it) => addressKey(it.privateIp) },
  { ...words("publicIp", "Public IP", (it) => it.publicIp), key: (it) => addressKey(it.publicIp) },
  words("zone", "Zone", (it) => it.availabilityZone),
  {
    ...words("generation", "Gen.", (it) => String(it.generation)),
    isNumber: true,
    key: (it) => it.generation,
  },
  {
    ...words("age", "Age", (it) => it.launchedAt ?? ""),
    isNumber: true,
    // The youngest first: an age grows as the launch lies back.
    key: ({ launchedAt }) => negated(timeOf(launchedAt)),
  },
  {
    ...words("replaced", "Last replacement", ({ lastReplacement: it }) =>
      it === null ? "" : `${it.at} ${reasonText(it.reason)}`,
    ),
    key: ({ lastReplacement }) => negated(timeOf(lastReplacement?.at ?? null)),
  },
  {
    ...words("next", "Next schedule", ({ nextSchedule: it }) => (it === null ? "" : `${it.at} ${it.action}`)),
    key: ({ nextSchedule }) => timeOf(nextSchedule?.at ?? null),
  },
  {
    ...words("drift", "Drift", (it) => it.drift.join(" ")),
    key: ({ drift }) => (drift.length === 0 ? null : -drift.length),
  },
  words("id", "ID", (it) => it.id, false),
  words("instance", "Instance", (it) => it.instanceId, false),
  words("interface", "Interface", (it) => it.networkInterfaceId, false),
  words("ipv6", "IPv6", (it) => it.ipv6Addresses.join(" "), false),
];

function negated(time: number | null): number | null {
  return time === null ? null : -time;
}

/** @param chosen ids as they were kept; ids that are no column's are passed over, the name is always there */
export function columnsOf(chosen: readonly string[]): Column[] {
  return COLUMNS.filter((it) => it.id === "name" || chosen.includes(it.id));
}

export const DEFAULT_COLUMNS: readonly ColumnId[] = COLUMNS.filter((it) => it.isDefault).map((it) => it.id);
