/** The function as it is published, in processes of its own, on the simulator's events: three machines come back by themselves. */
import assert from "node:assert/strict";
import { statSync } from "node:fs";
import type { Properties } from "../../../provider/model/properties";
import type { Stack } from "../../provider/support";
import { made } from "../../provider/world";
import { BUNDLE, bundled, LambdaWorld, type WorldOptions } from "./world";

const SPOT = { market: { lifecycle: "spot" } };
const MACHINES: Readonly<Record<string, Properties>> = {
  db: { ...SPOT, privateIp: "10.0.1.7", elasticIp: true, replacement: { strategy: "overlap" } },
  web: { ...SPOT, privateIp: "10.0.1.8", elasticIp: true },
  nat: { privateIp: "10.0.1.9", elasticIp: true, sourceDestCheck: false },
};
const STAYS = ["networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId", "launchTemplateId"];

interface Deployed {
  name: string;
  stack: Stack;
  inputs: Properties;
  was: Properties;
}

async function deployedOn(world: LambdaWorld): Promise<Deployed[]> {
  return Promise.all(
    Object.entries(MACHINES).map(async ([name, given]) => {
      const { stack, inputs } = await world.deployed(name, given);
      return { name, stack, inputs, was: stack.outputs };
    }),
  );
}

/** The instance that runs and has the machine's interface. */
function instanceOf({ server }: LambdaWorld, { was }: Deployed): string | undefined {
  const { instances, networkInterfaces } = server.simulator.snapshot();
  const { attachment } = networkInterfaces[String(was.networkInterfaceId)] ?? {};
  const instance = instances[attachment?.instanceId ?? ""];
  return instance?.state === "running" ? instance.instanceId : undefined;
}

function end(world: LambdaWorld, action: "StopInstances" | "TerminateInstances", id: string): void {
  const body = `Action=${action}&Version=2016-11-15&InstanceId.1=${id}`;
  assert.equal(world.server.simulator.handle({ body }).status, 200);
}

/** The blows that each of them gets, in turn. */
const BLOWS: readonly [what: string, blow: (world: LambdaWorld, instanceId: string, isSpot: boolean) => void][] = [
  [
    "interrupted, or stopped where AWS interrupts nothing",
    (world, instanceId, isSpot) => {
      if (isSpot) {
        world.server.simulator.interrupt({ instanceId });
      } else {
        end(world, "StopInstances", instanceId);
      }
    },
  ],
  [
    "terminated",
    (world, instanceId) => {
      end(world, "TerminateInstances", instanceId);
    },
  ],
];

async function comesThrough(world: LambdaWorld, machines: readonly Deployed[]): Promise<void> {
  for (const [what, blow] of BLOWS) {
    const before = new Map(machines.map((it) => [it.name, instanceOf(world, it)]));
    for (const machine of machines) {
      blow(world, before.get(machine.name) ?? assert.fail(machine.name), "market" in machine.inputs);
    }
    const [first] = machines;
    await world.until("the first is down", () => instanceOf(world, first ?? assert.fail()) !== before.get("db"));
    await world.until(`all of them are back after they were ${what}`, () =>
      machines.every((it) => {
        const is = instanceOf(world, it);
        return is !== undefined && (is !== before.get(it.name) || (it.name === "nat" && what.startsWith("inter")));
      }),
    );
    await world.until("the functions have nothing to do", () => world.isIdle());
  }
  assert.equal(made(world.server).instances.length, machines.length);
  for (const { name, stack, inputs, was } of machines) {
    await stack.refresh();
    for (const output of STAYS) {
      assert.equal(stack.outputs[output], was[output], `${name}: ${output}`);
    }
    assert.equal(stack.outputs.state, "running", name);
    assert.deepEqual(stack.outputs.drift, [], name);
    stack.calls();
    assert.equal(await stack.up(inputs), "same", name);
    assert.deepEqual(stack.calls("mutating"), [], name);
  }
}

