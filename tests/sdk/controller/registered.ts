/** The resources that the component registers under Pulumi's mocks, and the parts of them. */
import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ManagedInstanceController, type ManagedInstanceControllerArgs } from "../../../sdk/controller";

type Inputs = Record<string, unknown>;

interface Registered {
  type: string;
  name: string;
  inputs: Inputs;
}

export interface Statement {
  Sid: string;
  Action: string | string[];
  Resource: string | string[];
  Principal?: { Service: string };
  Condition?: Record<string, Record<string, unknown>>;
}

export const registered: Registered[] = [];

export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve) => {
    output.apply(resolve);
  });
}

/** Registrations go on after the constructor has returned: until there are no more. */
export async function declared(name: string, args?: ManagedInstanceControllerArgs): Promise<ManagedInstanceController> {
  registered.length = 0;
  const controller = new ManagedInstanceController(name, args);
  for (let seen = -1; seen !== registered.length;) {
    seen = registered.length;
    for (let turn = 0; turn < 50; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return controller;
}

export function one(type: string, name: string): Inputs {
  const found = registered.find((it) => it.type === type && it.name === name);
  assert.ok(found, `${type} ${name} in ${registered.map((it) => `${it.type} ${it.name}`).join(", ")}`);
  return found.inputs;
}

export function parsed(value: unknown): unknown {
  assert.ok(typeof value === "string");
  return JSON.parse(value);
}

export const statementsOf = (policy: unknown): Statement[] => (parsed(policy) as { Statement: Statement[] }).Statement;

export const QUEUE = "aws:sqs/queue:Queue";
export const RULE = "aws:cloudwatch/eventRule:EventRule";
export const TARGET = "aws:cloudwatch/eventTarget:EventTarget";
export const FUNCTION = "aws:lambda/function:Function";
export const ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm";
export const LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup";
export const ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy";
export const MAPPING = "aws:lambda/eventSourceMapping:EventSourceMapping";

/** From now on every resource is registered, and none is made. */
export async function mocked(): Promise<void> {
  await pulumi.runtime.setMocks(
    {
      newResource: ({ type, name, inputs }) => {
        registered.push({ type, name, inputs: inputs as Inputs });
        const arn = `arn:aws:${type.split(/[:/]/)[1] ?? ""}:us-east-1:123456789012:${name}`;
        return { id: `id-of-${name}`, state: { name, arn, url: `https://sqs/${name}`, ...(inputs as Inputs) } };
      },
      call: () => ({}),
    },
    "shop",
    "dev",
    false,
  );
}
