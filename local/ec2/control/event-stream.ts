import type { ServerResponse } from "node:http";

import { json } from ".";
import type { LoggedEvent } from "../model/events";
import type { Ec2Simulator } from "../simulator";

export interface EventRequest {
  /** The part behind the question mark. */
  query: URLSearchParams;
  accept: string;
}

/** One event a line, exactly as EventBridge has it. */
const asLine = ({ event }: LoggedEvent) => `${JSON.stringify(event)}\n`;

/** The same as a server-sent event, whose id is the sequence number: a reader that comes back goes on where it was. */
const asServerSent = ({ sequence, event }: LoggedEvent) => `id: ${sequence}\ndata: ${JSON.stringify(event)}\n\n`;

/** `GET /_sim/events`: what happened since, and, where that is asked for, what happens from now on. */
export function streamEvents(simulator: Ec2Simulator, response: ServerResponse, { query, accept }: EventRequest): void {
  const since = Number(query.get("since") ?? 0);
  if (!Number.isInteger(since) || since < 0) {
    const { status, headers, body } = json(400, {
      error: '"since" must be the sequence number of an event, 0 or more.',
    });
    response.writeHead(status, headers).end(body);
    return;
  }
  const isServerSent = accept.includes("text/event-stream");
  const format = isServerSent ? asServerSent : asLine;
  const past = simulator.events.list(since);
  response.writeHead(200, {
    "content-type": isServerSent ? "text/event-stream" : "application/x-ndjson",
    "cache-control": "no-store",
    "x-sim-sequence": String(past.at(-1)?.sequence ?? since),
  });
  response.write(past.map(format).join(""));
  if (!isServerSent && query.get("follow") !== "true") {
    response.end();
    return;
  }
  response.flushHeaders();
  const unsubscribe = simulator.events.subscribe((logged) => response.write(format(logged)));
  response.on("close", unsubscribe);
}
