import type { Instance, StatusCheck } from "../../model/state";
import { checkedAt, healthOf } from "../../model/status-checks";
import type { World } from "../../model/world";
import { reads, type Actions } from "../action";
import type { FilterTable } from "../filters";
import { page } from "../pagination";
import { STATE_CODES, stateView } from "../views/instance";
import { zoneId } from "../views/names";
import type { XmlObject } from "../xml";
import { selected } from "./instances";

const REACHABILITY = {
  "not-applicable": undefined,
  initializing: "initializing",
  ok: "passed",
  impaired: "failed",
} as const;

function reachability(world: World, instance: Instance, check: StatusCheck) {
  return REACHABILITY[healthOf(world, instance, check)];
}

function checkView(world: World, instance: Instance, check: StatusCheck): XmlObject {
  const status = healthOf(world, instance, check);
  const detail = REACHABILITY[status];
  const impairedSince = status === "impaired" ? new Date(checkedAt(instance)) : undefined;
  return { status, details: detail === undefined ? [] : [{ name: "reachability", status: detail, impairedSince }] };
}

function statusView(world: World, instance: Instance): XmlObject {
  const { instanceId, availabilityZone, state } = instance;
  return {
    instanceId,
    availabilityZone,
    availabilityZoneId: zoneId(availabilityZone),
    instanceState: stateView(state),
    instanceStatus: checkView(world, instance, "instance"),
    systemStatus: checkView(world, instance, "system"),
    attachedEbsStatus: checkView(world, instance, "attached-ebs"),
    eventsSet: [],
  };
}

const FILTERS: FilterTable<Instance> = {
  "availability-zone": ({ availabilityZone }) => availabilityZone,
  "availability-zone-id": ({ availabilityZone }) => zoneId(availabilityZone),
  "instance-state-name": ({ state }) => state,
  "instance-state-code": ({ state }) => STATE_CODES[state],
  "instance-status.status": (instance, world) => healthOf(world, instance, "instance"),
  "system-status.status": (instance, world) => healthOf(world, instance, "system"),
  "attached-ebs-status.status": (instance, world) => healthOf(world, instance, "attached-ebs"),
  "instance-status.reachability": (instance, world) => reachability(world, instance, "instance"),
  "system-status.reachability": (instance, world) => reachability(world, instance, "system"),
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
