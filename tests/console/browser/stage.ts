/**
 * A server that plays the console's: it serves the built page under the real headers, and says what a test has it say, so that a
 * page can be seen in states that take a real account hours to get into.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type {
  ApiError,
  DoctorReport,
  FleetMachine,
  FleetUpdate,
  MachineEvents,
  MachinePage,
} from "../../../cli/console/wire";
import { EVENTS, FLEET, NOW, pageOf, SESSION, updateOf } from "../samples";

const BUILT = join(__dirname, "../../../dist/console");
const ASSETS: Readonly<Record<string, readonly [file: string, type: string]>> = {
  "/": ["index.html", "text/html; charset=utf-8"],
  "/app.js": ["app.js", "text/javascript; charset=utf-8"],
  "/app.css": ["app.css", "text/css; charset=utf-8"],
  "/icon.svg": ["icon.svg", "image/svg+xml"],
};
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; require-trusted-types-for 'script'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/** The one token that opens a session. */
export const TOKEN = "good-token";

const STATUS: Readonly<Partial<Record<ApiError["error"]["code"], number>>> = {
  "bad-session": 401,
  "not-found": 404,
  throttled: 429,
  unreachable: 502,
};

export class Stage {
  session = SESSION;
  events: MachineEvents = EVENTS;
  report: DoctorReport = { checks: [], at: NOW };
  /** Pages of machines that are otherwise than the samples'. */
  readonly pages = new Map<string, MachinePage>();
  /** Paths of the API that fail, or `*` for all of them. */
  readonly failures = new Map<string, ApiError["error"]>();
  /** Paths that are never answered. */
  readonly silent = new Set<string>();
  readonly requests: string[] = [];
  private machines: readonly FleetMachine[] = FLEET;
  private last: FleetUpdate = updateOf(FLEET);
  private readonly streams = new Set<ServerResponse>();
  private readonly server: Server = createServer((request, response) => {
    this.answer(request, response);
  });

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get openStreams(): number {
    return this.streams.size;
  }

  /** @param port 0: any that is free */
  async open(port = 0): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(port, "127.0.0.1", resolve));
    return this;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  /** The fleet as it is from now on; open streams hear of all of it. */
  show(machines: readonly FleetMachine[], overrides: Partial<FleetUpdate> = {}): void {
    const gone = this.machines.filter((it) => !machines.includes(it)).map((it) => it.id);
    this.machines = machines;
    this.last = updateOf(machines, overrides);
    const kept = new Set(machines.map((it) => it.id));
    this.send("fleet", { ...this.last, gone: gone.filter((it) => !kept.has(it)) });
  }

  /** Ends the streams, as at Ctrl-C or at a lost connection. */
  drop({ bye }: { bye: boolean }): void {
    for (const stream of this.streams) {
      stream.end(bye ? "event: bye\ndata: {}\n\n" : "");
    }
  }

  private send(event: string, data: unknown): void {
    for (const stream of this.streams) {
      stream.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
    }
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = new URL(request.url ?? "/", this.url);
    this.requests.push(`${request.method ?? ""} ${pathname}`);
    response.setHeader("Content-Security-Policy", POLICY);
    const asset = ASSETS[pathname];
    if (asset !== undefined) {
      response.setHeader("Content-Type", asset[1]);
      response.end(readFileSync(join(BUILT, asset[0])));
      return;
    }
    const failure = this.failures.get(pathname) ?? this.failures.get("*");
    if (failure !== undefined) {
      fail(response, failure);
    } else if (!this.silent.has(pathname)) {
      this.play(request, response, pathname);
    }
  }

  private play(request: IncomingMessage, response: ServerResponse, path: string): void {
    if (request.method === "POST") {
      void openSession(request, response);
      return;
    }
    if (path === "/api/stream") {
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      this.streams.add(response);
      response.on("close", () => this.streams.delete(response));
      response.write(`event: fleet\ndata: ${JSON.stringify(this.last)}\n\n`);
      return;
    }
    const found = path === "/api/session" ? this.session : this.ofMachine(path);
    if (found === undefined) {
      fail(response, { code: "not-found", text: "There is no such machine." });
    } else {
      response.setHeader("Content-Type", "application/json");
      response.end(JSON.stringify(found));
    }
  }

  private ofMachine(path: string): unknown {
    const [, id, part] = /^\/api\/machines\/([^/]+)(?:\/(\w+))?$/.exec(path) ?? [];
    const machine = this.machines.find((it) => it.id === id);
    if (machine === undefined) {
      return undefined;
    }
    return part === "events"
      ? this.events
      : part === "doctor"
        ? this.report
        : (this.pages.get(machine.id) ?? pageOf(machine));
  }
}

async function openSession(request: IncomingMessage, response: ServerResponse): Promise<void> {
  let body = "";
  for await (const chunk of request) {
    body += String(chunk);
  }
  if (body === JSON.stringify({ token: TOKEN })) {
    response.writeHead(204).end();
  } else {
    fail(response, { code: "bad-session", text: "This address was used already, or is older than 60 s." });
  }
}

function fail(response: ServerResponse, error: ApiError["error"]): void {
  response.writeHead(STATUS[error.code] ?? 500, { "Content-Type": "application/json" });
  response.end(JSON.stringify({ error }));
}
