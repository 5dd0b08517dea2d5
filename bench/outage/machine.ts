/** A machine in an account of its own, as often as it is wanted: each run begins with the same one. */
import { Ec2Simulator, WELL_KNOWN } from "../../local/ec2";
import { Handlers } from "../../provider/handlers";
import type { Properties } from "../../provider/model/properties";
import { Session } from "../../provider/session";
import { VirtualTime } from "../virtual-time";
import { type Draws, drawsOf, impose } from "./draws";

const REGION = "us-east-1";
const START = Date.UTC(2026, 0, 1);

const INPUTS: Properties = {
  resourceUrn: "urn:pulumi:bench::outage::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::web",
  subnetId: WELL_KNOWN.subnetA,
  imageId: WELL_KNOWN.imageV1,
  instanceType: "m7i.large",
  elasticIp: true,
};

export interface Account {
  simulator: Ec2Simulator;
  time: VirtualTime;
}

/** A machine that is up, on record, and what it is to become. */
export interface Machine {
  id: string;
  outputs: Properties;
  next: Properties;
  world: ReturnType<Ec2Simulator["snapshot"]>;
  at: number;
}

function account(draws: Draws, at: number): Account {
  const time = new VirtualTime({ start: at });
  const simulator = new Ec2Simulator({ clock: time, seed: draws.seed });
  impose(draws, simulator);
  return { simulator, time };
}

/** A provider process; what it says goes nowhere. */
export function handlersOn({ simulator, time }: Account): Handlers {
  const session = new Session(
    { region: REGION },
    {
      clock: time,
      say: () => undefined,
      client: {
        requestHandler: simulator.requestHandler({ sleep: (ms) => time.sleep(ms) }),
        credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
        random: () => 0.5,
      },
    },
  );
  return new Handlers(session);
}

export async function machineWith(inputs: Properties, change: Properties): Promise<Machine> {
  const owner = account(drawsOf(0), START);
  const handlers = handlersOn(owner);
  const make = async (): Promise<Machine> => {
    const before = await handlers.check({}, { ...INPUTS, ...inputs });
    const { id, outs } = await handlers.create(before.inputs);
    const after = await handlers.check(before.inputs, { ...INPUTS, ...inputs, ...change });
    const read = await handlers.read(id, outs);
    return {
      id,
      outputs: read.props,
      next: after.inputs,
      world: owner.simulator.snapshot(),
      at: owner.time.now(),
    };
  };
  return owner.time.until(make());
}

/** The account of the machine, in which EC2 will take as long as was drawn. */
export function accountOf({ world, at }: Machine, draws: Draws): Account {
  const owner = account(draws, at);
  owner.simulator.restore(world);
  return owner;
}

/** The cost of one replacement: how long its private IP had nobody behind it, in milliseconds, and calls. */
export interface Replaced {
  outage: number;
  describes: number;
  others: number;
}

/** By the simulator's own record, since the run began. */
export function replaced({ simulator }: Account, { outputs, at }: Machine): Replaced {
  const { outages = [] } = simulator.timeline().privateIps[String(outputs.privateIp)] ?? {};
  const dark = outages.filter((it) => it.from >= at).map((it) => it.to - it.from);
  const calls = simulator.calls();
  const describes = calls.filter((it) => it.action.startsWith("Describe")).length;
  return { outage: dark.reduce((sum, it) => sum + it, 0), describes, others: calls.length - describes };
}
