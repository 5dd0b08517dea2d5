import type { AdjustableClock } from "../clock";
import type { Fields } from "./fields";
import * as read from "./readers";
import type { EventTargets } from "./event-targets";
import type { Ec2Simulator } from "../simulator";
import { listActions } from "../wire/actions";

export interface ControlContext {
  simulator: Ec2Simulator;
  clock: AdjustableClock;
  targets: EventTargets;
}

export interface Command {
  /** For `GET /_sim/`: what it does, and which fields it takes. */
  says: string;
  run(context: ControlContext, fields: Fields): unknown;
}

type Run = Command["run"];

const command = (says: string, run: Run): Command => ({ says, run });

/** The three requests that get, set and clear one setting, under the same name. */
function setting(name: string, says: string, parts: { get: Run; set: Run; clear: Run }): Record<string, Command> {
  return {
    [`GET ${name}`]: command(`the current setting: ${says}`, parts.get),
    [`POST ${name}`]: command(says, parts.set),
    [`DELETE ${name}`]: command("no longer", parts.clear),
  };
}

const LOOKING_IN: Record<string, Command> = {
  "GET actions": command("which of EC2's actions are modelled", () => listActions()),
  "GET state": command("the whole account as JSON", ({ simulator }) => simulator.snapshot()),
  "GET timeline": command("who held each private and public address and when, and the outages between", (context) =>
    context.simulator.timeline(),
  ),
  "GET calls": command("the latest EC2 calls and how they ended", ({ simulator }) => simulator.calls()),
  "GET calls/summary": command("how many EC2 calls of each action there were, and how they ended", (context) =>
    context.simulator.callSummary(),
  ),
  "DELETE calls": command("forgets the calls", ({ simulator }) => {
    simulator.clearCalls();
  }),
  "POST reset": command("back to the fresh account; all that was ordered is gone", ({ simulator }) => {
    simulator.reset();
  }),
  "POST advance": command('moves the clock forward: {"seconds": 60}', ({ simulator, clock }, fields) => {
    clock.advance(fields.only("Advancing", ["seconds"]).positive("seconds") * 1000);
    return { now: simulator.timeline().now };
  }),
};

const EVENTS: Record<string, Command> = {
  "GET events": command(
    "EventBridge's events, one a line, after ?since=SEQUENCE; ?follow=true goes on; as server-sent events where the client accepts text/event-stream",
    ({ simulator }) => simulator.events.list(),
  ),
  "GET events/target": command("where events are sent to", ({ targets }) => targets.list()),
  "POST events/target": command(
    'sends every event from now on to an address on this machine: {"url": "http://127.0.0.1:…"}',
    ({ targets }, fields) => {
      targets.add(fields.only("A target", ["url"]).text("url"));
    },
  ),
  "DELETE events/target": command("sends no events any more", ({ targets }) => {
    targets.clear();
  }),
};

const MISBEHAVIOUR: Record<string, Command> = {
  ...setting(
    "faults",
    'calls that fail: {"action": "RunInstances" | "Describe*" | "*", "error": {"code", "message"?, "status"?} | "reset": true | "hang": true | "latencyMs", "times"?, "skip"?, "probability"?, "when"?: "before" | "after"}',
    {
      get: ({ simulator }) => simulator.faults.list(),
      set: ({ simulator }, fields) => {
        simulator.faults.add(read.readFault(fields));
      },
      clear: ({ simulator }) => {
        simulator.faults.clear();
      },
    },
  ),
  ...setting(
    "latency",
    'how long calls take, by action: {"RunInstances": 1500, "Describe*": {"mean": 150, "spread": 80}, "*": {"uniform": [50, 250]}}',
    {
      get: ({ simulator }) => simulator.latency.list(),
      set: ({ simulator }, fields) => {
        simulator.latency.set(fields.entries(read.readDistribution));
      },
      clear: ({ simulator }) => {
        simulator.latency.clear();
      },
    },
  ),
  ...setting(
    "throttling",
    'EC2\'s token buckets; {} as EC2 has them, or {"mutating": {"capacity", "refillPerSecond"}, "actions": {…}, "resources": {…}}',
    {
      get: ({ simulator }) => simulator.throttling.list() ?? {},
      set: ({ simulator }, fields) => {
        simulator.throttling.set(read.readLimits(fields));
      },
      clear: ({ simulator }) => {
        simulator.throttling.off();
      },
    },
  ),
  ...setting("consistency", 'eventual consistency: {"unknownMs": after creation, "staleMs": after a change}', {
    get: ({ simulator }) => simulator.consistency.list(),
    set: ({ simulator }, fields) => {
      simulator.consistency.set(read.readLags(fields));
    },
    clear: ({ simulator }) => {
      simulator.consistency.set({});
    },
  }),
  ...setting("iam", 'what the caller may do: {"allow": ["ec2:Describe*", …], "deny": ["RunInstances", …]}', {
    get: ({ simulator }) => simulator.iam.list(),
    set: ({ simulator }, fields) => {
      fields.only("A policy", ["allow", "deny"]);
      if (fields.has("allow")) simulator.iam.allowOnly(fields.texts("allow"));
      if (fields.has("deny")) simulator.iam.deny(...fields.texts("deny"));
    },
    clear: ({ simulator }) => {
      simulator.iam.clear();
    },
  }),
  ...setting("clock-skew", "EC2's clock is ahead of the caller's, or behind: {\"seconds\": 1200}", {
    get: ({ simulator }) => ({ seconds: simulator.clockSkew.get() / 1000 }),
    set: ({ simulator }, fields) => {
      simulator.clockSkew.set(fields.only("A clock skew", ["seconds"]).number("seconds") * 1000);
    },
    clear: ({ simulator }) => {
      simulator.clockSkew.set(0);
    },
  }),
};

