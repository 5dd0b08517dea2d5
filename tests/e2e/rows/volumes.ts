import type { Given } from "./given";
import {
  always,
  type Args,
  both,
  type Effect,
  inPlace,
  NOTHING,
  replaced,
  type Row,
  sentence,
  type Stages,
} from "./row";
import type { Volume } from "./seen";

const KEYS = ["a", "b"].map(
  (it) => `arn:aws:kms:us-east-1:123456789012:key/${it.repeat(8)}-0000-4000-8000-000000000000`,
);

const root = (
  name: "size" | "type" | "iops" | "throughput" | "encrypted",
  [a, b, none]: readonly [a: unknown, b: unknown, none: unknown],
  beside: Args = {},
): Row => ({
  name: `rootVolume.${name}`,
  args: [
    { rootVolume: { ...beside, [name]: a } },
    { rootVolume: { ...beside, [name]: b } },
    { rootVolume: { ...beside, [name]: a } },
    {},
  ],
  effects: always(replaced("rootVolume")),
  shows: ({ rootVolume }) => rootVolume[name === "type" ? "volumeType" : name],
  as: [a, b, a, none],
});

/** One data volume, in each stage with other options; at destroy it goes. */
const data = (options: Stages<Args | undefined>): Pick<Row, "with" | "args"> => ({
  with: { deletion: { dataVolumes: "delete" } },
  args: options.map((it) => ({
    dataVolumes: it === undefined ? undefined : [{ name: "data", deviceName: "/dev/sdf", ...it }],
  })) as unknown as Stages<Args>,
});

const grown = inPlace("dataVolumes");
/** The data volume comes off, and on again. */
const renamed = (from: string, to: string): Effect => ({
  ...grown,
  line: (it) =>
    sentence(
      grown.line?.(it) ?? "",
      `takes the data volume data (${it.dataVolumeIds.data ?? ""}) off ${from} and attaches it again as ${to}: unmount it in the guest before, which keeps it while it is mounted`,
    ),
});
const attached = inPlace("dataVolumes", "dataVolumeIds");
/** The data volumes go that are not named any more. */
const detached = (...names: string[]): Effect => ({
  ...attached,
  line: (it) =>
    sentence(
      attached.line?.(it) ?? "",
      ...names.map((name) => `${verb(name)} the data volume ${name} (${it.dataVolumeIds[name] ?? ""})`),
    ),
});
/** The row of the deletion's default, and a volume that was given. */
const verb = (name: string): string => (["kept", "logs", "given"].includes(name) ? "detaches and keeps" : "deletes");

const shape = ({ size, volumeType, iops, throughput }: Volume): unknown[] => [size, volumeType, iops, throughput];

