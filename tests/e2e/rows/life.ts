import { WELL_KNOWN } from "../../../local/ec2";
import { TAG } from "../../../provider/ec2/tags";
import type { Given } from "./given";
import {
  always,
  type Args,
  both,
  type Effect,
  field,
  inPlace,
  keeps,
  NOTHING,
  replaced,
  type Row,
  sentence,
} from "./row";
import type { Outputs, Seen } from "./seen";

const { imageV1, imageV2 } = WELL_KNOWN;

/** What EC2 takes to end an instance in these tests. */
export const ENDS_AFTER_S = { shuttingDown: 30, skippingShutdown: 10 };

const state = ({ outputs, account }: Seen): string => account.instances[outputs.instanceId]?.state ?? "no instance";

/** What is said of an instance, if there is one, while all addresses stay. */
const keeping = (say: (before: Outputs) => string, ...changes: Effect["changes"]): Effect => ({
  line: (it) => sentence(say(it), keeps(it)),
  changes,
});

const launched = ["instanceId", "state", "lifecycle", "launchedInstanceType"] as const;

const pauseRows: Row[] = [
  {
    name: "desiredState",
    args: both("desiredState", "paused", "running"),
    announced: `makes a new network interface in ${WELL_KNOWN.subnetA}, with an address that EC2 picks and a new Elastic IP; launches nothing while it is paused`,
    effects: [
      keeping(() => "launches an instance (desiredState)", ...launched),
      keeping((it) => `pauses ${it.instanceId} (desiredState), stops it`, "state"),
      keeping((it) => `changes in place (desiredState); starts ${it.instanceId}`, "state"),
    ],
    shows: state,
    as: ["no instance", "running", "stopped", "running"],
  },
  {
    name: "pauseBehavior",
    args: [
      { pauseBehavior: "terminate", desiredState: "running" },
      { pauseBehavior: "stop", desiredState: "paused" },
      { pauseBehavior: "terminate", desiredState: "paused" },
      { desiredState: "running" },
    ],
    effects: [
      keeping((it) => `pauses ${it.instanceId} (desiredState, pauseBehavior), stops it`, "state"),
      keeping((it) => `pauses ${it.instanceId} (pauseBehavior), ends it`, ...launched.filter((it) => it !== "state")),
      keeping(() => "launches an instance (desiredState, pauseBehavior)", ...launched),
    ],
    shows: (seen) => [state(seen), seen.recorded("desiredState")],
    as: [
      ["running", "running pause-behavior=terminate"],
      ["stopped", "paused pause-behavior=stop"],
      ["no instance", "paused pause-behavior=terminate"],
      ["running", "running pause-behavior=stop"],
    ],
  },
];

/** A change of the instance that is there. */
const changed = (inputs: string, path: string, ...changes: Effect["changes"]): Effect =>
  keeping((it) => `changes ${it.instanceId} (${inputs}), ${path} s dark`, "generation", ...changes);

const replacedBy = (path: string, inputs: string): Effect => ({
  ...replaced(inputs),
  line: (it) => sentence(`replaces ${it.instanceId} (${inputs}), ${path} s dark`, keeps(it)),
});

/** First in place; then with the first value and another image; then cleared, with the first image again. */
const replacement = (
  name: string,
  [a, b]: readonly [a: unknown, b: unknown],
  row: Pick<Row, "shows" | "as"> & { back?: Effect; beside?: Args },
): Row => ({
  name: `replacement.${name}`,
  args: [
    { replacement: { ...row.beside, [name.replace(/\/.*/, "")]: a } },
    { replacement: { ...row.beside, [name.replace(/\/.*/, "")]: b } },
    { replacement: { ...row.beside, [name.replace(/\/.*/, "")]: a }, imageId: imageV2 },
    {},
  ],
  effects: [inPlace("replacement"), row.back ?? replaced("imageId, replacement"), replaced("imageId, replacement")],
  shows: row.shows,
  as: row.as,
});

/** Whether the kept interface is the instance's first one. */
const device = ({ networkInterface, instance }: Seen): unknown[] => [
  networkInterface.attachment?.deviceIndex,
  instance.imageId,
];

