/** The one line on what will happen to a machine. (pure) */
import { type Change, driftIn, isHeld, needsLaunch } from "./changes";
import { isUnknown } from "./validation";

/** What EC2 itself takes to end an instance and start another: measured figures in docs, rounded. */
const TYPICAL_OUTAGE_S = 60;

type Properties = Readonly<Record<string, unknown>>;

/** What is not known yet, as another resource's id in a first preview, is said as if it were not there. */
const textOf = (value: unknown): string => (typeof value === "string" && !isUnknown(value) ? value : "");

export function announceCreate(inputs: Properties): string {
  const { privateIp, elasticIp, subnetId, instanceType } = inputs;
  const type = textOf(instanceType) || "an instance";
  const address = textOf(privateIp) || "an address that EC2 picks";
  const elastic =
    elasticIp === true
      ? " and a new Elastic IP"
      : elasticIp === false
        ? ""
        : ` and ${textOf(elasticIp) || "an Elastic IP"}`;
  return `launches ${type} on a new network interface in ${textOf(subnetId) || "the subnet"}, with ${address}${elastic}`;
}

/**
 * @param changes the inputs that change
 * @param recorded the outputs as last recorded
 * @param wanted the checked inputs
 */
export function announceUpdate(changes: Change[], recorded: Properties, wanted: Properties): string {
  if (recorded.networkInterfaceId === "" && !isHeld(recorded)) {
    return `goes on with what the last run began: ${announceCreate(wanted)}`;
  }
  const drift = driftIn(recorded);
  const names = changes.map((it) => it.input).join(", ");
  const because = [...(names === "" ? [] : [names]), ...drift].join("; ");
  if (changes.some((it) => it.class === "replaces-resource")) {
    return `deletes everything in ${textOf(recorded.region)} and makes it anew in ${textOf(wanted.region) || "the new region"} (${because}); no address is kept`;
  }
  const addresses = fate(changes, recorded, wanted);
  const instanceId = textOf(recorded.instanceId);
  if (!needsLaunch(changes, recorded)) {
    const running =
      instanceId === "" ? "" : recorded.state === "paused" ? `; starts ${instanceId}` : `; ${instanceId} keeps running`;
    return `changes in place (${because})${running}${addresses}`;
  }
  return instanceId === ""
    ? `launches an instance (${because})${addresses}`
    : `replaces ${instanceId} (${because}), terminate-first, about ${TYPICAL_OUTAGE_S} s dark${addresses}`;
}

/** What a refresh found, when the machine is not as it was recorded. */
export function announceDrift(drift: string[], recorded: Properties): string {
  const instanceId = textOf(recorded.instanceId);
  const was = instanceId === "" ? "" : ` (recorded: ${instanceId})`;
  return `found that ${drift.join(" and ")}${was}; the next \`pulumi up\` puts it right`;
}

/** Which addresses stay, and which go. */
function fate(changes: Change[], recorded: Properties, wanted: Properties): string {
  const moves = changes.some((it) => it.class === "moves");
  const elasticChanges = changes.some((it) => it.input === "elasticIp");
  const identity = [textOf(recorded.networkInterfaceId), textOf(recorded.privateIp)];
  const elastic = textOf(recorded.allocationId) === "" ? [] : [textOf(recorded.publicIp)];
  const keeps = [...(moves ? [] : identity), ...(elasticChanges ? [] : elastic)].filter((it) => it !== "");
  const goes = [...(moves ? identity : []), ...(elasticChanges ? elasticGoes(elastic, recorded, wanted) : [])].filter(
    (it) => it !== "",
  );
  return [
    ...(keeps.length === 0 ? [] : [`keeps ${keeps.join(", ")}`]),
    ...(goes.length === 0 ? [] : [`gives up ${goes.join(", ")}`]),
  ]
    .map((it) => `; ${it}`)
    .join("");
}

/** Naming the address that was allocated here keeps it. */
function elasticGoes(elastic: string[], recorded: Properties, wanted: Properties): string[] {
  return wanted.elasticIp === recorded.allocationId || wanted.elasticIp === recorded.publicIp ? [] : elastic;
}
