/**
 * Which requests are answered at all: those of the console's own page, in the browser that opened it. Any page that the browser shows can send
 * requests to this port, and any name can be made to point to 127.0.0.1 (docs/security.md, "The console"). (pure)
 */
import type { IncomingHttpHeaders } from "node:http";
import { Refusal } from "./refusal";
import type { OwnHeader } from "./wire";

/** A request, as far as the gate looks at it. */
export interface Knock {
  method: string;
  /** The target as it came. */
  target: string;
  headers: IncomingHttpHeaders;
  /** All values of the header `Host`: Node's `headers` has the first alone. */
  hosts: readonly string[];
}

const OWN_HEADER: OwnHeader = "x-managed-instance";
const OWN_VALUE = "console";
const STREAM = "/api/stream";
const METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "POST"]);

/**
 * Lets a request pass, or refuses it.
 *
 * @returns its path, normalised as a browser does it, which is the only one that routes are matched on
 * @throws Refusal
 */
export function admit(knock: Knock, port: number): string {
  requireHost(knock.hosts, port);
  const path = pathOf(knock.target);
  if (!METHODS.has(knock.method)) {
    throw new Refusal(405, "bad-request", `${knock.method} is not answered here.`);
  }
  requireOrigin(knock.headers, port);
  if (isApi(path)) {
    requireOwnPage(knock, path);
  }
  return path;
}

export function isApi(path: string): boolean {
  return path === "/api" || path.startsWith("/api/");
}

/** The names of this server. Another name that points here is somebody's who wants to read the answers. */
function ownHosts(port: number): string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`];
}

function requireHost(hosts: readonly string[], port: number): void {
  const [host, ...others] = hosts;
  if (host === undefined || others.length > 0 || !ownHosts(port).includes(host)) {
    throw new Refusal(421, "forbidden", `This server is http://127.0.0.1:${port}, and answers to no other name.`);
  }
}

function requireOrigin({ origin }: IncomingHttpHeaders, port: number): void {
  if (origin !== undefined && !ownHosts(port).some((it) => origin === `http://${it}`)) {
    throw new Refusal(403, "forbidden", "Pages of other origins are not answered.");
  }
}

function requireOwnPage({ method, headers }: Knock, path: string): void {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin") {
    throw new Refusal(403, "forbidden", "Only the console's own page is answered.");
  }
  if (path !== STREAM && headers[OWN_HEADER] !== OWN_VALUE) {
    throw new Refusal(403, "forbidden", `The header ${OWN_HEADER}: ${OWN_VALUE} is missing.`);
  }
  if (method === "POST" && !/^application\/json *(;|$)/i.test(headers["content-type"] ?? "")) {
    throw new Refusal(415, "bad-request", "The body has to be application/json.");
  }
}

/** @throws Refusal for a target that is no path of this server */
function pathOf(target: string): string {
  const whole = `http://127.0.0.1${target}`;
  if (!target.startsWith("/") || !URL.canParse(whole)) {
    throw new Refusal(400, "bad-request", "The target of the request has to be a path.");
  }
  const { hostname, pathname } = new URL(whole);
  if (hostname !== "127.0.0.1" || pathname.includes("//")) {
    throw new Refusal(400, "bad-request", "The target of the request has to be a path.");
  }
  return pathname;
}

/** The value of a cookie, of which a browser sends all that belong to the host, whatever the port. */
export function cookieOf({ cookie = "" }: IncomingHttpHeaders, name: string): string | undefined {
  const pair = cookie.split(";").find((it) => it.trim().startsWith(`${name}=`));
  return pair?.slice(pair.indexOf("=") + 1).trim();
}