const says = (seen: Seen, what: RegExp): boolean => seen.said.some((it) => what.test(it));
const setting = (seen: Seen, name: string): string | undefined =>
  new RegExp(` ${name}=(\\S+)`).exec(seen.recorded("replacement"))?.[1];
const isDrained = ({ before, account }: Seen): boolean =>
  before !== undefined && account.instances[before.outputs.instanceId]?.tags[TAG.draining] !== undefined;

const replacementRows: Row[] = [
  replacement("strategy", ["root-volume", "auto"], {
    back: changed("imageId, replacement", "root-volume, about 37"),
    shows: (seen) => [seen.recorded("replacement").split(" ")[0], seen.rootVolume.snapshotId?.slice(-1)],
    as: [
      ["root-volume", "1"],
      ["auto", "1"],
      ["root-volume", "2"],
      ["terminate-first", "1"],
    ],
  }),
  {
    ...replacement("strategy/stop-start", ["stop-start", "auto"], {
      shows: ({ instance }) => instance.instanceType,
      as: ["m6i.large", "m6i.large", "c6i.large", "m6i.large"],
    }),
    args: [
      { replacement: { strategy: "stop-start" } },
      { replacement: { strategy: "auto" } },
      { replacement: { strategy: "stop-start" }, instanceType: "c6i.large" },
      {},
    ],
    effects: [
      inPlace("replacement"),
      changed("instanceType, replacement", "stop-start, about 32", "launchedInstanceType"),
      replaced("instanceType, replacement", "launchedInstanceType"),
    ],
  },
  replacement("strategy/overlap", ["overlap", "terminate-first"], {
    back: replacedBy("overlap, about 7", "imageId, replacement"),
    shows: device,
    as: [
      [1, imageV1],
      [1, imageV1],
      [1, imageV2],
      [0, imageV1],
    ],
  }),
  replacement("drainSeconds", [30, 60], {
    shows: (seen) => [setting(seen, "drain-seconds"), isDrained(seen)],
    as: [
      ["30", false],
      ["60", false],
      ["30", true],
      ["0", false],
    ],
  }),
  replacement("skipOsShutdown", [true, false], {
    back: replacedBy("terminate-first, about 19", "imageId, replacement"),
    shows: (seen) => [
      setting(seen, "skip-os-shutdown"),
      seen.before?.outputs.instanceId === seen.outputs.instanceId || seen.before === undefined
        ? "none ended"
        : seen.endTook(seen.previous),
    ],
    as: [
      ["true", "none ended"],
      ["false", "none ended"],
      ["true", ENDS_AFTER_S.skippingShutdown],
      ["false", ENDS_AFTER_S.shuttingDown],
    ],
  }),
  replacement("waitFor", ["status-ok", "running"], {
    shows: (seen) => [setting(seen, "wait-for"), says(seen, /passes its status checks/)],
    as: [
      ["status-ok", true],
      ["running", false],
      ["status-ok", true],
      ["running", false],
    ],
  }),
  replacement("rollbackOnFailure", [false, true], {
    shows: (seen) => setting(seen, "rollback-on-failure"),
    as: ["false", "true", "false", "true"],
  }),
  replacement("timeoutSeconds", [900, 1200], {
    shows: (seen) => setting(seen, "timeout-seconds"),
    as: ["900", "1200", "900", "600"],
  }),
];

/** What happens between two runs of `up`: the record says it to whoever looks then. */
const unattendedRows: Row[] = [
  {
    name: "healing.enabled",
    args: field("healing", "enabled", false, true),
    effects: always(inPlace("healing")),
    shows: (seen) => setting(seen, "healing"),
    as: ["false", "true", "false", "true"],
  },
  {
    name: "healing.graceSeconds",
    args: field("healing", "graceSeconds", 60, 900),
    effects: always(inPlace("healing")),
    shows: (seen) => setting(seen, "grace-seconds"),
    as: ["60", "900", "60", "300"],
  },
  {
    name: "healing.unhealthySeconds",
    args: field("healing", "unhealthySeconds", 60, 900),
    effects: always(inPlace("healing")),
    shows: (seen) => setting(seen, "unhealthy-seconds"),
    as: ["60", "900", "60", "120"],
  },
  {
    name: "schedules",
    args: both(
      "schedules",
      [{ action: "recycle", cron: "0 4 * * sun" }],
      [
        { action: "pause", cron: "0 20 * * 1-5", timezone: "Europe/Berlin" },
        { action: "resume", cron: "0 7 * * 1-5", timezone: "Europe/Berlin" },
      ],
    ),
    effects: always(inPlace("schedules")),
    shows: (seen) => seen.recorded("schedules"),
    as: [
      "recycle 0 4 * * sun UTC",
      "pause 0 20 * * 1-5 Europe/Berlin; resume 0 7 * * 1-5 Europe/Berlin",
      "recycle 0 4 * * sun UTC",
      "",
    ],
  },
  {
    name: "minReplacementInterval",
    args: both("minReplacementInterval", 300, 3600),
    effects: always(inPlace("minReplacementInterval")),
    shows: (seen) => setting(seen, "min-interval"),
    as: ["300", "3600", "300", "60"],
  },
];

