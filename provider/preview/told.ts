/** The plan, as it concerns the machine's addresses and volumes: for how long it is dark, and which of them go. (pure) */
import { type Kind, USUAL } from "../ec2/expectations";
import { TAG } from "../ec2/tags";
import { holdsOurs } from "../engine/situation/instances";
import type { Step } from "../engine/planning/step";
import type { Situation } from "../model/goal";
import type { NetworkInterface } from "../model/things";
import type { Planned } from "./planned";

export interface Told {
  /** Milliseconds for which nobody is behind the private IP, by the usual times. */
  darkMs: number;
  /** Whether nobody is behind it now. */
  isDark: boolean;
  /** The addresses that go, each with what becomes of it; an interface is one of them. */
  goes: string[];
  /** The ids of the interfaces and Elastic IPs among them. */
  ids: string[];
}

export function toldOf({ steps, cast }: Planned): Told {
  const { observed } = cast;
  const interfaces = observed.networkInterfaces.filter((it) => steps.some((step) => isLost(step, it.id)));
  const elasticIps = observed.elasticIps.filter((it) => steps.some((step) => isLost(step, it.allocationId)));
  return {
    darkMs: darkMs(steps, cast),
    isDark: workingOne(cast) === undefined,
    goes: [
      ...interfaces.flatMap((it) => [it.id, ...addressesOf(it).filter((address) => !stays(address, steps))]),
      ...elasticIps.map(({ allocationId, publicIp }) =>
        steps.some((it) => it.kind === "release-elastic-ip" && it.elasticIp.allocationId === allocationId)
          ? `${publicIp} (released for good)`
          : publicIp,
      ),
      ...unassigned(steps)
        .filter(({ from, address }) => !interfaces.some((it) => it.id === from) && !stays(address, steps))
        .map((it) => it.address),
    ],
    ids: [...interfaces.map((it) => it.id), ...elasticIps.map((it) => it.allocationId)],
  };
}

/** Whether the step deletes or releases the thing, keeps it for nobody, or gives it back. */
function isLost(step: Step, id: string): boolean {
  switch (step.kind) {
    case "delete-network-interface":
      return step.networkInterface.id === id;
    case "release-elastic-ip":
      return step.elasticIp.allocationId === id;
    case "retain":
    case "give-back":
      return step.resourceId === id;
    default:
      return false;
  }
}

function addressesOf({ privateIp, secondaryPrivateIps, ipv6Addresses }: NetworkInterface): string[] {
  return [privateIp, ...secondaryPrivateIps, ...ipv6Addresses];
}

/** The addresses that come off an interface, and its id. */
function unassigned(steps: readonly Step[]): { from: string; address: string }[] {
  return steps.flatMap((it) =>
    it.kind === "unassign-private-ips" || it.kind === "unassign-ipv6-addresses"
      ? it.addresses.map((address) => ({ from: it.networkInterfaceId, address }))
      : [],
  );
}

/** Whether the interface that the machine has then takes the address over, or gets it anew. */
function stays(address: string, steps: readonly Step[]): boolean {
  return steps.some((it) => {
    switch (it.kind) {
      case "take-over-private-ips":
        return it.addresses.includes(address);
      case "assign-private-ips":
      case "assign-ipv6-addresses":
        return "addresses" in it.wanted && it.wanted.addresses.includes(address);
      default:
        return false;
    }
  });
}

/** The data volumes that go, each with what becomes of it. */
export function volumesGivenUp({ steps, cast }: Planned): string[] {
  const { observed, recorded } = cast;
  const names = Object.entries(recorded?.dataVolumeIds ?? {});
  return observed.volumes.flatMap(({ id, tags }) => {
    const isDeleted = steps.some((it) => it.kind === "delete-volume" && it.volume.id === id);
    if (!isDeleted && !steps.some((it) => isLost(it, id))) {
      return [];
    }
    const name = tags[TAG.volume] ?? names.find(([, recordedId]) => recordedId === id)?.[0] ?? "";
    return [`${isDeleted ? "deletes" : "detaches and keeps"} the data volume ${name} (${id})`];
  });
}

/** Each step takes its usual time, which counts if nobody is behind the address meanwhile. */
function darkMs(steps: readonly Step[], situation: Situation): number {
  let behind = workingOne(situation);
  let dark = 0;
  for (const step of steps) {
    const { takes, ends, begins } = effectOf(step, situation);
    behind = ends !== undefined && ends === behind ? undefined : behind;
    dark += behind === undefined ? takes.reduce((sum, kind) => sum + USUAL[kind].typical, 0) : 0;
    behind = begins ?? behind;
  }
  return dark;
}

/** The id of the instance that runs behind the address. */
function workingOne({ observed }: Situation): string | undefined {
  return observed.instances.find((it) => it.state === "running" && holdsOurs(it, observed))?.id;
}

/** The times of a step; the instance that it takes from behind the address first, and the one that is behind it then. */
interface Effect {
  takes: readonly Kind[];
  ends?: string;
  begins?: string;
}

/** The instance that is launched. */
const NEW = "new";

function effectOf(step: Step, { desired }: Situation): Effect {
  const skips = desired.replacement.skipOsShutdown;
  switch (step.kind) {
    case "retire": {
      const { id, state } = step.instance;
      return { takes: [skips || state === "stopped" ? "shutdown-skipping-os" : "shutdown"], ends: id };
    }
    case "launch":
      return { takes: ["launch"], begins: NEW };
    case "start":
    case "await-running":
      return { takes: ["launch"], begins: step.instance.id };
    case "launch-beside":
      return { takes: ["launch"] };
    case "prove-candidate":
      return { takes: step.instance.state === "pending" ? ["launch"] : [] };
    case "detach-network-interface":
      return { takes: ["detach"], ends: step.instance.id };
    case "attach-network-interface":
      return { takes: ["attach"], begins: NEW };
    case "replace-root-volume":
      return { takes: ["root-volume"], ends: step.instance.id, begins: step.instance.id };
    case "change-stopped": {
      const { id, state } = step.instance;
      const stops: Kind[] = state === "stopped" ? [] : [skips ? "stop-skipping-os" : "stop"];
      return { takes: [...stops, "launch"], ends: id, begins: id };
    }
    default:
      return { takes: [] };
  }
}
