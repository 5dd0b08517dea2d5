/** Worlds in which two runs meet, and the runs. */
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Stack } from "../provider/support";
import { later, somebody, up } from "../provider/world";
import type { Properties } from "./purpose";
import { NIGHT, PAUSE, RECYCLE, RESUME, TICK, upTo, type Verb, WARNED, WATCH } from "./meetings";

export interface Encounter {
  name: string;
  prepare: () => Promise<Stack>;
  /** Each pair: who is first, and who comes into it. */
  pairs: readonly (readonly [Verb, Verb])[];
}

const VOLUME = { name: "data", deviceName: "/dev/sdf", size: 10 };
const NEW = { imageId: WELL_KNOWN.imageV2 };
const BASE = { elasticIp: true };
const PAUSED = { desiredState: "paused" };

async function running(inputs: Properties): Promise<Stack> {
  const owner = await up(inputs);
  later(owner);
  return owner;
}

async function terminated(inputs: Properties): Promise<Stack> {
  const owner = await running(inputs);
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [String(owner.outputs.instanceId)] }));
  later(owner);
  return owner;
}

/** Each of the first with each of the second, and the other way round. */
function pairsOf(first: readonly Verb[], second: readonly Verb[]): [Verb, Verb][] {
  return first.flatMap((one) =>
    second.flatMap((other): [Verb, Verb][] => [
      [one, other],
      [other, one],
    ]),
  );
}

function updated(inputs: Properties): Verb {
  return upTo("new image", { ...inputs, ...NEW });
}

const SPOT = { ...BASE, market: { lifecycle: "spot" } };
const OVERLAP = { ...BASE, replacement: { strategy: "overlap" } };
const SPOT_OVERLAP = { ...OVERLAP, market: { lifecycle: "spot" } };
const STOP_START = { ...BASE, replacement: { strategy: "stop-start" } };
const ROOT = { ...BASE, replacement: { strategy: "root-volume" } };
const DRAINED = { ...BASE, replacement: { drainSeconds: 400 } };
const PROVEN = { ...BASE, dataVolumes: [VOLUME], replacement: { waitFor: "status-ok" } };

export const ENCOUNTERS: readonly Encounter[] = [
  {
    name: "a machine that runs",
    prepare: () => running(BASE),
    pairs: [
      ...pairsOf(
        [updated(BASE)],
        [RECYCLE, PAUSE, NIGHT, WATCH, upTo("another type", { ...BASE, instanceType: "m6i.large" })],
      ),
      ...pairsOf([RECYCLE], [PAUSE, TICK]),
      [RECYCLE, RECYCLE],
    ],
  },
  {
    name: "a machine on spot",
    prepare: () => running(SPOT),
    pairs: pairsOf([updated(SPOT)], [NIGHT, RECYCLE]),
  },
  {
    name: "a machine with a data volume, whose new instance is to pass its checks",
    prepare: () => running(PROVEN),
    pairs: pairsOf([updated(PROVEN)], [RECYCLE, NIGHT, WATCH]),
  },
  {
    name: "a machine that is drained for longer than the controller's grace",
    prepare: () => running(DRAINED),
    pairs: [...pairsOf([updated(DRAINED), RECYCLE], [WATCH])],
  },
  {
    name: "a machine whose instance was terminated",
    prepare: () => terminated(BASE),
    pairs: [...pairsOf([TICK], [updated(BASE), RECYCLE, PAUSE, RESUME]), [TICK, TICK], [WATCH, TICK]],
  },
  {
    name: "a machine that is paused",
    prepare: () => running({ ...BASE, ...PAUSED }),
    pairs: [...pairsOf([RESUME], [updated(BASE), PAUSE, RECYCLE, TICK]), ...pairsOf([updated(BASE)], [PAUSE, TICK])],
  },
  {
    name: "a machine with overlap that AWS takes back",
    prepare: () => running(SPOT_OVERLAP),
    pairs: [[WARNED, WARNED], ...pairsOf([WARNED], [updated(SPOT_OVERLAP), RECYCLE, PAUSE])],
  },
  {
    name: "a machine with overlap",
    prepare: () => running(OVERLAP),
    pairs: pairsOf([updated(OVERLAP)], [RECYCLE, PAUSE, WATCH]),
  },
  {
    name: "a machine with stop-start",
    prepare: () => running(STOP_START),
    pairs: pairsOf([upTo("another type", { ...STOP_START, instanceType: "m6i.large" })], [RECYCLE, NIGHT, WATCH]),
  },
  {
    name: "a machine with root-volume",
    prepare: () => running(ROOT),
    pairs: pairsOf([updated(ROOT)], [RECYCLE, NIGHT, WATCH]),
  },
];
