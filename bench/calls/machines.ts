/** Machines of one stack in one provider process, in an account with EC2's own latency and limits, in virtual time. */
import { EC2_LATENCY, Ec2Simulator, WELL_KNOWN } from "../../local/ec2";
import { Random } from "../../local/ec2/model/random";
import { Handlers } from "../../provider/handlers";
import type { Properties } from "../../provider/model/properties";
import { Session } from "../../provider/session";
import { type OwnTimes, ownTimesIn } from "../bound";
import { VirtualTime } from "../virtual-time";
import { type Calls, Counter } from "./counter";

export const OPERATIONS = [
  "create",
  "first up after it",
  "preview, nothing changed",
  "up, nothing changed",
  "refresh",
  "preview, image changed",
  "up, replaced",
  "destroy",
] as const;
export type Operation = (typeof OPERATIONS)[number];

/** The cost of one operation on all machines. */
export interface Cost {
  calls: Calls;
  throttled: number;
  seconds: number;
  /** One outage for each private address that had no instance for a while. */
  outages: number[];
  /** The time that EC2 took by itself. */
  took: OwnTimes;
}

interface Machine {
  urn: string;
  id: string;
  inputs: Properties;
  outputs: Properties;
}

const URN = "urn:pulumi:bench::calls::pulumi-nodejs:dynamic/managed-instance:ManagedInstance";

export class Machines {
  private readonly time: VirtualTime;
  private readonly simulator: Ec2Simulator;
  private readonly handlers: Handlers;
  private readonly counter: Counter;
  private machines: Machine[] = [];

  constructor(
    private readonly count: number,
    seed = 1,
  ) {
    this.time = new VirtualTime({
      nextChangeAt: () => this.simulator.nextChangeAt(),
      onChange: () => {
        this.simulator.catchUp();
      },
    });
    this.simulator = new Ec2Simulator({ clock: this.time, seed });
    this.simulator.quotas.set("network-interfaces", 20_000);
    this.simulator.latency.set(EC2_LATENCY);
    this.simulator.throttling.set({});
    this.counter = new Counter(this.simulator.requestHandler({ sleep: (ms) => this.time.sleep(ms) }));
    const random = new Random(seed);
    const session = new Session(
      { region: "us-east-1" },
      {
        clock: this.time,
        say: () => undefined,
        client: {
          requestHandler: this.counter.requestHandler,
          credentials: { accessKeyId: "bench", secretAccessKey: "bench" },
          random: () => random.next(),
        },
      },
    );
    this.handlers = new Handlers(session);
  }

  async cost(operation: Operation): Promise<Cost> {
    // Buckets are full again, and what an earlier operation taught is forgotten.
    await this.time.until(this.time.sleep(10 * 60_000));
    this.counter.take();
    const begin = this.time.now();
    await this.time.until(this.take(operation));
    return this.since(begin);
  }

  private take(operation: Operation): Promise<unknown> {
    switch (operation) {
      case "create":
        return this.create();
      case "preview, nothing changed":
        return this.each((it) => this.preview(it, {}));
      case "first up after it":
      case "up, nothing changed":
        return this.each((it) => this.up(it, {}));
      case "refresh":
        return this.each(async (it) => {
          const { props } = await this.handlers.read(it.id, it.outputs);
          it.outputs = props;
        });
      case "preview, image changed":
        return this.each((it) => this.preview(it, { imageId: WELL_KNOWN.imageV2 }));
      case "up, replaced":
        return this.each((it) => this.up(it, { imageId: WELL_KNOWN.imageV2 }));
      case "destroy":
        return this.each((it) => this.handlers.delete(it.id, it.outputs));
    }
  }

  private async create(): Promise<void> {
    const urns = Array.from({ length: this.count }, (_, index) => `${URN}::m${index}`);
    this.machines = await Promise.all(
      urns.map(async (urn) => {
        const inputs = await this.checked({}, urn, {});
        const { id, outs } = await this.handlers.create(inputs);
        return { urn, id, inputs, outputs: outs };
      }),
    );
  }

  private each(work: (machine: Machine) => Promise<unknown>): Promise<unknown> {
    return Promise.all(this.machines.map(work));
  }

  private async preview(machine: Machine, changes: Properties): Promise<{ inputs: Properties; isChanged: boolean }> {
    const inputs = await this.checked(machine.inputs, machine.urn, changes);
    const { changes: isChanged } = await this.handlers.diff(machine.id, machine.outputs, inputs);
    return { inputs, isChanged };
  }

  private async up(machine: Machine, changes: Properties): Promise<void> {
    const { inputs, isChanged } = await this.preview(machine, changes);
    if (isChanged) {
      const { outs } = await this.handlers.update(machine.id, machine.outputs, inputs);
      machine.outputs = outs;
    }
    machine.inputs = inputs;
  }

  private async checked(olds: Properties, resourceUrn: string, changes: Properties): Promise<Properties> {
    const declared = {
      resourceUrn,
      subnetId: WELL_KNOWN.defaultSubnets[0],
      imageId: WELL_KNOWN.imageV1,
      instanceType: "m7i.large",
      ...changes,
    };
    const { inputs, failures } = await this.handlers.check(olds, declared);
    if (failures.length > 0) {
      throw new Error(failures.map((it) => it.reason).join("; "));
    }
    return inputs;
  }

  private since(begin: number): Cost {
    const timeline = this.simulator.timeline();
    return {
      ...this.counter.take(),
      seconds: (this.time.now() - begin) / 1000,
      took: ownTimesIn(timeline, begin),
      outages: Object.values(timeline.privateIps)
        .flatMap((it) => it.outages)
        .filter((it) => it.from >= begin)
        .map((it) => it.seconds),
    };
  }
}
