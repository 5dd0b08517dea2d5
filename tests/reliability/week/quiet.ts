/** Whether every machine is as declared: read off the account, and asked of the product as its user would. */
import { isVoid, readGeneration } from "../../../provider/engine/record/specification";
import { TAG } from "../../../provider/ec2/tags";
import { ownedBy } from "../../provider/world";
import { idsIn } from "../account-ids";
import { isAsDeclared } from "../outcome";
import type { Account } from "./account";
import { isPaused, type Machine } from "./machine";
import { readerOf } from "./operator";

type Made = Account["made"];
type Instance = Made["instances"][number];

/** In what a machine is not as it is to be, in words; nothing where all is well. */
export function problemsOf(machine: Machine, now: Made): string[] {
  const own = ownedBy(now, machine.id);
  const [template, ...others] = own.templates;
  if (template === undefined || others.length > 0) {
    return ["it has no record, or two"];
  }
  const state = template.tags[TAG.desiredState]?.startsWith("paused") === true ? "paused" : "running";
  const { states } = machine.declared;
  const instances = own.instances.filter((it) => it.state !== "shutting-down");
  const [instance] = instances;
  const valid = template.versions.filter((it) => !isVoid(it.versionNumber, it.description ?? ""));
  const image = valid.at(-1)?.data.ImageId as string | undefined;
  return [
    ...said(states.has(state), `its record says ${state}, and it was told to be ${[...states].join(" or ")}`),
    ...said(template.tags[TAG.lastReplacement]?.includes("gave-up") !== true, "it is given up on record"),
    ...said(
      image === machine.program.imageId,
      `its record says ${image ?? "no image"}, and its program ${String(machine.program.imageId)}`,
    ),
    ...(state === "running"
      ? [
          ...said(instances.length === 1, `it has ${instances.length} instances`),
          ...(instance === undefined ? [] : instanceProblems(machine, instance, template)),
        ]
      : said(
          instances.every((it) => it.state === "stopped" && it.spotRequestId === undefined) && instances.length <= 1,
          `it is to be paused, and has ${instances.map((it) => `${it.instanceId}, ${it.state}`).join(" and ")}`,
        )),
    ...networkProblems(machine, now, state === "running" ? instance : undefined),
    ...leftOver(machine, own, instance),
  ];
}

function said(isSo: boolean, otherwise: string): string[] {
  return isSo ? [] : [otherwise];
}

function instanceProblems(machine: Machine, instance: Instance, template: Made["templates"][number]): string[] {
  const { program } = machine;
  const types = [program.instanceType, ...((program.fallbackInstanceTypes ?? []) as string[])];
  const { lifecycle, fallbackToOnDemand = true } = (program.market ?? {}) as Record<string, unknown>;
  const isSpot = instance.spotRequestId !== undefined;
  const generation = Number(instance.tags[TAG.generation]);
  const newest = template.versions
    .filter(({ versionNumber, description = "" }) => !isVoid(versionNumber, description))
    .flatMap(({ versionNumber, description = "" }) => readGeneration(versionNumber, description) ?? [])
    .at(-1);
  return [
    ...said(instance.state === "running", `${instance.instanceId} is ${instance.state}`),
    ...said(instance.impairedCheck === undefined, `${instance.instanceId} fails its status checks`),
    ...said(instance.imageId === program.imageId, `${instance.instanceId} is of ${instance.imageId}`),
    ...said(types.includes(instance.instanceType), `${instance.instanceId} is a ${instance.instanceType}`),
    ...said(lifecycle === "spot" ? isSpot || fallbackToOnDemand !== false : !isSpot, "it is bought in another way"),
    ...said(
      newest !== undefined && generation >= newest.replacesBefore,
      `${instance.instanceId} is of generation ${generation}, and ${newest?.replacesBefore ?? 0} replaces it`,
    ),
  ];
}

function networkProblems(machine: Machine, now: Made, instance: Instance | undefined): string[] {
  const { networkInterfaceId, privateIp, macAddress, allocationId } = machine;
  const eni = now.networkInterfaces.find((it) => it.networkInterfaceId === networkInterfaceId);
  if (eni === undefined) {
    return ["its interface is gone"];
  }
  const { attachment } = eni;
  const address = eni.privateAddresses.find((it) => it.primary)?.address;
  return [
    ...said(address === privateIp && eni.macAddress === macAddress, "its address is another"),
    ...said(
      instance === undefined || attachment?.instanceId === instance.instanceId,
      `its interface is on ${attachment?.instanceId ?? "nothing"}`,
    ),
    ...said(attachment?.deleteOnTermination !== true, "its interface would end with its instance"),
    ...said(allocationId === "" || isOn(now, machine), "its Elastic IP is not on its interface"),
  ];
}

function isOn({ elasticIps }: Made, { allocationId, networkInterfaceId }: Machine): boolean {
  return elasticIps.some((it) => it.allocationId === allocationId && it.networkInterfaceId === networkInterfaceId);
}

/** Things that belong to the machine and are of no use to it. */
function leftOver(machine: Machine, own: Made, instance: Instance | undefined): string[] {
  const volumes = own.volumes.filter(
    (it) =>
      it.tags[TAG.volume] === undefined &&
      !own.instances.some(({ instanceId }) => instanceId === it.attachment?.instanceId),
  );
  const data = own.volumes.filter((it) => it.tags[TAG.volume] !== undefined);
  const isRunning = instance?.state === "running";
  const enis = own.networkInterfaces.filter(
    (it) => it.networkInterfaceId !== machine.networkInterfaceId && it.attachment?.instanceId !== instance?.instanceId,
  );
  const requests = own.spotRequests.filter((it) => it.instanceId !== instance?.instanceId);
  const wanted = ((machine.program.dataVolumes ?? []) as unknown[]).length;
  return [
    ...volumes.map((it) => `${it.volumeId} is left over`),
    ...enis.map((it) => `${it.networkInterfaceId} is left over`),
    ...requests.map((it) => `${it.spotInstanceRequestId} is left over`),
    ...said(data.length === wanted, `it has ${data.length} data volumes`),
    ...data
      .filter((it) => isRunning && it.attachment?.instanceId !== instance.instanceId)
      .map((it) => `${it.volumeId} is not attached`),
  ];
}

/** Whether somebody else's machine is as it was. */
export function foreignProblems({ made, fleet }: Account): string[] {
  const { instanceId, networkInterfaceId, allocationId } = fleet.foreign;
  const instance = made.instances.find((it) => it.instanceId === instanceId);
  const eip = made.elasticIps.find((it) => it.allocationId === allocationId);
  return [
    ...said(instance?.state === "running", "somebody else's instance does not run any more"),
    ...said(Object.keys(instance?.tags ?? {}).length === 0, "somebody else's instance has tags of ours"),
    ...said(eip?.networkInterfaceId === networkInterfaceId, "somebody else's Elastic IP is elsewhere"),
  ];
}

/** A refresh, as the user would run it, finds the machine as the program says, or as it was paused. */
export async function seenProblems(account: Account, machine: Machine): Promise<string[]> {
  const reader = readerOf(account, machine);
  try {
    await reader.refresh();
    const now = account.made;
    const own = new Set(idsIn(ownedBy(now, machine.id)));
    const others = new Set([...idsIn(now)].filter((it) => !own.has(it)));
    isAsDeclared(reader, { ...machine.program, desiredState: isPaused(machine) ? "paused" : "running" }, others);
    return [];
  } catch (error) {
    return [`after a refresh: ${error instanceof Error ? error.message : String(error)}`];
  }
}
