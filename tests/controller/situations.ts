/** Situations of a machine, and the controller's answer to each, in one line. */
import assert from "node:assert/strict";
import type { MachineLook } from "../../controller/action";
import { decide } from "../../controller/decide";
import type { Signal } from "../../controller/events";
import type { Machine } from "../../controller/record";
import type { LastReplacement } from "../../provider/engine/record/last-replacement";
import type { Observed } from "../../provider/model/observed";
import type { Instance } from "../../provider/model/things";
import { desired, eni, generation, ID, instance, observed, template } from "../provider/engine/things";
import { HOUR, MINUTE } from "../reliability/week/time";

export const NOW = Date.UTC(2026, 10, 22, 12);

export interface Overrides {
  inputs?: Record<string, unknown>;
  instances?: Partial<Instance>[];
  world?: Partial<Observed>;
  history?: Machine["history"];
  health?: MachineLook["health"];
  signals?: Signal[];
  now?: number;
}

/** A machine that has run for a day, and that nobody has looked at before. */
export function situation({ inputs = {}, world = {}, history = {}, ...rest }: Overrides = {}): MachineLook {
  const program = desired(inputs);
  const made = generation({}, program);
  const instances = (rest.instances ?? [{}]).map((it) =>
    instance({ launchedAt: NOW - 24 * HOUR, lifecycle: program.market.lifecycle, ...it }, program),
  );
  const isHeld = instances.some((it) => it.state !== "terminated");
  const there = observed(
    {
      template: template({ createdAt: NOW - 24 * HOUR, latestVersionAt: NOW - 24 * HOUR }, program),
      generation: made,
      instances,
      networkInterfaces: [isHeld ? eni({}, program) : eni({ attachment: undefined, status: "available" }, program)],
      ...world,
    },
    program,
  );
  const machine: Machine = {
    id: ID,
    name: "web",
    template: there.template ?? assert.fail(),
    desired: program,
    purpose: { kind: "upkeep", generation: made },
    observed: there,
    history,
  };
  return { machine, health: rest.health, signals: rest.signals ?? [], now: rest.now ?? NOW };
}

export const decided = (overrides: Overrides = {}): ReturnType<typeof decide> => decide(situation(overrides));

/** In one word, with the reason. */
export function answer(overrides: Overrides = {}): string {
  const action = decided(overrides);
  return "replacement" in action && action.replacement !== undefined
    ? `${action.kind} ${action.replacement.reason}`
    : action.kind;
}

export const ENDED_INSTANCE: Partial<Instance> = {
  state: "terminated",
  stateReason: { code: "Client.UserInitiatedShutdown", message: "" },
};
export const TAKEN: Partial<Instance> = {
  state: "terminated",
  stateReason: { code: "Server.SpotInstanceTermination", message: "" },
};
export const OVERLAP = { replacement: { strategy: "overlap" } };
export const OFF = { healing: { enabled: false } };
export const WARNING = { kind: "interruption-warning", instanceId: "i-1", at: NOW } as const satisfies Signal;
export const REBALANCE = { kind: "rebalance", instanceId: "i-1", at: NOW } as const satisfies Signal;
export const IMPAIRED = (ms: number): MachineLook["health"] => ({ status: "impaired", impairedSince: NOW - ms });

export const last = (overrides: Partial<LastReplacement> = {}): Machine["history"] => ({
  replacement: {
    at: NOW - MINUTE / 2,
    reason: "ended",
    instanceId: "i-0",
    inARow: 1,
    tries: 0,
    gaveUp: false,
    ...overrides,
  },
});
