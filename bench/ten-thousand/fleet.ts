/** Many machines in one account with EC2's own limits, under one process of the product, in virtual time. */
import { EC2_LATENCY, Ec2Simulator, WELL_KNOWN } from "../../local/ec2";
import { Random } from "../../local/ec2/model/random";
import { Handlers } from "../../provider/handlers";
import type { Properties } from "../../provider/model/properties";
import { Session } from "../../provider/session";
import { VirtualTime } from "../virtual-time";
import { addCopies, type Machine, type Made } from "./copies";
import { Counter } from "./counted";

/** The zone and the type of the first kind of machine, from which spot is taken back. */
export const ZONE = "us-east-1a";
export const TYPE = "c6i.large";

export interface Kind {
  name: string;
  count: number;
  /** The inputs that it declares beside those that all do. */
  inputs: Properties;
}

/** A fifth of all is on spot in one zone; of these every third insists on spot. All others are elsewhere. */
export function kindsOf(count: number): Kind[] {
  const inZone = Math.round(count / 5);
  const insisting = Math.floor(inZone / 3);
  const elsewhere = count - inZone;
  const spot = (fallbackToOnDemand: boolean): Properties => ({ lifecycle: "spot", fallbackToOnDemand });
  const [a, b, c] = WELL_KNOWN.defaultSubnets;
  return [
    { name: "spot-first", count: inZone - insisting, inputs: { subnetId: a, market: spot(true) } },
    { name: "spot-only", count: insisting, inputs: { subnetId: a, market: spot(false) } },
    { name: "other-spot", count: Math.floor(elsewhere / 2), inputs: { subnetId: b, market: spot(true) } },
    { name: "on-demand", count: Math.ceil(elsewhere / 2), inputs: { subnetId: c } },
  ];
}

export interface Fleet {
  time: VirtualTime;
  simulator: Ec2Simulator;
  handlers: Handlers;
  counter: Counter;
  /** By the kind's name. */
  machines: ReadonlyMap<string, Machine[]>;
}

/** The first of each kind is made by the product, the others are copies of it; EC2's latency and limits hold from then on. */
export async function fleetOf(kinds: readonly Kind[], seed = 1): Promise<Fleet> {
  const time: VirtualTime = new VirtualTime({
    nextChangeAt: () => simulator.nextChangeAt(),
    onChange: () => {
      simulator.catchUp();
    },
  });
  const simulator: Ec2Simulator = new Ec2Simulator({ clock: time, seed });
  const counter = new Counter(simulator.requestHandler({ sleep: (ms) => time.sleep(ms) }));
  const random = new Random(seed);
  const session = new Session(
    { region: "us-east-1" },
    {
      clock: time,
      say: () => undefined,
      client: {
        requestHandler: counter.requestHandler,
        credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
        random: () => random.next(),
      },
    },
  );
  const handlers = new Handlers(session);
  simulator.quotas.set("network-interfaces", 20_000);
  const firsts: [Kind, Made][] = [];
  for (const kind of kinds.filter((it) => it.count > 0)) {
    const before = simulator.snapshot();
    const machine = await time.until(made(handlers, kind));
    firsts.push([kind, { machine, before, after: simulator.snapshot() }]);
  }
  const state = simulator.snapshot();
  const machines = new Map(
    firsts.map(([{ name, count }, first]) => [name, [first.machine, ...addCopies(state, first, count - 1)]]),
  );
  simulator.restore(state);
  simulator.latency.set(EC2_LATENCY);
  simulator.throttling.set({});
  counter.take();
  return { time, simulator, handlers, counter, machines };
}

async function made(handlers: Handlers, { name, inputs: own }: Kind): Promise<Machine> {
  const { inputs, failures } = await handlers.check({}, { ...DECLARED, ...own, resourceUrn: `${URN}::fleet-${name}` });
  if (failures.length > 0) {
    throw new Error(failures.map((it) => it.reason).join("; "));
  }
  const { id, outs } = await handlers.create(inputs);
  // A second call with the id marks it as one that a state has; every machine that is not brand new has had it.
  await handlers.read(id, outs);
  return { id, outputs: outs as Machine["outputs"] };
}

const URN = "urn:pulumi:bench::fleet::pulumi-nodejs:dynamic/managed-instance:ManagedInstance";
const DECLARED: Properties = {
  imageId: WELL_KNOWN.imageV1,
  instanceType: TYPE,
  publicIpAssignment: "none",
};
