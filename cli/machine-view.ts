/** A machine as `list` and `status` show it; `--json` prints it under these names, which stay (docs/cli.md). (pure) */
import { isReadable, type Machine, type Reading } from "../controller/record";
import type { ReplacementReason } from "../provider/engine/record/last-replacement";
import { nextOf } from "../controller/schedules";
import { driftOf } from "../provider/engine/planning/drift";
import { castOf } from "../provider/engine/situation/cast";
import { outputsOf } from "../provider/engine/situation/outputs";
import type { Instance, Lifecycle } from "../provider/model/things";
import type { MachineState } from "../provider/model/outputs";
import type { ScheduledAction } from "../provider/model/desired";

export interface MachineView {
  name: string;
  id: string;
  state: MachineState;
  /** The reason why the state is `failed`; else empty. */
  reason: string;
  desiredState: "running" | "paused" | "";
  generation: number;
  instanceId: string;
  instanceType: string;
  market: Lifecycle | "";
  networkInterfaceId: string;
  privateIp: string;
  secondaryPrivateIps: string[];
  ipv6Addresses: string[];
  publicIp: string;
  allocationId: string;
  availabilityZone: string;
  launchTemplateId: string;
  /** Time at which the instance was launched, or started last. */
  launchedAt: string | null;
  ageSeconds: number | null;
  lastReplacement: ReplacementView | null;
  nextSchedule: { action: ScheduledAction; at: string } | null;
  drift: string[];
}

export interface ReplacementView {
  at: string;
  reason: ReplacementReason;
  instanceId: string;
  inARow: number;
  tries: number;
  gaveUp: boolean;
}

export function viewOf(reading: Reading, now: number): MachineView {
  return isReadable(reading) ? viewOfMachine(reading, now) : viewOfUnreadable(reading);
}

const NOTHING: Omit<MachineView, "name" | "id" | "reason" | "generation" | "launchTemplateId"> = {
  state: "failed",
  desiredState: "",
  instanceId: "",
  instanceType: "",
  market: "",
  networkInterfaceId: "",
  privateIp: "",
  secondaryPrivateIps: [],
  ipv6Addresses: [],
  publicIp: "",
  allocationId: "",
  availabilityZone: "",
  launchedAt: null,
  ageSeconds: null,
  lastReplacement: null,
  nextSchedule: null,
  drift: [],
};

function viewOfUnreadable(reading: Exclude<Reading, Machine>): MachineView {
  const { id, name, template, unreadable } = reading;
  return {
    ...NOTHING,
    name,
    id,
    reason: unreadable,
    generation: template.latestVersion,
    launchTemplateId: template.id,
  };
}

function viewOfMachine(machine: Machine, now: number): MachineView {
  const { id, name, desired, observed, history } = machine;
  const cast = castOf(machine);
  const { launchedInstanceType, lifecycle, state, ...outputs } = outputsOf(cast);
  const instance = observed.instances.find((it) => it.id === outputs.instanceId);
  const { replacement } = history;
  return {
    name,
    id,
    state,
    reason:
      state === "failed" && replacement !== undefined
        ? `given up after ${replacement.inARow} replacements in a row (${replacement.reason})`
        : "",
    desiredState: desired.desiredState,
    generation: outputs.generation,
    instanceId: outputs.instanceId,
    instanceType: launchedInstanceType,
    market: lifecycle,
    networkInterfaceId: outputs.networkInterfaceId,
    privateIp: outputs.privateIp,
    secondaryPrivateIps: outputs.secondaryPrivateIps,
    ipv6Addresses: outputs.ipv6Addresses,
    publicIp: outputs.publicIp,
    allocationId: outputs.allocationId,
    availabilityZone: outputs.availabilityZone,
    launchTemplateId: outputs.launchTemplateId,
    ...ageOf(instance, now),
    lastReplacement: replacement === undefined ? null : { ...replacement, at: timeText(replacement.at) },
    nextSchedule: nextScheduleOf(desired.schedules, now),
    drift: driftOf(cast),
  };
}

function ageOf(instance: Instance | undefined, now: number): Pick<MachineView, "launchedAt" | "ageSeconds"> {
  return instance === undefined
    ? { launchedAt: null, ageSeconds: null }
    : {
        launchedAt: timeText(instance.launchedAt),
        ageSeconds: Math.max(0, Math.round((now - instance.launchedAt) / 1000)),
      };
}

function nextScheduleOf(schedules: Machine["desired"]["schedules"], now: number): MachineView["nextSchedule"] {
  const next = nextOf(schedules, now);
  return next === undefined ? null : { action: next.schedule.action, at: timeText(next.at) };
}

export function timeText(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}Z$/, "Z");
}

/** An age as people say it: in the two largest units. */
export function ageText(seconds: number | null): string {
  if (seconds === null) {
    return "";
  }
  const units = [
    ["d", 86_400],
    ["h", 3600],
    ["m", 60],
    ["s", 1],
  ] as const;
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first < 0) {
    return "0s";
  }
  const [unit, size] = units[first] ?? units[3];
  const next = units[first + 1];
  const rest = next === undefined ? 0 : Math.floor((seconds % size) / next[1]);
  return `${Math.floor(seconds / size)}${unit}${next === undefined || rest === 0 ? "" : ` ${rest}${next[0]}`}`;
}
