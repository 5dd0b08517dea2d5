/** Changes that a plan makes to things that go on working, in words. (pure) */
import { had, SETTINGS } from "../engine/record/settings";
import type { Cast } from "../engine/situation/cast";
import type { DataVolume } from "../model/desired";
import type { Instance, NetworkInterface, Volume } from "../model/things";
import type { Step } from "../engine/planning/step";
import { type Planned, type StepOf, stepsOfKind } from "./planned";

export function changesInPlace({ steps, cast }: Planned): string[] {
  const instance = cast.holder;
  // An instance that is retired takes its settings along, and lets go of its volumes in any case.
  const stays = steps.some((it) => it.kind === "retire") ? undefined : instance;
  return steps.flatMap((step) => ofIdentity(step, cast, instance) ?? ofInstance(step, cast, stays) ?? []);
}

/** The data volumes of a running instance that get another device name. */
export function volumesReattached({ steps, cast }: Planned): string[] {
  const isWorking = cast.holder?.state === "running" && !steps.some((it) => it.kind === "retire");
  return isWorking ? stepsOfKind(steps, "detach-volume").flatMap((it) => reattached(it, cast) ?? []) : [];
}

function ofIdentity(step: Step, { observed, volumes }: Cast, instance: Instance | undefined): string | undefined {
  switch (step.kind) {
    case "set-security-groups":
      return `sets its security groups to ${listed(step.securityGroupIds, "the VPC's default one")}${had(groupsOf(step, observed.networkInterfaces))}`;
    case "set-source-dest-check":
      return `switches its source/destination check ${step.enabled ? "on" : "off"}`;
    case "assign-private-ips":
    case "assign-ipv6-addresses":
      return `gives it ${"count" in step.wanted ? `${step.wanted.count} more ${FAMILIES[step.kind]}` : step.wanted.addresses.join(", ")}`;
    case "associate-elastic-ip":
      return `puts ${observed.givenElasticIp?.publicIp ?? "a new Elastic IP"} on it${inPlaceOf(instance?.publicIp)}`;
    case "modify-volume":
      return modifies(step, nameOf(step.volume, volumes));
    default:
      return undefined;
  }
}

/** The public IP that EC2 gave to the instance itself is on the primary private address too; Elastic IPs on others stay. */
function inPlaceOf(changing: string | undefined): string {
  return changing === undefined ? "" : ` in place of ${changing} (released for good)`;
}

const FAMILIES = { "assign-private-ips": "secondary private IPs", "assign-ipv6-addresses": "IPv6 addresses" } as const;

function ofInstance(step: Step, cast: Cast, instance: Instance | undefined): string | undefined {
  if (instance === undefined) {
    return undefined;
  }
  switch (step.kind) {
    case "change-setting":
      return SETTINGS[step.setting].announced(instance, cast.desired);
    case "detach-volume":
      return reattached(step, cast);
    default:
      return undefined;
  }
}

/** A volume that is attached somewhere already comes off first: EC2 knows no renaming. */
function reattached({ volume }: StepOf<"detach-volume">, { volumes }: Cast): string | undefined {
  const wanted = wantedFor(volume, volumes);
  const from = volume.attachment?.deviceName;
  return wanted === undefined || from === undefined
    ? undefined
    : `takes the data volume ${wanted.name} (${volume.id}) off ${from} and attaches it again as ${wanted.deviceName}: unmount it in the guest before, which keeps it while it is mounted`;
}

const UNITS = { size: " GiB", type: "", iops: " IOPS", throughput: " MiB/s" } as const;

function modifies({ volume, shape }: StepOf<"modify-volume">, name: string): string {
  const parts = (Object.keys(UNITS) as (keyof typeof UNITS)[]).flatMap((part) =>
    shape[part] === undefined ? [] : [`${volume[part] ?? "its default"} to ${shape[part]}${UNITS[part]}`],
  );
  const isLarger = shape.size === undefined ? "" : " (none can shrink again)";
  return `changes ${name} from ${parts.join(", ")}${isLarger}`;
}

function nameOf(volume: Volume, volumes: Cast["volumes"]): string {
  return `the data volume ${wantedFor(volume, volumes)?.name ?? ""} (${volume.id})`;
}

function wantedFor({ id }: Volume, volumes: Cast["volumes"]): DataVolume | undefined {
  return volumes.find(({ volume }) => volume?.id === id)?.wanted;
}

function groupsOf(
  { networkInterfaceId }: StepOf<"set-security-groups">,
  all: readonly NetworkInterface[],
): string | undefined {
  return all
    .find((it) => it.id === networkInterfaceId)
    ?.securityGroups.map((it) => it.id)
    .join(", ");
}

function listed(ids: string[] | undefined, none: string): string {
  return ids === undefined || ids.length === 0 ? none : ids.join(", ");
}
