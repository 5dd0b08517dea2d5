/** Machines, updates and pages as the console's server sends them. */
import type { FleetMachine, FleetUpdate, MachineEvents, MachinePage, SessionView } from "../../cli/console/wire";

/** The time of all samples: a frozen clock shows the same ages each time. */
export const NOW = "2026-11-22T12:00:00Z";

/** An ISO time some seconds before the samples' time; after it where below 0. */
export function ago(seconds: number): string {
  return new Date(Date.parse(NOW) - seconds * 1000).toISOString().replace(".000Z", "Z");
}

const DAY = 86_400;

export function machine(overrides: Partial<FleetMachine> = {}): FleetMachine {
  return {
    name: "db",
    id: "mi-24fc6aa66946910e8",
    state: "running",
    reason: "",
    desiredState: "running",
    generation: 3,
    instanceId: "i-08c8f531a1ec3242f",
    instanceType: "m7i.large",
    market: "spot",
    networkInterfaceId: "eni-0209043c00c799f49",
    privateIp: "10.0.1.183",
    secondaryPrivateIps: [],
    ipv6Addresses: [],
    publicIp: "203.0.113.36",
    allocationId: "eipalloc-0b1c2d3e4f5a6b7c8",
    availabilityZone: "us-east-1a",
    launchTemplateId: "lt-03fcc26efb9e2938b",
    launchedAt: ago(3 * DAY + 4 * 3600),
    ageSeconds: 3 * DAY + 4 * 3600,
    lastReplacement: null,
    nextSchedule: null,
    drift: [],
    isReadable: true,
    unseen: [],
    ...overrides,
  };
}

function replaced(seconds: number, reason: string, more: object = {}): FleetMachine["lastReplacement"] {
  const last = { at: ago(seconds), reason, instanceId: "i-0ec5fb157eb3bd59c", inARow: 1, tries: 1, gaveUp: false };
  return { ...last, ...more } as FleetMachine["lastReplacement"];
}

const PAUSED = { state: "paused", desiredState: "paused", instanceId: "", launchedAt: null, ageSeconds: null } as const;

/** A fleet with a machine in each state, and what else a table has to show. */
export const FLEET: readonly FleetMachine[] = [
  machine({
    secondaryPrivateIps: ["10.0.1.184", "10.0.1.185"],
    ipv6Addresses: ["2001:db8:1f::a7"],
    lastReplacement: replaced(3 * DAY + 4 * 3600, "interruption"),
    nextSchedule: { action: "pause", at: ago(-7 * 3600) },
  }),
  machine({
    name: "db-replica",
    id: "mi-5b0c44d1e2f3a4b59",
    generation: 2,
    privateIp: "10.0.2.41",
    publicIp: "",
    allocationId: "",
    availabilityZone: "us-east-1b",
    launchedAt: ago(11 * DAY),
    drift: ["Security group sg-0a1b2c3d is not on eni-0f7e747f69ce3b882.", "10.0.2.42 is gone from the interface."],
  }),
  machine({
    name: "billing",
    id: "mi-6a30ca7eebf38e2df",
    market: "on-demand",
    instanceType: "m5.2xlarge",
    generation: 14,
    privateIp: "10.0.1.125",
    publicIp: "198.51.100.7",
    launchedAt: ago(96 * DAY),
    lastReplacement: replaced(96 * DAY, "by-hand"),
  }),
  machine({
    ...PAUSED,
    name: "ci-runner",
    id: "mi-71f0a9b8c7d6e5f43",
    instanceType: "c7a.4xlarge",
    generation: 31,
    privateIp: "10.0.3.10",
    publicIp: "",
    allocationId: "",
    availabilityZone: "us-east-1c",
    lastReplacement: replaced(15 * 3600, "schedule"),
    nextSchedule: { action: "resume", at: ago(-42 * 3600) },
  }),
  machine({
    name: "legacy-erp",
    id: "mi-8d9e0f1a2b3c4d5e6",
    state: "failed",
    reason: "given up after 3 replacements in a row (status-checks)",
    generation: 9,
    privateIp: "10.0.1.77",
    publicIp: "203.0.113.80",
    launchedAt: ago(47 * 60),
    lastReplacement: replaced(44 * 60, "status-checks", { inARow: 3, gaveUp: true }),
  }),
  machine({
    name: "nat-a",
    id: "mi-9a8b7c6d5e4f3a2b1",
    market: "on-demand",
    instanceType: "t4g.small",
    generation: 1,
    privateIp: "10.0.0.10",
    publicIp: "198.51.100.21",
    launchedAt: ago(211 * DAY),
  }),
  machine({
    name: "nat-b",
    id: "mi-a1b2c3d4e5f607182",
    state: "pending",
    market: "on-demand",
    instanceType: "t4g.small",
    generation: 2,
    privateIp: "10.0.2.10",
    publicIp: "198.51.100.22",
    availabilityZone: "us-east-1b",
    launchedAt: ago(21),
    lastReplacement: replaced(62, "ended"),
  }),
  machine({
    ...PAUSED,
    name: "queue",
    id: "mi-b7c8d9e0f1a2b3c4d",
    state: "missing",
    desiredState: "running",
    instanceType: "r6i.xlarge",
    generation: 5,
    privateIp: "10.0.1.200",
    publicIp: "",
    allocationId: "",
    lastReplacement: replaced(190, "interruption", { tries: 4 }),
  }),
  machine({
    name: "vpn",
    id: "mi-c3d4e5f6a7b8091a2",
    instanceType: "c7g.medium",
    generation: 4,
    privateIp: "10.0.1.5",
    publicIp: "203.0.113.5",
    launchedAt: ago(6 * 3600 + 300),
    lastReplacement: replaced(6 * 3600 + 360, "rebalance"),
  }),
];

