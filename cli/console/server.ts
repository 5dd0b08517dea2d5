/** The console's server: 127.0.0.1 alone, one page, and its API behind the gate. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../provider/kit/clock";
import type { Api } from "./api";
import type { Asset } from "./assets";
import type { Fleet } from "./fleet";
import { admit, cookieOf, isApi } from "./gate";
import { SAFE_HEADERS } from "./headers";
import type { Poller } from "./poller";
import { Refusal } from "./refusal";
import { Sessions } from "./session";
import { Streams } from "./streams";
import type { ApiError } from "./wire";

const HOST = "127.0.0.1";
const MOST_BODY_BYTES = 64 * 1024;
const LIMITS = {
  // A missing name is the gate's to refuse, with the answer for a wrong one.
  requireHostHeader: false,
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
};
/** Browsers keep six each. */
const MOST_CONNECTIONS = 256;

export class ConsoleServer {
  private readonly server: Server;
  private readonly sessions: Sessions;
  private readonly streams = new Streams();

  constructor(
    private readonly parts: {
      assets: ReadonlyMap<string, Asset>;
      api: Pick<Api, "answer">;
      fleet: Fleet;
      poller: Pick<Poller, "watch">;
      clock: Pick<Clock, "now">;
    },
  ) {
    this.sessions = new Sessions(parts.clock);
    this.server = createServer(LIMITS, (request, response) => void this.handle(request, response));
    this.server.maxConnections = MOST_CONNECTIONS;
    parts.fleet.listen((update) => {
      this.streams.send(update);
    });
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** The link that begins the session, once. What follows `#` is sent to nobody. */
  get link(): string {
    return `http://${HOST}:${this.port}/#token=${this.sessions.token}`;
  }

  /** @param port 0: any that is free */
  listen(port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(port, HOST, () => {
        this.server.off("error", reject);
        resolve();
      });
    });
  }

  async close(): Promise<void> {
    this.streams.close();
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let path = "";
    try {
      const { method = "", url: target = "", headers } = request;
      path = admit({ method, target, headers, hosts: hostsOf(request) }, this.port);
      await (isApi(path) ? this.handleApi(path, request, response) : this.sendAsset(path, request, response));
    } catch (error) {
      sendRefusal(response, error, isApi(path));
    }
  }

  private sendAsset(path: string, { method }: IncomingMessage, response: ServerResponse): Promise<void> {
    const asset = this.parts.assets.get(path);
    if (asset === undefined) {
      throw new Refusal(404, "not-found", "There is nothing of this name.");
    }
    if (method === "POST") {
      throw new Refusal(405, "bad-request", "POST is not answered here.");
    }
    send(response, 200, asset.type, method === "HEAD" ? undefined : asset.content);
    return Promise.resolve();
  }

  private async handleApi(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (path === "/api/session" && request.method === "POST") {
      const cookie = this.sessions.begin(tokenIn(await bodyOf(request)));
      const kept = `${this.cookieName}=${cookie}; HttpOnly; SameSite=Strict; Path=/`;
      response.writeHead(204, { ...SAFE_HEADERS, "Set-Cookie": kept }).end();
      return;
    }
    if (!this.sessions.has(cookieOf(request.headers, this.cookieName))) {
      throw new Refusal(
        401,
        "bad-session",
        "This browser has no session. Run `managed-instance console` again, and open the link that it prints.",
      );
    }
    if (request.method !== "GET") {
      throw new Refusal(405, "bad-request", `${request.method ?? ""} is not answered here.`);
    }
    if (path === "/api/stream") {
      this.beginStream(response);
      return;
    }
    sendJson(response, 200, await this.parts.api.answer(path));
  }

  private beginStream(response: ServerResponse): void {
    const { fleet, poller } = this.parts;
    this.streams.begin(response, SAFE_HEADERS);
    this.streams.send(fleet.whole, [response]);
    response.on("close", poller.watch());
  }

  /** A browser sends the cookies of one host to each of its ports. */
  private get cookieName(): string {
    return `managed-instance-${this.port}`;
  }
}

/** Node keeps the first of several alone. */
function hostsOf({ rawHeaders }: IncomingMessage): string[] {
  return rawHeaders.filter((_, at) => at % 2 === 1 && rawHeaders[at - 1]?.toLowerCase() === "host");
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MOST_BODY_BYTES) {
      throw new Refusal(413, "bad-request", "The body is larger than 64 KiB.");
    }
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) as unknown;
  } catch {
    throw new Refusal(400, "bad-request", "The body is no JSON.");
  }
}

function tokenIn(body: unknown): string {
  const { token } = (typeof body === "object" && body !== null ? body : {}) as { token?: unknown };
  if (typeof token !== "string") {
    throw new Refusal(400, "bad-request", "The body has to be an object with a token.");
  }
  return token;
}

function send(response: ServerResponse, status: number, type: string, content: Buffer | string | undefined): void {
  response.writeHead(status, { ...SAFE_HEADERS, "Content-Type": type });
  response.end(content);
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
  send(response, status, "application/json; charset=utf-8", JSON.stringify(value));
}

function sendRefusal(response: ServerResponse, error: unknown, isJson: boolean): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // The answer and the log repeat nothing of the request: it may hold a secret.
  const { status, code, text } =
    error instanceof Refusal ? error : new Refusal(500, "failed", "The console failed; please report it.");
  // The rest of a body that was refused is not read.
  response.shouldKeepAlive = false;
  if (isJson) {
    sendJson(response, status, { error: { code, text } } satisfies ApiError);
  } else {
    send(response, status, "text/plain; charset=utf-8", `${text}\n`);
  }
}
