/** What a plan means for the machine's addresses: for how long they are dark, and which of them go. (pure) */
import { type Kind, USUAL } from "../ec2/expectations";
import type { Step } from "../engine/planning/step";
import { type Situation } from "../engine/situation/current";
import type { Observed } from "../model/observed";
import type { NetworkInterface } from "../model/things";

export interface Told {
  /** For how long nobody is behind the private IP, by the usual times, in milliseconds. */
  darkMs: number;
  /** The addresses that go, each with what becomes of it; an interface is one of them. */
  goes: string[];
  /** The ids of the interfaces and Elastic IPs among them. */
  ids: string[];
}

export function toldOf(steps: readonly Step[], situation: Situation): Told {
  const { observed } = situation;
  const interfaces = observed.networkInterfaces.filter((it) => steps.some((step) => isLost(step, it.id)));
  const elasticIps = observed.elasticIps.filter((it) => steps.some((step) => isLost(step, it.allocationId)));
  return {
    darkMs: darkMs(steps, situation),
    goes: [
      ...interfaces.flatMap((it) => [it.id, ...addressesLost(it, steps)]),
      ...elasticIps.map(({ allocationId, publicIp }) =>
        steps.some((it) => it.kind === "release-elastic-ip" && it.elasticIp.allocationId === allocationId)
          ? `${publicIp} (released for good)`
          : publicIp,
      ),
      ...unassigned(steps, observed).filter((it) => !isComing(it, steps)),
    ],
    ids: [...interfaces.map((it) => it.id), ...elasticIps.map((it) => it.allocationId)],
  };
}

/** It is deleted or released, kept for nobody, or given back. */
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

/** What an interface has, and no other interface of the machine takes over. */
function addressesLost(eni: NetworkInterface, steps: readonly Step[]): string[] {
  const moved = steps.flatMap((it) => (it.kind === "take-over-private-ips" && it.from === eni.id ? it.addresses : []));
  return [eni.privateIp, ...eni.secondaryPrivateIps, ...eni.ipv6Addresses].filter(
    (it) => !moved.includes(it) && !isComing(it, steps),
  );
}

/** Those that come off an interface that stays. */
function unassigned(steps: readonly Step[], { networkInterfaces }: Observed): string[] {
  const goes = networkInterfaces.filter((it) => steps.some((step) => isLost(step, it.id)));
  return steps.flatMap((it) =>
    (it.kind === "unassign-private-ips" || it.kind === "unassign-ipv6-addresses") &&
    !goes.some(({ id }) => id === it.networkInterfaceId)
      ? it.addresses
      : [],
  );
}

function isComing(address: string, steps: readonly Step[]): boolean {
  return steps.some(
    (it) =>
      (it.kind === "assign-private-ips" || it.kind === "assign-ipv6-addresses") &&
      "addresses" in it.wanted &&
      it.wanted.addresses.includes(address),
  );
}

/** Each step takes its usual time; what of it comes while nobody is behind the address counts. */
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
function workingOne({ observed: { instances, networkInterfaces } }: Situation): string | undefined {
  const holds = (id: string): boolean => networkInterfaces.some((eni) => eni.attachment?.instanceId === id);
  return instances.find((it) => it.state === "running" && holds(it.id))?.id;
}

/** What a step takes, the instance that it takes from behind the address first, and the one that is behind it then. */
interface Effect {
  takes: readonly Kind[];
  ends?: string;
  begins?: string;
}

/** The one that is launched. */
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
