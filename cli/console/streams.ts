/** The event streams of the open pages. */
import type { ServerResponse } from "node:http";
import { Refusal } from "./refusal";
import type { FleetUpdate } from "./wire";

/** A browser has six connections to a server; its tabs share one stream. More than so many are a fault, or an attack. */
export const MOST_STREAMS = 32;
/** Through a connection that nobody reads any more no answer would ever come. */
const ALIVE_MS = 15_000;

export class Streams {
  private readonly open = new Set<ServerResponse>();
  private timer: NodeJS.Timeout | undefined;

  /**
   * Begins a stream on an answer.
   *
   * @throws Refusal where there are too many
   */
  begin(response: ServerResponse, headers: Readonly<Record<string, string>>): void {
    if (this.open.size >= MOST_STREAMS) {
      throw new Refusal(429, "too-many", `There are ${MOST_STREAMS} streams already; close a tab of the console.`);
    }
    response.writeHead(200, { ...headers, "Content-Type": "text/event-stream; charset=utf-8" });
    this.open.add(response);
    response.on("close", () => {
      this.open.delete(response);
    });
    this.timer ??= setInterval(() => {
      this.open.forEach((it) => it.write(": alive\n\n"));
    }, ALIVE_MS);
  }

  send(update: FleetUpdate, to: Iterable<ServerResponse> = this.open): void {
    const text = `event: fleet\ndata: ${JSON.stringify(update)}\n\n`;
    for (const response of to) {
      response.write(text);
    }
  }

  /** Says goodbye, so that the pages tell an end from a lost connection. */
  close(): void {
    clearInterval(this.timer);
    this.open.forEach((it) => it.end("event: bye\ndata: {}\n\n"));
  }
}
