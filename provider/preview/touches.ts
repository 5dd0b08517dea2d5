/** The outputs that each kind of step can change. (pure) */
import type { Step } from "../engine/planning/step";
import type { Outputs } from "../model/outputs";
import type { StepOf } from "./planned";

export type OutputName = keyof Outputs;

export const IDENTITY = [
  "networkInterfaceId",
  "privateIp",
  "privateDnsName",
  "macAddress",
] as const satisfies OutputName[];
/** Outputs that the subnet decides. */
export const PLACE = ["availabilityZone", "vpcId"] as const satisfies OutputName[];
const SECONDARY = ["secondaryPrivateIps"] as const satisfies OutputName[];
const IPV6 = ["ipv6Addresses"] as const satisfies OutputName[];
const INTERFACE = [...IDENTITY, ...PLACE, ...SECONDARY, ...IPV6] as const;
export const ELASTIC = ["publicIp", "allocationId"] as const satisfies OutputName[];
const INSTANCE = ["instanceId", "lifecycle", "launchedInstanceType"] as const satisfies OutputName[];

/** The outputs as they are before the first step, with the Elastic IP that the machine has and keeps. */
interface Before extends Readonly<Outputs> {
  /** Whether EC2 may start an instance as another type, for want of capacity. */
  readonly mayFallBack: boolean;
}

const NOTHING: readonly OutputName[] = [];

/** The public address without an Elastic IP is the instance's, and changes with it. */
function changing({ allocationId }: Before): readonly OutputName[] {
  return allocationId === "" ? ["publicIp"] : NOTHING;
}

function instanceAt(before: Before): readonly OutputName[] {
  return [...INSTANCE, ...changing(before)];
}

/** A thing that is given up touches only outputs of what the machine is to have still. */
function givenUp(id: string, { networkInterfaceId, allocationId, dataVolumeIds }: Before): readonly OutputName[] {
  return [
    ...(id === networkInterfaceId ? INTERFACE : NOTHING),
    ...(id === allocationId ? ELASTIC : NOTHING),
    ...(Object.values(dataVolumeIds).includes(id) ? (["dataVolumeIds"] as const) : NOTHING),
  ];
}

function unassigned(id: string, { networkInterfaceId }: Before, names: readonly OutputName[]): readonly OutputName[] {
  return id === networkInterfaceId ? names : NOTHING;
}

/** An Elastic IP that the machine has already, and keeps, only moves along. */
function elasticIpUnlessKept({ allocationId }: Before): readonly OutputName[] {
  return allocationId === "" ? ELASTIC : NOTHING;
}

/** Set to be deleted with an instance that ends already, it may go before the call that keeps it; then another takes its place. */
function interfaceIfEnding({ state }: Before): readonly OutputName[] {
  return state === "missing" ? [...IDENTITY, ...SECONDARY, ...IPV6] : NOTHING;
}

function typeOnceStarted({ mayFallBack }: Before): readonly OutputName[] {
  return mayFallBack ? ["launchedInstanceType"] : NOTHING;
}

type Row<K extends Step["kind"]> = readonly OutputName[] | ((step: StepOf<K>, before: Before) => readonly OutputName[]);

/** `state` is in no row: it comes to what is wanted. */
const TOUCHES: { readonly [K in Step["kind"]]: Row<K> } = {
  record: ["launchTemplateId", "generation"],
  "record-generation": ["generation"],
  "prune-versions": NOTHING,
  "delete-record": ["launchTemplateId", "generation"],
  "make-network-interface": INTERFACE,
  "set-security-groups": NOTHING,
  "set-source-dest-check": NOTHING,
  "set-public-ip-assignment": NOTHING,
  "keep-on-termination": (_, before) => interfaceIfEnding(before),
  "assign-private-ips": SECONDARY,
  "unassign-private-ips": (it, before) => unassigned(it.networkInterfaceId, before, SECONDARY),
  "take-over-private-ips": SECONDARY,
  "assign-ipv6-addresses": IPV6,
  "unassign-ipv6-addresses": (it, before) => unassigned(it.networkInterfaceId, before, IPV6),
  "delete-network-interface": (it, before) => givenUp(it.networkInterface.id, before),
  "allocate-elastic-ip": ELASTIC,
  "associate-elastic-ip": (_, before) => elasticIpUnlessKept(before),
  "disassociate-elastic-ip": (_, before) => changing(before),
  "release-elastic-ip": (it, before) => givenUp(it.elasticIp.allocationId, before),
  preflight: NOTHING,
  "check-rights": NOTHING,
  drain: NOTHING,
  retire: (it, before) => (it.instance.id === before.instanceId ? instanceAt(before) : NOTHING),
  launch: (_, before) => instanceAt(before),
  "launch-beside": NOTHING,
  prove: NOTHING,
  "prove-candidate": NOTHING,
  "detach-network-interface": (_, before) => instanceAt(before),
  "attach-network-interface": (_, before) => instanceAt(before),
  "replace-root-volume": NOTHING,
  "change-stopped": (it, before) => [
    ...(it.parts.includes("instanceType") ? (["launchedInstanceType"] as const) : typeOnceStarted(before)),
    ...changing(before),
  ],
  "await-running": (_, before) => changing(before),
  start: (_, before) => [...typeOnceStarted(before), ...changing(before)],
  stop: (_, before) => changing(before),
  "change-setting": NOTHING,
  "make-volume": ["dataVolumeIds"],
  "modify-volume": NOTHING,
  "keep-volume-on-termination": NOTHING,
  "end-volume-with-instance": NOTHING,
  "detach-volume": NOTHING,
  "attach-volumes": NOTHING,
  "delete-volume": (it, before) => givenUp(it.volume.id, before),
  "await-let-go": NOTHING,
  "claim-given": NOTHING,
  "end-claims": NOTHING,
  "exchange-elastic-ip": ELASTIC,
  tag: NOTHING,
  retain: (it, before) => givenUp(it.resourceId, before),
  "give-back": (it, before) => givenUp(it.resourceId, before),
};

export function touchedBy(step: Step, before: Before): readonly OutputName[] {
  const row = TOUCHES[step.kind] as Row<Step["kind"]>;
  return typeof row === "function" ? row(step, before) : row;
}