describe("the controller's function, as it is published", function () {
  this.timeout(120_000);
  let world: LambdaWorld | undefined;
  before(bundled);
  afterEach(async () => {
    await world?.close();
    world = undefined;
  });
  const open = async (options: WorldOptions): Promise<LambdaWorld> => {
    world = await LambdaWorld.open(options);
    return world;
  };

  it("is one file of less than 2 MB", () => {
    assert.ok(statSync(BUNDLE).size < 2_000_000);
  });

  it("brings three machines back, with every event twice and in any order, by two functions at once", async () => {
    const here = await open({
      functions: 2,
      tickSeconds: 60,
      arrivals: (sequence) => [(sequence * 7) % 20, (sequence * 11) % 30],
    });
    const machines = await deployedOn(here);
    await comesThrough(here, machines);
    assert.deepEqual(here.queue.deadLetters, []);
    assert.deepEqual(
      here.log.filter((it) => ["error", "stderr", "thrown"].includes(it.level ?? "")),
      [],
    );
    assert.ok(here.counted("Replacements") >= 6, JSON.stringify(here.log.filter((it) => "_aws" in it)));
  });

  it("brings them back by its ticks alone where every event is lost", async () => {
    const here = await open({ functions: 2, tickSeconds: 60, arrivals: () => [] });
    const machines = await deployedOn(here);
    await comesThrough(here, machines);
    assert.deepEqual(here.queue.deadLetters, []);
  });

  it("goes on in another run where a replacement takes longer than one may", async () => {
    const here = await open({ functions: 3, timeoutSeconds: 120 });
    here.server.simulator.timings.set({ terminate: { mean: 400_000, spread: 0 } });
    const { stack, inputs } = await here.deployed("db", { elasticIp: true });
    const machine = { name: "db", stack, inputs, was: stack.outputs };
    const before = instanceOf(here, machine);
    end(here, "TerminateInstances", before ?? assert.fail());
    const continued = (): number => here.queue.sent.filter((it) => it.body.startsWith('{"continue":')).length;
    await here.until("a run was cut off", () => continued() > 0);
    await here.until("it is back", () => instanceOf(here, machine) !== undefined && here.isIdle());
    // Two that worked on it at the same time both say so.
    assert.ok(here.counted("Replacements") >= 1);
    assert.equal(made(here.server).instances.length, 1);
    await stack.refresh();
    assert.equal(await stack.up(inputs), "same");
  });

  it("does no harm when it dies in the middle: a tick finds what it left", async () => {
    const here = await open({ functions: 2, tickSeconds: 60 });
    const { stack, inputs } = await here.deployed("db", { elasticIp: true });
    const machine = { name: "db", stack, inputs, was: stack.outputs };
    end(here, "TerminateInstances", instanceOf(here, machine) ?? assert.fail());
    await here.until("a function waits for the interface", () =>
      here.log.some((it) => it.level === "info" && String(it.message).startsWith("db: ")),
    );
    await here.crash();
    await here.until("it is back", () => instanceOf(here, machine) !== undefined && here.isIdle());
    assert.equal(made(here.server).instances.length, 1);
    await stack.refresh();
    assert.equal(await stack.up(inputs), "same");
  });

  it("meets an `up` that replaces the instance, and makes no other", async () => {
    const here = await open({ functions: 2, tickSeconds: 60, arrivals: () => [0, 5] });
    const { stack, inputs } = await here.deployed("db", { elasticIp: true });
    const recycled = { ...inputs, recycleTriggers: { on: "monday" } };
    assert.equal(await stack.up(recycled), "update");
    const { instanceId } = stack.outputs;
    const ticks = here.now() + 150_000;
    await here.until("some ticks have passed", () => here.now() > ticks && here.isIdle());
    assert.deepEqual(
      made(here.server).instances.map((it) => it.instanceId),
      [instanceId],
    );
    assert.equal(here.counted("Replacements"), 0);
    await stack.refresh();
    assert.deepEqual(stack.outputs.drift, []);
    assert.equal(await stack.up(recycled), "same");
  });

  it("goes on without the right to see status checks, tells of it once, and kills no message for it", async () => {
    const right = "ec2:DescribeInstanceStatus";
    const here = await open({ functions: 1, tickSeconds: 60 });
    const { stack, inputs } = await here.deployed("db", { elasticIp: true });
    // Its checks are judged from some minutes after its launch on, which is when the right is missed.
    await here.deployed("web", {});
    here.server.simulator.iam.deny(right);
    const told = (level: string): unknown[] =>
      here.log.filter((it) => it.level === level && String(it.message).includes(right));
    await here.until("it is missed", () => told("error").length > 0);
    const machine = { name: "db", stack, inputs, was: stack.outputs };
    end(here, "TerminateInstances", instanceOf(here, machine) ?? assert.fail());
    await here.until("it is back", () => instanceOf(here, machine) !== undefined && here.isIdle());
    const ticks = here.now() + 300_000;
    await here.until("some ticks have passed", () => here.now() > ticks && here.isIdle());
    here.server.simulator.iam.clear();
    await here.until("it is not missed any more", () => told("info").length > 0);
    assert.equal(told("error").length, 1);
    assert.deepEqual([here.failures, here.queue.deadLetters], [[], []]);
    assert.ok(here.counted("NeedsAttention") > 0);
    await stack.refresh();
    assert.equal(await stack.up(inputs), "same");
  });

  it("puts aside what is no message after its tries, each with the reason in the log", async () => {
    const here = await open({});
    here.queue.put("hello");
    await here.until("it is a dead letter", () => here.queue.deadLetters.length === 1);
    const said = here.log.filter((it) => it.level === "error");
    assert.deepEqual(
      said.map(({ message, messageIds, tries }) => [message, messageIds, tries]),
      [1, 2, 3, 4, 5].map((tries) => ["a message was not understood: the message is not JSON", ["message-1"], tries]),
    );
  });

  it("needs SQS and EC2 and nothing else: what it has beside it is one file", async () => {
    const here = await open({});
    const id = here.queue.put(JSON.stringify({ look: "mi-00000000000000000" }));
    await here.until("it was handled", () => here.queue.isEmpty);
    assert.deepEqual([here.failures.includes(id), here.counted("Ignored")], [false, 1]);
  });
});
