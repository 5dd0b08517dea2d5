import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { scaledClock } from "../clock";
import { control, isControlPath } from "../control";
import type { ControlContext } from "../control/requests";
import { streamEvents } from "../control/event-stream";
import { EventTargets } from "../control/event-targets";
import { ConnectionReset, NoReply } from "../conditions/faults";
import { isLoopback } from "./loopback";
import type { SimReply } from "./messages";
import { Ec2Simulator } from "../simulator";
import { StateFile } from "../state-file";
import { renderError } from "../wire/xml";

export interface ServerOptions {
  /** 0 takes any free port. */
  port: number;
  /** Loopback, unless `allowRemote` says so again: whoever reaches the simulator can do anything with it. */
  host?: string;
  allowRemote?: boolean;
  /** How many times as fast as real time; 1 where it is not given. */
  timeScale?: number;
  /** Where the account is kept over restarts. */
  stateFile?: string;
  seed?: number;
}

export interface RunningServer {
  url: string;
  simulator: Ec2Simulator;
  close(): Promise<void>;
}

/** EC2's own limit on a request is far below this. */
const MAX_BODY = 1_048_576;

/** How often to see what happened by itself, while somebody wants to be told. */
const LOOK_MS = 50;

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, host = "127.0.0.1", timeScale = 1, seed } = options;
  checkHost(host, options.allowRemote ?? false);
  if (!(timeScale > 0)) throw new Error(`The time scale must be a number above 0, not ${timeScale}.`);
  const file = options.stateFile === undefined ? undefined : new StateFile(options.stateFile);
  const saved = file?.read();
  // Simulated time never goes back: a scaled clock may have run ahead of the real one.
  const clock = scaledClock(timeScale, Math.max(Date.now(), saved?.now ?? 0));
  const simulator = new Ec2Simulator({ clock, seed });
  if (saved !== undefined) simulator.restore(saved);
  // At once, so that a file that cannot be written is known before anybody relies on it.
  file?.write(simulator.snapshot());
  simulator.onChange(() => file?.writeSoon(() => simulator.snapshot()));
  const targets = new EventTargets();
  simulator.events.subscribe(({ event }) => {
    targets.send(event);
  });
  const server = createServer(listener({ simulator, clock, targets }, timeScale));
  await listen(server, port, host);
  // Whoever waits for an event makes no call that would let it happen.
  const looking = setInterval(() => {
    simulator.catchUp();
  }, LOOK_MS).unref();
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    simulator,
    close: async () => {
      clearInterval(looking);
      await closed(server);
      file?.write(simulator.snapshot());
    },
  };
}

function checkHost(host: string, allowRemote: boolean): void {
  if (isLoopback(host) || allowRemote) return;
  throw new Error(
    `The EC2 simulator listens on 127.0.0.1 only, not on ${host}: it asks nobody who they are. Who wants that all the same says --allow-remote too.`,
  );
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve();
    });
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => {
      resolve();
    });
    server.closeAllConnections();
  });
}

function listener(context: ControlContext, timeScale: number) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    respond(context, timeScale, { request, response }).catch((error: unknown) => {
      // Whoever is not answered waits until they give up.
      if (error instanceof NoReply) return;
      if (error instanceof ConnectionReset) request.socket.destroy();
      else send(response, internalError(error));
    });
  };
}

interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

async function respond(context: ControlContext, timeScale: number, { request, response }: Exchange): Promise<void> {
  const { pathname: path, searchParams: query } = new URL(request.url ?? "/", "http://simulator");
  const { method = "GET" } = request;
  const body = await bodyOf(request);
  if (method === "GET" && path === "/_sim/events") {
    streamEvents(context.simulator, response, { query, accept: request.headers.accept ?? "" });
  } else if (isControlPath(path)) {
    send(response, control(context, { method, path, body }));
  } else {
    const sleep = (ms: number) => elapse(ms / timeScale);
    // A GET carries its parameters in the address, as EC2 takes them too.
    const asked = { body: body === "" ? query.toString() : body, headers: headersOf(request) };
    send(response, await context.simulator.serve(asked, sleep));
  }
}

function elapse(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > MAX_BODY) throw new ConnectionReset();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function headersOf(request: IncomingMessage): Record<string, string> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(", ") : (value ?? ""),
    ]),
  );
}

function internalError(error: unknown): SimReply {
  const message = error instanceof Error ? error.message : String(error);
  const body = renderError("InternalError", `The simulator failed: ${message}`, "00000000-0000-0000-0000-000000000000");
  return { status: 500, headers: { "content-type": "text/xml;charset=UTF-8" }, body };
}

function send(response: ServerResponse, { status, headers, body }: SimReply): void {
  response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
  response.end(body);
}
