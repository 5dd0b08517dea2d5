import { WELL_KNOWN } from "../../../local/ec2";
import type { Given } from "./given";
import { pauseRows, state } from "./pause";
import { replacementRows, setting } from "./replacement";
import { always, type Args, both, field, inPlace, NOTHING, replaced, type Row } from "./row";

const { imageV2 } = WELL_KNOWN;

/** Settings for the time between two runs of `up`: the record tells them to whoever looks then. */
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
  // Data volumes are retained by default.
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
