import { WELL_KNOWN } from "../../../local/ec2";
import { TAG } from "../../../provider/ec2/tags";
import { keepingAddresses } from "./pause";
import { type Args, type Effect, inPlace, keeps, replaced, type Row, sentence } from "./row";
import type { Seen } from "./seen";

const { imageV1, imageV2 } = WELL_KNOWN;

/** Seconds that EC2 takes to end an instance in these tests. */
export const ENDS_AFTER_S = { shuttingDown: 30, skippingShutdown: 10 };

/** A change of the instance that is there. */
const changed = (inputs: string, path: string, ...changes: Effect["changes"]): Effect =>
  keepingAddresses((it) => `changes ${it.instanceId} (${inputs}), ${path} s dark`, "generation", ...changes);

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
export const setting = (seen: Seen, name: string): string | undefined =>
  new RegExp(` ${name}=(\\S+)`).exec(seen.recorded("replacement"))?.[1];
const isDrained = ({ before, account }: Seen): boolean =>
  before !== undefined && account.instances[before.outputs.instanceId]?.tags[TAG.draining] !== undefined;

export const replacementRows: Row[] = [
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
