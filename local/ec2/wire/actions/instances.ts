import { launch } from "../../model/launch";
import { planLaunch } from "../../model/launch-plan";
import * as lifecycle from "../../model/lifecycle";
import { Ec2Error, invalidCombination } from "../../model/errors";
import { findAll } from "../../model/lookup";
import type { Instance } from "../../model/state";
import type { World } from "../../model/world";
import { changes, makesOnce, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import { readLaunchRequest } from "../read-launch";
import { reservationSet, reservationView, stateChangeView } from "../views/instance";
import { INSTANCE_FILTERS } from "./instance-filters";

export function selected(world: World, params: Params, filters: FilterTable<Instance>): Instance[] {
  const ids = params.strings("InstanceId");
  return filtered(world, params, ids.length > 0 ? findAll(world, "instances", ids) : world.account.instances, filters);
}

export function namedInstances(world: World, params: Params): Instance[] {
  const ids = params.strings("InstanceId");
  if (ids.length === 0) throw invalidCombination("No instances specified");
  return findAll(world, "instances", ids);
}

/** Every instance is looked at before any is changed: one that is missing or protected spares them all. */
function onEach(
  check: (world: World, instance: Instance) => void,
  act: (world: World, instance: Instance, skipOsShutdown: boolean) => lifecycle.StateChange,
) {
  return changes((world, params) => {
    const instances = namedInstances(world, params);
    for (const instance of instances) check(world, instance);
    const skipOsShutdown = readHow(params);
    return () => ({
      instancesSet: instances.map((instance) => stateChangeView(act(world, instance, skipOsShutdown))),
    });
  });
}

/** Whether the guest is not waited for: told so, or forced to, which is no slower (API reference, StopInstances). */
function readHow(params: Params): boolean {
  if (params.boolean("Hibernate") === true) {
    throw new Ec2Error("UnsupportedHibernationConfiguration", "Hibernation is not configured for the instance.");
  }
  const force = params.boolean("Force") ?? false;
  return params.boolean("SkipOsShutdown") ?? force;
}

function replyToRun(world: World, ids: readonly string[]) {
  const instances = ids.flatMap((id) => world.account.instances.get(id) ?? []);
  if (instances.length > 0) return reservationView(world, instances);
  // EC2's list of error codes: the token belongs to an instance that is no more.
  throw new Ec2Error(
    "IdempotentInstanceTerminated",
    "The request to launch an instance uses the same client token as a previous request for which the instance has been terminated.",
  );
}

export const instanceActions: Actions = {
  RunInstances: makesOnce("RunInstances", {
    make: (world, params) => {
      const plan = planLaunch(world, readLaunchRequest(world, params));
      return () => launch(world, plan).map(({ instanceId }) => instanceId);
    },
    reply: replyToRun,
  }),
  TerminateInstances: onEach((_, instance) => {
    lifecycle.checkTerminable(instance);
  }, lifecycle.terminate),
  StopInstances: onEach(lifecycle.checkStop, lifecycle.stop),
  StartInstances: onEach(lifecycle.checkStart, lifecycle.start),
  DescribeInstances: reads((world, params) => {
    const { entries, nextToken } = page(params, selected(world, params, INSTANCE_FILTERS), { parameter: "InstanceId" });
    return { reservationSet: reservationSet(world, entries), nextToken };
  }),
};
