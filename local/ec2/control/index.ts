import { Fields } from "./fields";
import { COMMANDS, type ControlContext } from "./requests";
import { Refused } from "../refused";
import type { SimReply } from "../protocol/messages";

export interface ControlRequest {
  method: string;
  path: string;
  body: string;
}

const PREFIX = "/_sim/";

export function isControlPath(path: string): boolean {
  return path.startsWith(PREFIX) || `${path}/` === PREFIX;
}

export function control(context: ControlContext, { method, path, body }: ControlRequest): SimReply {
  const name = `${method} ${path.slice(PREFIX.length)}`;
  if (name === "GET ") return json(200, help());
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (command === undefined) return json(404, { error: `There is no ${method} ${path}. There is: ${listed()}.` });
  try {
    return json(200, command.run(context, Fields.parse(body)) ?? {});
  } catch (error) {
    if (error instanceof Refused) return json(400, { error: error.message });
    throw error;
  }
}

function help() {
  const requests = Object.entries(COMMANDS).map(([name, { says }]) => [name.replace(" ", ` ${PREFIX}`), says]);
  return { about: "The EC2 simulator's own requests, beside EC2's.", requests: Object.fromEntries(requests) as object };
}

function listed(): string {
  return Object.keys(COMMANDS)
    .map((name) => name.replace(" ", ` ${PREFIX}`))
    .join(", ");
}

export function json(status: number, content: unknown): SimReply {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(content, null, 2)}\n` };
}
