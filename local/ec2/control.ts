import type { AdjustableClock } from "./clock";
import type { Fault } from "./faults";
import { INSTANCE_TYPES } from "./model/instance-types";
import type { Ec2Simulator, SimReply } from "./simulator";

export interface ControlContext {
  simulator: Ec2Simulator;
  clock: AdjustableClock;
}

export interface ControlRequest {
  method: string;
  path: string;
  body: string;
}

/** A control request that cannot be carried out, and why, in a sentence. */
class BadControl extends Error {}

type Fields = Readonly<Record<string, unknown>>;
type Command = (context: ControlContext, fields: Fields) => unknown;

const PREFIX = "/_sim/";

export function isControlPath(path: string): boolean {
  return path.startsWith(PREFIX);
}

/** The simulator's own requests, beside EC2's. */
const COMMANDS: Readonly<Record<string, Command>> = {
  "POST reset": ({ simulator }) => {
    simulator.reset();
  },
  "GET state": ({ simulator }) => simulator.snapshot(),
  "GET timeline": ({ simulator }) => simulator.timeline(),
  "GET calls": ({ simulator }) => simulator.calls(),
  "DELETE calls": ({ simulator }) => {
    simulator.clearCalls();
  },
  "GET faults": ({ simulator }) => simulator.faults.list(),
  "POST faults": ({ simulator }, fields) => {
    simulator.faults.add(readFault(fields));
  },
  "DELETE faults": ({ simulator }) => {
    simulator.faults.clear();
  },
  "POST advance": ({ simulator, clock }, fields) => {
    clock.advance(positive(fields, "seconds") * 1000);
    return { now: simulator.snapshot().now };
  },
  "POST capacity": ({ simulator }, fields) => {
    const type = text(fields, "instanceType");
    if (!INSTANCE_TYPES.has(type)) throw new BadControl(`There is no instance type ${type} here.`);
    simulator.capacity.set(type, text(fields, "availabilityZone"), lifecycle(fields), whole(fields, "left"));
  },
  "POST fail-next-launch": ({ simulator }, fields) => {
    simulator.failNextLaunch(text(fields, "reason"));
  },
};

export function control(context: ControlContext, { method, path, body }: ControlRequest): SimReply {
  try {
    const name = `${method} ${path.slice(PREFIX.length)}`;
    const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
    if (command === undefined) return json(404, { error: `There is no ${method} ${path}. There is: ${listed()}.` });
    return json(200, command(context, fieldsOf(body)) ?? {});
  } catch (error) {
    if (error instanceof BadControl) return json(400, { error: error.message });
    throw error;
  }
}

function listed(): string {
  return Object.keys(COMMANDS)
    .map((name) => name.replace(" ", ` ${PREFIX}`))
    .join(", ");
}

function json(status: number, content: unknown): SimReply {
  return { status, headers: { "content-type": "application/json" }, body: `${JSON.stringify(content, null, 2)}\n` };
}

function fieldsOf(body: string): Fields {
  if (body.trim() === "") return {};
  const parsed = parse(body);
  if (isFields(parsed)) return parsed;
  throw new BadControl("The body must be a JSON object.");
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === "string" && value !== "") return value;
  throw new BadControl(`"${name}" must be a text that is not empty.`);
}

function positive(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isFinite(value) && value > 0) return value;
  throw new BadControl(`"${name}" must be a number above 0.`);
}

function whole(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === "number" && Number.isInteger(value) && value >= 0) return value;
  throw new BadControl(`"${name}" must be a whole number, 0 or more.`);
}

function count(fields: Fields, name: string): number {
  const value = whole(fields, name);
  if (value > 0) return value;
  throw new BadControl(`"${name}" must be 1 or more.`);
}

function chance(fields: Fields, name: string): number {
  const value = positive(fields, name);
  if (value <= 1) return value;
  throw new BadControl(`"${name}" must be at most 1.`);
}

function lifecycle(fields: Fields): "spot" | "on-demand" {
  const { lifecycle: value = "on-demand" } = fields;
  if (value === "spot" || value === "on-demand") return value;
  throw new BadControl('"lifecycle" must be "spot" or "on-demand".');
}

const FAULT_FIELDS = ["action", "error", "reset", "latencyMs", "times", "probability", "when", "afterEffect"];

function readFault(fields: Fields): Fault {
  const stranger = Object.keys(fields).find((name) => !FAULT_FIELDS.includes(name));
  if (stranger !== undefined) throw new BadControl(`A fault has no "${stranger}". It has: ${FAULT_FIELDS.join(", ")}.`);
  const { error, reset, when, afterEffect } = fields;
  const fault: Fault = {
    action: text(fields, "action"),
    error: error === undefined ? undefined : readError(error),
    reset: flag(reset, "reset"),
    latencyMs: fields.latencyMs === undefined ? undefined : positive(fields, "latencyMs"),
    times: fields.times === undefined ? undefined : count(fields, "times"),
    probability: fields.probability === undefined ? undefined : chance(fields, "probability"),
    when: when === undefined ? undefined : readWhen(when),
    afterEffect: flag(afterEffect, "afterEffect"),
  };
  if (fault.error === undefined && fault.reset !== true && fault.latencyMs === undefined) {
    throw new BadControl('A fault needs an "error" with a "code", or "reset": true, or "latencyMs".');
  }
  return fault;
}

function readError(error: unknown): NonNullable<Fault["error"]> {
  if (!isFields(error)) throw new BadControl('"error" must be an object with a "code".');
  return {
    code: text(error, "code"),
    message: error.message === undefined ? undefined : text(error, "message"),
    status: error.status === undefined ? undefined : whole(error, "status"),
  };
}

function readWhen(when: unknown): "before" | "after" {
  if (when === "before" || when === "after") return when;
  throw new BadControl('"when" must be "before" or "after".');
}

function flag(value: unknown, name: string): boolean | undefined {
  if (value === undefined || typeof value === "boolean") return value;
  throw new BadControl(`"${name}" must be true or false.`);
}
