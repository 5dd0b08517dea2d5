import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Ec2Simulator } from "../../../local/ec2";

/** One endpoint for several regions, each a simulator of its own; a request is for the region that it is signed for. */
export class Regions {
  private readonly simulators = new Map<string, Ec2Simulator>();
  private readonly server = createServer((request, response) => void this.answer(request, response));

  private constructor() {
    this.server.keepAliveTimeout = 60_000;
  }

  static async open(): Promise<Regions> {
    const regions = new Regions();
    await new Promise<void>((resolve) => regions.server.listen(0, "127.0.0.1", resolve));
    return regions;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  add(region: string, simulator: Ec2Simulator): void {
    this.simulators.set(region, simulator);
  }

  all(): Ec2Simulator[] {
    return [...this.simulators.values()];
  }

  of(region: string): Ec2Simulator {
    const simulator = this.simulators.get(region);
    if (simulator === undefined) {
      throw new Error(`there is no region ${region} here`);
    }
    return simulator;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, region = ""] = /Credential=[^/]+\/\d+\/([^/]+)\//.exec(request.headers.authorization ?? "") ?? [];
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
    }
    const { status, headers, body } = this.of(region).handle({ body: Buffer.concat(chunks).toString() });
    response.writeHead(status, headers).end(body);
  }
}
