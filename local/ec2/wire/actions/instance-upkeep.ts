import { Ec2Error } from "../../model/errors";
import { findAll, findInstance } from "../../model/lookup";
import { checkRebootable, reboot } from "../../model/reboots";
import type { Instance } from "../../model/state";
import type { World } from "../../model/world";
import { changes, does, reads, type Actions } from "../action";
import { filtered, type FilterTable } from "../filters";
import { page } from "../pagination";
import type { Params } from "../params";
import type { XmlObject } from "../xml";
import { namedInstances } from "./instances";

function checkAlive({ state, instanceId }: Instance): void {
  if (state !== "terminated" && state !== "shutting-down") return;
  throw new Ec2Error("IncorrectInstanceState", `The instance '${instanceId}' is ${state}.`);
}

/** Switches monitoring. An instance that changes is answered with the state on the way, and has the new one at once. */
const monitors = (isOn: boolean) =>
  changes((world, params) => {
    const instances = namedInstances(world, params);
    for (const instance of instances) checkAlive(instance);
    return () => {
      const views = instances.map((instance): XmlObject => {
        const isSame = instance.monitoring === isOn;
        const [done, onTheWay] = isOn ? ["enabled", "pending"] : ["disabled", "disabling"];
        instance.monitoring = isOn;
        return { instanceId: instance.instanceId, monitoring: { state: isSame ? done : onTheWay } };
      });
      return { instancesSet: views };
    };
  });

/** Nothing boots here, so this is all that there is to read; before the first boot there is nothing. */
function consoleOf({ state, instanceId, hasRun }: Instance): string {
  if (hasRun !== true || state === "pending") return "";
  return `[    0.000000] Linux version 6.1.0 (simulated)\n${instanceId} login: `;
}

const CREDIT_FILTERS: FilterTable<Instance> = { "instance-id": ({ instanceId }) => instanceId };

/** Types that do not burst have no credits: asked for by id, they are an error (API reference). */
function burstable(world: World, params: Params): Instance[] {
  const ids = params.strings("InstanceId");
  const all = ids.length > 0 ? findAll(world, "instances", ids) : [...world.account.instances.values()];
  const other = all.find(({ cpuCredits }) => cpuCredits === undefined);
  if (ids.length > 0 && other !== undefined) {
    throw new Ec2Error(
      "InvalidParameterValue",
      `The instance '${other.instanceId}' of type '${other.instanceType}' does not have CPU credits.`,
    );
  }
  return all.filter(({ cpuCredits, state }) => cpuCredits !== undefined && state !== "terminated");
}

export const instanceUpkeepActions: Actions = {
  RebootInstances: does((world, params) => {
    const instances = namedInstances(world, params);
    for (const instance of instances) checkRebootable(instance);
    return () => {
      for (const instance of instances) reboot(world, instance);
    };
  }),
  MonitorInstances: monitors(true),
  UnmonitorInstances: monitors(false),
  GetConsoleOutput: reads((world, params) => {
    const instance = findInstance(world, params.required("InstanceId"));
    params.boolean("Latest");
    const output = consoleOf(instance);
    return {
      instanceId: instance.instanceId,
      timestamp: new Date(world.now),
      output: output === "" ? undefined : Buffer.from(output).toString("base64"),
    };
  }),
  DescribeInstanceCreditSpecifications: reads((world, params) => {
    const instances = filtered(world, params, burstable(world, params), CREDIT_FILTERS);
    const { entries, nextToken } = page(params, instances, { parameter: "InstanceId", isStrict: true });
    const views = entries.map(({ instanceId, cpuCredits }) => ({ instanceId, cpuCredits }));
    return { instanceCreditSpecificationSet: views, nextToken };
  }),
};
