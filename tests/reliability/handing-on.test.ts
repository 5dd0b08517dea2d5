/**
 * Random histories of three machines among which Elastic IPs and volumes go around, all in one run each: every run ends with each thing where the
 * program has it, and no process ever changes what carries another machine's mark.
 */
import assert from "node:assert/strict";
import { AllocateAddressCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import fc from "fast-check";
import { TAG } from "../../provider/ec2/tags";
import { sending, shuffled } from "../provider/interruptions";
import { program, type InProcess, type Stack, stack, type Through, URN } from "../provider/support";
import { later, made, only, quick, somebody } from "../provider/world";

const NAMES = ["a", "b", "c"] as const;
const THINGS = 3;
const RUNS = 8;
const NOTHING = -1;

/** For each machine the number of the thing that it has, in each run. */
interface Plan {
  elasticIps: number[];
  volumes: number[];
}

/** Each thing is on one machine at most; a machine may have none. */
const placed = fc
  .shuffledSubarray([0, 1, 2], { minLength: THINGS, maxLength: THINGS })
  .chain((order) =>
    fc
      .array(fc.boolean(), { minLength: THINGS, maxLength: THINGS })
      .map((has) => order.map((thing, index) => (has[index] === true ? thing : NOTHING))),
  );
const plan: fc.Arbitrary<Plan> = fc.record({ elasticIps: placed, volumes: placed });
const history = fc.record({
  runs: fc.array(plan, { minLength: 2, maxLength: 4 }),
  seed: fc.integer({ min: 1, max: 1e6 }),
});

type Marked = ReturnType<typeof made>["elasticIps"][number] | ReturnType<typeof made>["volumes"][number];

function markedByOthers(account: Stack, own: string): Map<string, Marked> {
  const { elasticIps, volumes } = made(account);
  const things: [string, Marked][] = [
    ...elasticIps.map((it): [string, Marked] => [it.allocationId, it]),
    ...volumes.map((it): [string, Marked] => [it.volumeId, it]),
  ];
  return new Map(
    things
      .filter(([, { tags }]) => tags[TAG.id] !== undefined && tags[TAG.id] !== own)
      .map(([id, it]) => [id, structuredClone(it)]),
  );
}

/** Asserts that a run changes nothing with another machine's mark on it, whatever that machine does meanwhile. */
function watched(account: Stack, idOf: () => string, breaches: string[]): Through {
  return (handler: InProcess) =>
    sending(handler, async (request, action) => {
      const own = idOf();
      if (own === "" || action.startsWith("Describe") || action.startsWith("dry run")) {
        return handler.handle(request);
      }
      const before = markedByOthers(account, own);
      const reply = await handler.handle(request);
      const after = markedByOthers(account, own);
      for (const [id, thing] of before) {
        if (JSON.stringify({ ...after.get(id), state: "" }) !== JSON.stringify({ ...thing, state: "" })) {
          breaches.push(`${action} of ${own} changed ${id}, which is ${thing.tags[TAG.id] ?? ""}'s`);
        }
      }
      return reply;
    });
}

class Life {
  private readonly account = quick();
  private readonly machines: Stack[] = [];
  private readonly breaches: string[] = [];
  private readonly elasticIps: string[] = [];
  private readonly volumes: string[] = [];

  constructor(seed: number) {
    for (const [index] of NAMES.entries()) {
      const idOf = (): string => this.machines[index]?.recorded?.id ?? "";
      const through: Through = (handler) =>
        shuffled(seed + index)(watched(this.account, idOf, this.breaches)(handler) as InProcess);
      this.machines.push(stack({ on: this.account, through }));
    }
  }

  async begin(): Promise<void> {
    const ec2 = somebody(this.account);
    for (let count = 0; count < THINGS; count++) {
      const { AllocationId = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
      const { VolumeId = "" } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
      this.elasticIps.push(AllocationId);
      this.volumes.push(VolumeId);
    }
    later(this.account);
  }

  async run(plan: Plan): Promise<void> {
    const ends = await Promise.allSettled(this.machines.map((it, index) => it.up(this.inputs(plan, index))));
    assert.deepEqual(
      ends.flatMap((it) => (it.status === "rejected" ? [String(it.reason)] : [])),
      [],
    );
    assert.deepEqual(this.breaches, []);
    for (const [index, machine] of this.machines.entries()) {
      await this.holds(machine, plan, index);
    }
  }

  private inputs({ elasticIps, volumes }: Plan, index: number): Record<string, unknown> {
    const volumeId = this.volumes[volumes[index] ?? NOTHING];
    return program({
      resourceUrn: URN.replace(/web$/, NAMES[index] ?? ""),
      elasticIp: this.elasticIps[elasticIps[index] ?? NOTHING],
      // A volume keeps its name for life.
      dataVolumes: volumeId === undefined ? [] : [{ name: volumeId, deviceName: "/dev/sdf", volumeId }],
    });
  }

  private async holds(machine: Stack, plan: Plan, index: number): Promise<void> {
    const { elasticIps, volumes } = made(this.account);
    const { id = "", outputs = {} } = machine.recorded ?? {};
    const address = this.elasticIps[plan.elasticIps[index] ?? NOTHING];
    const volumeId = this.volumes[plan.volumes[index] ?? NOTHING];
    const own = <T extends { tags: Record<string, string> }>(things: T[]): T[] =>
      things.filter((it) => it.tags[TAG.id] === id);
    assert.deepEqual(
      own(elasticIps).map((it) => [it.allocationId, it.networkInterfaceId, it.tags]),
      address === undefined ? [] : [[address, outputs.networkInterfaceId, { [TAG.id]: id, [TAG.owned]: "false" }]],
    );
    assert.deepEqual(
      own(volumes)
        .filter((it) => this.volumes.includes(it.volumeId))
        .map((it) => [it.volumeId, it.attachment?.instanceId]),
      volumeId === undefined ? [] : [[volumeId, outputs.instanceId]],
    );
    assert.equal(only(own(made(this.account).instances)).instanceId, outputs.instanceId);
    assert.equal(await machine.up(this.inputs(plan, index)), "same");
  }
}

describe("a history of three machines among which things go around", function () {
  this.timeout(120_000);

  it("has each thing where the program has it after each single run", async () => {
    await fc.assert(
      fc.asyncProperty(history, async ({ runs, seed }) => {
        const life = new Life(seed);
        await life.begin();
        for (const plan of runs) {
          await life.run(plan);
        }
      }),
      { numRuns: RUNS, seed: Number(process.env.SEED ?? 20_261_130), path: process.env.SEED_PATH },
    );
  });
});
