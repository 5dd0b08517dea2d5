import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** Where the product cannot live with moto, and how its own life cycle is run there all the same. */
export interface Dodge {
  /** The probe that shows the deviation: only what is listed as one may be dodged. */
  probe: string;
  how: string;
}

export const DODGES: readonly Dodge[] = [
  {
    probe: "instances.interface-free-after-termination",
    how: "a proxy before moto describes an interface whose holder was terminated as available",
  },
  {
    probe: "images.describe.ena",
    how: "the proxy describes images with the support of enhanced networking that current types need",
  },
];

/** A proxy before moto that makes the dodges above, and passes on everything else as it is. */
export class DodgingProxy {
  private readonly terminated = new Set<string>();

  private constructor(
    private readonly target: string,
    private readonly server: Server,
  ) {}

  static async before(target: string): Promise<DodgingProxy> {
    const server = createServer();
    const proxy = new DodgingProxy(target, server);
    server.on("request", (request, response) => {
      proxy.pass(request).then(
        ({ status, body }) => response.writeHead(status, { "content-type": "text/xml" }).end(body),
        () => response.destroy(),
      );
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): Promise<void> {
    return new Promise((done) => {
      this.server.close(() => {
        done();
      });
      this.server.closeAllConnections();
    });
  }

  private async pass(request: IncomingMessage): Promise<{ status: number; body: string }> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const sent = Buffer.concat(chunks).toString();
    const { authorization = "", "content-type": type = "" } = request.headers;
    const headers = { authorization, "content-type": type };
    const reply = await fetch(this.target, { method: "POST", headers, body: sent });
    const body = await reply.text();
    return { status: reply.status, body: reply.ok ? this.dodged(new URLSearchParams(sent).get("Action"), body) : body };
  }

  private dodged(action: string | null, body: string): string {
    if (action === "TerminateInstances") {
      for (const [, id = ""] of body.matchAll(/<instanceId>([^<]+)<\/instanceId>/g)) this.terminated.add(id);
    }
    switch (action) {
      case "DescribeNetworkInterfaces":
        return this.withFreeInterfaces(body);
      case "DescribeImages":
        return body
          .replace(/<enaSupport>.*?<\/enaSupport>/g, "")
          .replace(/<imageId>/g, "<enaSupport>true</enaSupport>$&");
      default:
        return body;
    }
  }

  private withFreeInterfaces(body: string): string {
    return outermostItems(body)
      .map((one) => {
        const holder = /<attachment>.*?<instanceId>([^<]+)<\/instanceId>.*?<\/attachment>/s.exec(one)?.[1];
        if (holder === undefined || !this.terminated.has(holder)) return one;
        return one.replace(/<attachment>.*?<\/attachment>/s, "").replace("<status>in-use<", "<status>available<");
      })
      .join("");
  }
}

/** The text cut where an item ends that is in no other one. */
function outermostItems(body: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let from = 0;
  for (const { 0: tag, index } of body.matchAll(/<\/?item>/g)) {
    depth += tag === "<item>" ? 1 : -1;
    if (depth > 0) continue;
    parts.push(body.slice(from, index + tag.length));
    from = index + tag.length;
  }
  return [...parts, body.slice(from)];
}
