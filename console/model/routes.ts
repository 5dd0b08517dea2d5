/** The page's views as hashes of its URL, so that the server has one page only. (pure) */
import { COLUMNS, type ColumnId } from "./columns";

/** The choice of rows in the fleet view; it stands in the hash, so that a view can be shared and reloaded. */
export interface FleetQuery {
  text: string;
  /** States to show; none: all. */
  states: readonly string[];
  sort: ColumnId;
  isDescending: boolean;
  /** Counted from 1. */
  page: number;
}

export type Route =
  | { view: "fleet"; query: FleetQuery }
  | { view: "machine"; id: string }
  /** A one-time token from the URL that the command printed. */
  | { view: "token"; token: string }
  | { view: "unknown"; hash: string };

export const ALL: FleetQuery = { text: "", states: [], sort: "name", isDescending: false, page: 1 };

const MOST_TEXT = 200;
/** Ids are not trusted: only these characters reach a path of the server. */
const ID = /^[A-Za-z0-9-]{1,64}$/;

export function routeOf(hash: string): Route {
  const [, rest = ""] = /^#?(.*)$/s.exec(hash) ?? [];
  if (rest.startsWith("token=")) {
    return { view: "token", token: rest.slice("token=".length) };
  }
  const [path = "", search = ""] = rest.split(/\?(.*)/s);
  if (path === "" || path === "/") {
    return { view: "fleet", query: queryOf(new URLSearchParams(search)) };
  }
  const [, id = ""] = /^\/machines\/([^/]+)$/.exec(path) ?? [];
  return ID.test(id) ? { view: "machine", id } : { view: "unknown", hash };
}

function queryOf(params: URLSearchParams): FleetQuery {
  const sort = COLUMNS.find((it) => it.id === params.get("sort"))?.id ?? ALL.sort;
  const page = Number(params.get("page"));
  return {
    text: (params.get("q") ?? "").slice(0, MOST_TEXT),
    states: (params.get("state") ?? "").split(",").filter((it) => it !== ""),
    sort,
    isDescending: params.get("order") === "desc",
    page: Number.isSafeInteger(page) && page >= 1 ? page : 1,
  };
}

/** The hash of the fleet view; what is as by default is left out. */
export function fleetHash({ text, states, sort, isDescending, page }: FleetQuery): string {
  const params = new URLSearchParams();
  const put = (name: string, value: string, isDefault: boolean): void => {
    if (!isDefault) {
      params.set(name, value);
    }
  };
  put("q", text, text === "");
  put("state", states.join(","), states.length === 0);
  put("sort", sort, sort === ALL.sort);
  put("order", "desc", !isDescending);
  put("page", String(page), page === 1);
  const search = params.toString();
  return search === "" ? "#/" : `#/?${search}`;
}

export function machineHash(id: string): string {
  return `#/machines/${encodeURIComponent(id)}`;
}