/** Once the machine is there, that it was adopted says nothing any more. */
const adoptRows = ({ replaced: first, kept, ...given }: Given): Row[] => [
  {
    name: "adopt.instanceId",
    with: { elasticIp: undefined },
    args: [{ adopt: { instanceId: kept.instanceId } }, {}, { adopt: { instanceId: kept.instanceId } }, {}],
    announced: `adopts ${kept.instanceId} on ${kept.networkInterfaceId} with ${kept.privateIp}; it fits and keeps running`,
    effects: always(NOTHING),
    shows: (seen) => [seen.outputs.instanceId, seen.outputs.networkInterfaceId, state(seen)],
    as: Array(4).fill([kept.instanceId, kept.networkInterfaceId, "running"]) as unknown as Row["as"],
    leaves: ["i", "eni", "vol"],
  },
  {
    name: "adopt.instanceId/replaced later",
    args: [
      { adopt: { instanceId: first.instanceId } },
      {},
      { adopt: { instanceId: first.instanceId } },
      { imageId: imageV2 },
    ],
    announced: `adopts ${first.instanceId} on ${first.networkInterfaceId} with ${first.privateIp}; it fits and keeps running; puts a new Elastic IP on it`,
    effects: [
      NOTHING,
      NOTHING,
      {
        ...replaced("imageId"),
        line: (it) => `${replaced("imageId").line?.(it) ?? ""}; ${first.rootVolumeId} would be deleted with it`,
      },
    ],
    shows: (seen) => [seen.outputs.instanceId === first.instanceId, seen.outputs.networkInterfaceId],
    as: [
      [true, first.networkInterfaceId],
      [true, first.networkInterfaceId],
      [true, first.networkInterfaceId],
      [false, first.networkInterfaceId],
    ],
    leaves: ["eni"],
  },
  {
    name: "adopt.networkInterfaceId",
    args: [
      { adopt: { networkInterfaceId: given.networkInterfaceId } },
      {},
      { adopt: { networkInterfaceId: given.networkInterfaceId } },
      {},
    ],
    announced: `adopts ${given.networkInterfaceId} with ${given.privateIp} and launches m6i.large on it; puts a new Elastic IP on it`,
    effects: always(NOTHING),
    shows: (seen) => [seen.outputs.networkInterfaceId, state(seen)],
    as: Array(4).fill([given.networkInterfaceId, "running"]) as unknown as Row["as"],
    leaves: ["eni"],
  },
];

/** Cleared before it is given again, so that destroy has something to keep. */
const deletion = (name: string, leaves: string[], beside: Args = {}): Row => ({
  name: `deletion.${name}`,
  with: beside,
  args: [
    { deletion: { [name]: "retain" } },
    { deletion: { [name]: "delete" } },
    {},
    { deletion: { [name]: "retain" } },
  ],
  // Of data volumes, to retain them is the default.
  effects:
    name === "dataVolumes"
      ? [inPlace("deletion"), inPlace("deletion"), NOTHING]
      : [inPlace("deletion"), NOTHING, inPlace("deletion")],
  shows: state,
  as: ["running", "running", "running", "running"],
  leaves,
});

export const lifeRows = (given: Given): Row[] => [
  ...pauseRows,
  ...replacementRows,
  ...unattendedRows,
  ...adoptRows(given),
  deletion("networkInterface", ["eni"]),
  deletion("elasticIp", ["eipalloc"]),
  deletion("dataVolumes", ["vol"], { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] }),
];