export function updateOf(machines: readonly FleetMachine[], overrides: Partial<FleetUpdate> = {}): FleetUpdate {
  return {
    at: ago(4),
    isWhole: true,
    changed: [...machines],
    gone: [],
    trouble: null,
    periodSeconds: 10,
    ...overrides,
  };
}

export const SESSION: SessionView = {
  region: "us-east-1",
  account: "123456789012",
  identity: "arn:aws:sts::123456789012:assumed-role/operator/ada",
  whyNoAccount: "",
  profile: "production",
  endpoint: "",
  isSimulator: false,
  version: "0.1.0",
};

export function pageOf(of: FleetMachine, overrides: Partial<MachinePage> = {}): MachinePage {
  return {
    at: ago(4),
    machine: of,
    advice:
      of.state === "failed"
        ? `Find out why with \`managed-instance history ${of.name}\`, then \`managed-instance recycle ${of.name}\`.`
        : "",
    configuration: [
      { name: "subnetId", value: "subnet-0a1b2c3d4e5f60718", changeClass: "N" },
      { name: "persistPrivateIp", value: "true", changeClass: "N" },
      { name: "elasticIp", value: "true", changeClass: "P" },
      { name: "imageId", value: "ami-0a1b2c3d4e5f60718", changeClass: "I" },
      { name: "instanceType", value: "m7i.large", changeClass: "I" },
      { name: "market", value: '{"lifecycle":"spot","fallbackToOnDemand":true}', changeClass: "I" },
      { name: "securityGroupIds", value: '["sg-0a1b2c3d4e5f60718"]', changeClass: "P" },
      {
        name: "schedules",
        value: '[{"action":"pause","cron":"0 19 * * 1-5","timezone":"Europe/Berlin"}]',
        changeClass: "P",
      },
    ],
    things: [
      { kind: "instance", id: "i-08c8f531a1ec3242f", state: "running", note: "generation 3" },
      { kind: "network interface", id: "eni-0209043c00c799f49", state: "in-use", note: "kept over replacements" },
      { kind: "Elastic IP", id: "eipalloc-0b1c2d3e4f5a6b7c8", state: "associated", note: "allocated by this resource" },
      { kind: "volume", id: "vol-08293ef96b4532a8f", state: "in-use", note: "data, /dev/sdf, 100 GiB" },
      { kind: "launch template", id: "lt-03fcc26efb9e2938b", state: "", note: "the record" },
    ],
    commands: [
      { about: "status", command: `managed-instance status ${of.id} --region us-east-1 --profile production` },
      { about: "pause", command: `managed-instance pause ${of.id} --region us-east-1 --profile production` },
      { about: "recycle", command: `managed-instance recycle ${of.id} --region us-east-1 --profile production` },
      { about: "history", command: `managed-instance history ${of.id} --region us-east-1 --profile production` },
    ],
    ...overrides,
  };
}

export const EVENTS: MachineEvents = {
  events: [
    {
      at: ago(9 * DAY),
      source: "record",
      what: "generation 1: m7i.large, ami-0a000000000000001",
      resourceId: "lt-03fcc26efb9e2938b",
      by: "",
    },
    { at: ago(8 * DAY), source: "cloudtrail", what: "RunInstances", resourceId: "i-0ec5fb157eb3bd59c", by: "ada" },
    {
      at: ago(5 * DAY),
      source: "record",
      what: "generation 3: m7i.large, ami-0a1b2c3d4e5f60718",
      resourceId: "lt-03fcc26efb9e2938b",
      by: "",
    },
    {
      at: ago(3 * DAY + 4 * 3600 + 50),
      source: "record",
      what: "replaced: interruption",
      resourceId: "i-0ec5fb157eb3bd59c",
      by: "",
    },
    {
      at: ago(3 * DAY + 4 * 3600),
      source: "instance",
      what: "launched or started of generation 3: m7i.large, spot",
      resourceId: "i-08c8f531a1ec3242f",
      by: "",
    },
  ],
  notes: [],
};