const LIFECYCLES = ["spot", "on-demand"] as const;
const QUOTAS = ["elastic-ips", "network-interfaces"] as const;
const STATUS_CHECKS = ["instance", "system", "attached-ebs"] as const;
const ROOT_VOLUME_FAILURES = ["failed", "failed-detached"] as const;
const POOL = ["instanceType", "availabilityZone"];

const WORLD: Record<string, Command> = {
  ...setting("timings", 'how long EC2 takes for its own steps: {"launch": 8000, "terminate": {"mean", "spread"}}', {
    get: ({ simulator }) => simulator.timings.list(),
    set: ({ simulator }, fields) => {
      simulator.timings.set(fields.entries(read.readDistribution));
    },
    clear: ({ simulator }) => {
      simulator.timings.reset();
    },
  }),
  "POST capacity": command(
    'how many more launches there is room for: {"instanceType", "availabilityZone", "lifecycle"?: "spot" | "on-demand", "left", "isGivenBack"?}',
    ({ simulator }, fields) => {
      fields.only("Capacity", [...POOL, "lifecycle", "left", "isGivenBack"]);
      const lifecycle = fields.has("lifecycle") ? fields.oneOf("lifecycle", LIFECYCLES) : "on-demand";
      const isGivenBack = fields.optional("isGivenBack", "flag");
      simulator.capacity.set(...read.readPool(fields), lifecycle, fields.whole("left"), { isGivenBack });
    },
  ),
  "POST spot-price": command(
    'dollars an hour: {"instanceType", "availabilityZone", "price"}; a price above its limit takes an instance back',
    ({ simulator }, fields) => {
      fields.only("A spot price", [...POOL, "price"]);
      simulator.spotPrice.set(...read.readPool(fields), fields.positive("price"));
    },
  ),
  "POST quotas": command('{"elastic-ips": 5, "network-interfaces": 5000}', ({ simulator }, fields) => {
    fields.only("Quotas", QUOTAS);
    for (const name of QUOTAS) if (fields.has(name)) simulator.quotas.set(name, fields.whole(name));
  }),
  "POST interrupt": command(
    'takes spot instances back, with two minutes of notice: {"instanceId"} or {"instanceType"?, "availabilityZone"?}',
    ({ simulator }, fields) => ({
      interrupted: simulator.interrupt(read.readTarget(fields.only("An interruption", ["instanceId", ...POOL]))),
    }),
  ),
  "POST recommend-rebalance": command(
    'tells that spot instances are at risk: {"instanceId"} or {"instanceType"?, "availabilityZone"?}',
    ({ simulator }, fields) => ({
      recommended: simulator.recommendRebalance(
        read.readTarget(fields.only("A recommendation", ["instanceId", ...POOL])),
      ),
    }),
  ),
  "POST fail-next-launch": command(
    'the next launch goes from pending to terminated: {"reason": "Client.InternalError"}',
    ({ simulator }, fields) => {
      simulator.failNextLaunch(fields.only("A failing launch", ["reason"]).text("reason"));
    },
  ),
  "POST impair-next-boot": command(
    'a status check never passes after the next boot: {"check"?: "instance" | "system" | "attached-ebs"}',
    ({ simulator }, fields) => {
      fields.only("An impaired boot", ["check"]);
      simulator.impairNextBoot(fields.has("check") ? fields.oneOf("check", STATUS_CHECKS) : undefined);
    },
  ),
  "POST shut-down-guest": command(
    'the guest of a running on-demand instance shuts itself down: {"instanceId"}',
    ({ simulator }, fields) => {
      simulator.shutDownGuest(fields.only("A shutdown", ["instanceId"]).text("instanceId"));
    },
  ),
  "POST fail-next-root-volume": command(
    'the next replacement of a root volume fails: {"state"?: "failed" | "failed-detached"}',
    ({ simulator }, fields) => {
      fields.only("A failing replacement", ["state"]);
      simulator.failNextRootVolume(fields.has("state") ? fields.oneOf("state", ROOT_VOLUME_FAILURES) : undefined);
    },
  ),
};

/** The simulator's own requests, beside EC2's. */
export const COMMANDS: Readonly<Record<string, Command>> = { ...LOOKING_IN, ...EVENTS, ...MISBEHAVIOUR, ...WORLD };
