import type { Instance } from "../../model/state";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import type { FilterTable } from "../filters";
import { page } from "../pagination";
import { STATE_CODES, stateView } from "../views/instance";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";
import { selected } from "./instances";

/** Both checks pass a few minutes after the start (EC2 guide, status checks: they run every minute). */
const CHECKS_TAKE_MS = 120_000;

function healthOf(world: World, { state, launchTime }: Instance): "not-applicable" | "initializing" | "ok" {
  if (state !== "running") return "not-applicable";
  return world.now - launchTime < CHECKS_TAKE_MS ? "initializing" : "ok";
}

const REACHABILITY = { "not-applicable": undefined, initializing: "initializing", ok: "passed" } as const;

function statusView(world: World, instance: Instance): XmlObject {
  const { instanceId, availabilityZone, state } = instance;
  const status = healthOf(world, instance);
  const reachability = REACHABILITY[status];
  const check = { status, details: reachability === undefined ? [] : [{ name: "reachability", status: reachability }] };
  return {
    instanceId,
    availabilityZone,
    availabilityZoneId: zoneId(availabilityZone),
    instanceState: stateView(state),
    instanceStatus: check,
    systemStatus: check,
    attachedEbsStatus: check,
    eventsSet: [],
  };
}

const FILTERS: FilterTable<Instance> = {
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "instance-state-name": ({ state }) => state,
  "instance-state-code": ({ state }) => STATE_CODES[state],
  "instance-status.status": (instance, world) => healthOf(world, instance),
  "system-status.status": (instance, world) => healthOf(world, instance),
  "attached-ebs-status.status": (instance, world) => healthOf(world, instance),
  "instance-status.reachability": (instance, world) => REACHABILITY[healthOf(world, instance)],
  "system-status.reachability": (instance, world) => REACHABILITY[healthOf(world, instance)],
  "event.code": () => undefined,
  "event.description": () => undefined,
  "event.instance-event-id": () => undefined,
  "event.not-after": () => undefined,
  "event.not-before": () => undefined,
  "event.not-before-deadline": () => undefined,
  "operator.managed": () => false,
  "operator.principal": () => undefined,
};

export const instanceStatusActions: Actions = {
  /** Running instances only, unless all are asked for. */
  DescribeInstanceStatus: reads((world, params) => {
    const all = params.boolean("IncludeAllInstances") ?? false;
    const instances = selected(world, params, FILTERS).filter(({ state }) => all || state === "running");
    const { entries, nextToken } = page(params, instances, { parameter: "InstanceId" });
    return { instanceStatusSet: entries.map((instance) => statusView(world, instance)), nextToken };
  }),
};
