/** The console's server in this process, with an account behind it or nothing, and requests as raw as a hostile one may be. */
import { connect as connectSocket } from "node:net";
import type { Connection } from "../../../cli/connection";
import { connect } from "../../../cli/connection";
import { Api } from "../../../cli/console/api";
import type { Asset } from "../../../cli/console/assets";
import { Fleet } from "../../../cli/console/fleet";
import { Poller } from "../../../cli/console/poller";
import { ConsoleServer } from "../../../cli/console/server";
import { CALLER } from "../../local/ec2/support";
import type { Stack } from "../../provider/support";

/** Never called: the simulator is in this process. */
const NOT_AWS = "http://127.0.0.1:1";
const ASSETS: ReadonlyMap<string, Asset> = new Map([
  ["/", { type: "text/html; charset=utf-8", content: Buffer.from("<!doctype html>the page") }],
  ["/app.js", { type: "text/javascript; charset=utf-8", content: Buffer.from("run()") }],
]);

export interface Served {
  server: ConsoleServer;
  fleet: Fleet;
  port: number;
  /** Lets time pass for the one-time token. */
  pass(ms: number): void;
  close(): Promise<void>;
}

export function connectionOf(account: Pick<Stack, "simulator" | "clock">): Promise<Connection> {
  const { simulator, clock } = account;
  const terminal = {
    print: () => undefined,
    complain: () => undefined,
    isInteractive: false,
    hasColour: false,
    columns: 120,
    confirm: () => Promise.resolve(false),
    interrupted: new AbortController().signal,
  };
  const around = {
    clock: {
      now: () => clock.now(),
      sleep: async (ms: number): Promise<void> => {
        clock.advance(ms);
        await new Promise(setImmediate);
      },
    },
    client: { requestHandler: simulator.requestHandler(), ...CALLER, random: (): number => 0.5 },
  };
  return connect({ terminal, around }, { region: "us-east-1", endpoint: NOT_AWS, color: false });
}

export async function served(account: Pick<Stack, "simulator" | "clock">): Promise<Served> {
  const connection = await connectionOf(account);
  const fleet = new Fleet({ ...connection, isPatchy: true }, connection.clock, 10);
  const poller = new Poller(fleet);
  const api = new Api(connection, fleet, { region: "us-east-1", endpoint: NOT_AWS, color: false });
  let passed = 0;
  const clock = { now: () => passed };
  const server = new ConsoleServer({ assets: ASSETS, api, fleet, poller, clock });
  await server.listen(0);
  return {
    server,
    fleet,
    port: server.port,
    pass: (ms) => {
      passed += ms;
    },
    close: async () => {
      poller.close();
      await server.close();
    },
  };
}

export interface Answer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

export interface Raw {
  method?: string;
  target?: string;
  /** In this order and this spelling; a value of undefined leaves the header out. */
  headers?: Record<string, string | undefined>;
  /** Lines as they are, for what no object can say. */
  lines?: string[];
  body?: string;
}

/** A request as it is written, by a browser of the page unless something is said otherwise. */
export function asked(
  port: number,
  { method = "GET", target = "/", headers = {}, lines = [], body }: Raw,
): Promise<Answer> {
  const all: Record<string, string | undefined> = { Host: `127.0.0.1:${port}`, ...headers };
  const head = [
    `${method} ${target} HTTP/1.1`,
    ...Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}`])),
    ...lines,
    ...(body === undefined ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
    "Connection: close",
  ];
  return new Promise((resolve, reject) => {
    const socket = connectSocket(port, "127.0.0.1", () => socket.write(`${head.join("\r\n")}\r\n\r\n${body ?? ""}`));
    let text = "";
    socket.setEncoding("utf8");
    socket.on("data", (it: string) => (text += it));
    socket.on("error", reject);
    socket.on("close", () => {
      resolve(answerIn(text));
    });
  });
}

function answerIn(text: string): Answer {
  const end = text.indexOf("\r\n\r\n");
  const [first = "", ...lines] = text.slice(0, end).split("\r\n");
  const headers = Object.fromEntries(
    lines.map((it) => [it.slice(0, it.indexOf(":")).toLowerCase(), it.slice(it.indexOf(":") + 1).trim()]),
  );
  return { status: Number(first.split(" ")[1]), headers, body: text.slice(end + 4) };
}

export const OWN = { "X-Managed-Instance": "console", "Sec-Fetch-Site": "same-origin" };

/** Begins a session with the one-time token, as the page does. */
export async function cookieFrom({ server, port }: Served): Promise<string> {
  const token = new URL(server.link).hash.replace("#token=", "");
  const { headers } = await begin(port, token);
  return headers["set-cookie"]?.split(";")[0] ?? "";
}

export function begin(port: number, token: unknown, more: Record<string, string | undefined> = {}): Promise<Answer> {
  return asked(port, {
    method: "POST",
    target: "/api/session",
    headers: { ...OWN, "Content-Type": "application/json", ...more },
    body: JSON.stringify({ token }),
  });
}
