/** The address of a view, behind the `#` of the page's URL, with how the table is filtered and sorted. (pure) */

export const COLUMNS = [
  "name",
  "state",
  "market",
  "instanceType",
  "privateIp",
  "publicIp",
  "availabilityZone",
  "generation",
  "launchedAt",
  "lastReplacement",
  "nextSchedule",
  "drift",
] as const;
export type Column = (typeof COLUMNS)[number];

export interface FleetRoute {
  view: "fleet";
  /** The text that a row has to have. */
  search: string;
  /** The state that a row has to have; empty: any. */
  state: string;
  sort: Column;
  isDescending: boolean;
  /** From 1. */
  page: number;
}

interface MachineRoute {
  view: "machine";
  id: string;
}

export type Route = FleetRoute | MachineRoute;

export const ALL: FleetRoute = { view: "fleet", search: "", state: "", sort: "name", isDescending: false, page: 1 };

/** Reads an address; one that nobody of ours wrote is that of the whole fleet. */
export function routeOf(hash: string): Route {
  const [path = "", words = ""] = hash.replace(/^#/, "").split("?");
  const [, id] = /^\/machines\/(mi-[0-9a-f]+)$/.exec(path) ?? [];
  if (id !== undefined) {
    return { view: "machine", id };
  }
  const query = new URLSearchParams(words);
  const asked = (name: string): string => query.get(name) ?? "";
  const sort = COLUMNS.find((it) => it === asked("sort").replace(/^-/, ""));
  const page = Number(asked("page"));
  return {
    ...ALL,
    search: asked("q"),
    state: asked("state"),
    sort: sort ?? ALL.sort,
    isDescending: sort !== undefined && asked("sort").startsWith("-"),
    page: Number.isSafeInteger(page) && page > 0 ? page : 1,
  };
}

/** Only what differs from the whole fleet is in the address. */
export function hashOf(route: Route): string {
  if (route.view === "machine") {
    return `#/machines/${route.id}`;
  }
  const query = new URLSearchParams();
  if (route.search !== "") {
    query.set("q", route.search);
  }
  if (route.state !== "") {
    query.set("state", route.state);
  }
  if (route.sort !== ALL.sort || route.isDescending) {
    query.set("sort", `${route.isDescending ? "-" : ""}${route.sort}`);
  }
  if (route.page !== 1) {
    query.set("page", String(route.page));
  }
  const text = query.toString();
  return text === "" ? "#/" : `#/?${text}`;
}