export const volumeRows = (given: Given): Row[] => [
  root("size", [20, 30, 8]),
  root("type", ["gp3", "gp2", "gp3"]),
  root("iops", [4000, 5000, 3000], { type: "gp3" }),
  root("throughput", [200, 300, 125], { type: "gp3" }),
  root("encrypted", [true, false, false]),
  {
    name: "rootVolume.kmsKeyId",
    args: both("rootVolume", { encrypted: true, kmsKeyId: KEYS[0] }, { encrypted: true, kmsKeyId: KEYS[1] }),
    effects: always(replaced("rootVolume")),
    shows: ({ rootVolume }) => rootVolume.kmsKeyId,
    as: [KEYS[0], KEYS[1], KEYS[0], undefined],
  },
  {
    name: "dataVolumes",
    args: both(
      "dataVolumes",
      [{ name: "kept", deviceName: "/dev/sdf", size: 10 }],
      [
        { name: "kept", deviceName: "/dev/sdf", size: 10 },
        { name: "logs", deviceName: "/dev/sdg", size: 5 },
      ],
    ),
    effects: [attached, detached("logs"), detached("kept")],
    shows: ({ dataVolumes }) => dataVolumes,
    as: [
      { kept: "10 GiB on /dev/sdf" },
      { kept: "10 GiB on /dev/sdf", logs: "5 GiB on /dev/sdg" },
      { kept: "10 GiB on /dev/sdf" },
      {},
    ],
    leaves: ["vol", "vol"],
  },
  {
    name: "dataVolumes.size",
    ...data([{ size: 10 }, { size: 20 }, { size: 20 }, undefined]),
    // Back is refused: volumes do not shrink.
    effects: [grown, NOTHING, detached("data")],
    shows: ({ dataVolumes }) => dataVolumes,
    as: [{ data: "10 GiB on /dev/sdf" }, { data: "20 GiB on /dev/sdf" }, { data: "20 GiB on /dev/sdf" }, {}],
  },
  {
    name: "dataVolumes.deviceName",
    ...data([
      { size: 10, deviceName: "/dev/sdg" },
      { size: 10, deviceName: "/dev/sdh" },
      { size: 10, deviceName: "/dev/sdg" },
      undefined,
    ]),
    effects: [renamed("/dev/sdg", "/dev/sdh"), renamed("/dev/sdh", "/dev/sdg"), detached("data")],
    shows: ({ dataVolumes }) => dataVolumes,
    as: [{ data: "10 GiB on /dev/sdg" }, { data: "10 GiB on /dev/sdh" }, { data: "10 GiB on /dev/sdg" }, {}],
  },
  {
    name: "dataVolumes.type",
    ...data([{ size: 10, type: "gp2" }, { size: 10, type: "gp3" }, { size: 10, type: "gp2" }, { size: 10 }]),
    effects: always(grown),
    shows: (seen) => shape(seen.volume("data")),
    as: [
      [10, "gp2", 100, undefined],
      [10, "gp3", 3000, 125],
      [10, "gp2", 100, undefined],
      [10, "gp3", 3000, 125],
    ],
  },
  {
    name: "dataVolumes.iops",
    ...data([{ size: 10, iops: 4000 }, { size: 10, iops: 5000 }, { size: 10, iops: 4000 }, { size: 10 }]),
    effects: always(grown),
    shows: (seen) => shape(seen.volume("data")),
    as: [
      [10, "gp3", 4000, 125],
      [10, "gp3", 5000, 125],
      [10, "gp3", 4000, 125],
      [10, "gp3", 3000, 125],
    ],
  },
  {
    name: "dataVolumes.throughput",
    ...data([
      { size: 10, throughput: 200 },
      { size: 10, throughput: 300 },
      { size: 10, throughput: 200 },
      { size: 10 },
    ]),
    effects: always(grown),
    shows: (seen) => shape(seen.volume("data")),
    as: [
      [10, "gp3", 3000, 200],
      [10, "gp3", 3000, 300],
      [10, "gp3", 3000, 200],
      [10, "gp3", 3000, 125],
    ],
  },
  {
    // For life, so what changes is whether there is the volume.
    name: "dataVolumes.kmsKeyId",
    ...data([
      { size: 10, encrypted: true, kmsKeyId: KEYS[0] },
      undefined,
      { size: 10, encrypted: true, kmsKeyId: KEYS[1] },
      undefined,
    ]),
    effects: [detached("data"), attached, detached("data")],
    shows: ({ outputs, account }) => Object.values(outputs.dataVolumeIds).map((it) => account.volumes[it]?.kmsKeyId),
    as: [[KEYS[0]], [], [KEYS[1]], []],
  },
  {
    name: "dataVolumes.snapshotId",
    ...data([
      { snapshotId: "snap-0a000000000000001" },
      undefined,
      { snapshotId: "snap-0a000000000000002", size: 9 },
      undefined,
    ]),
    effects: [detached("data"), attached, detached("data")],
    shows: ({ outputs, account }) =>
      Object.values(outputs.dataVolumeIds).map((it) => [account.volumes[it]?.snapshotId, account.volumes[it]?.size]),
    as: [[["snap-0a000000000000001", 8]], [], [["snap-0a000000000000002", 9]], []],
  },
  {
    name: "dataVolumes.volumeId",
    ...data([
      { name: "given", volumeId: given.volumeId },
      undefined,
      { name: "given", volumeId: given.volumeId },
      undefined,
    ]),
    effects: [detached("given"), attached, detached("given")],
    shows: ({ outputs, account }) => [outputs.dataVolumeIds, account.volumes[given.volumeId]?.attachment?.device],
    as: [
      [{ given: given.volumeId }, "/dev/sdf"],
      [{}, undefined],
      [{ given: given.volumeId }, "/dev/sdf"],
      [{}, undefined],
    ],
  },
];
