import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { scaledClock } from "./clock";
import { control, isControlPath, type ControlContext } from "./control";
import { ConnectionReset } from "./faults";
import { Ec2Simulator, type SimReply } from "./simulator";
import { StateFile } from "./state-file";
import { renderError } from "./wire/xml";

export interface ServerOptions {
  /** 0 takes any free port. */
  port: number;
  /** Loopback only: whoever reaches the simulator can do anything with it. */
  host?: string;
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

const LOOPBACK = ["127.0.0.1", "localhost"];

/** EC2's own limit on a request is far below this. */
const MAX_BODY = 1_048_576;

export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { port, host = "127.0.0.1", timeScale = 1, seed } = options;
  if (!LOOPBACK.includes(host)) {
    throw new Error(`The EC2 simulator listens on 127.0.0.1 only, not on ${host}: it asks nobody who they are.`);
  }
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
  const server = createServer(listener({ simulator, clock }, timeScale));
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    simulator,
    close: async () => {
      await closed(server);
      file?.write(simulator.snapshot());
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
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
  const body = await bodyOf(request);
  const path = (request.url ?? "/").split("?")[0] ?? "/";
  if (isControlPath(path)) {
    send(response, control(context, { method: request.method ?? "GET", path, body }));
    return;
  }
  const latency = context.simulator.faults.latency(new URLSearchParams(body).get("Action") ?? "");
  if (latency > 0) await elapse(latency / timeScale);
  send(response, context.simulator.handle({ body, headers: headersOf(request) }));
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
  // A GET carries its parameters in the address, as EC2 takes them too.
  return chunks.length > 0 ? Buffer.concat(chunks).toString() : ((request.url ?? "").split("?")[1] ?? "");
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
