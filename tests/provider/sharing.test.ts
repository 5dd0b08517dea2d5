/** Two machines that name one thing: one has it, the other is told so and leaves no mark; what is handed on in one run arrives. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { OWN_TAG_PREFIX, TAG } from "../../provider/ec2/tags";
import { Handlers } from "../../provider/handlers";
import { Session } from "../../provider/session";
import { CALLER } from "../local/ec2/support";
import { fitting, interfaceByHand, launchedByHand } from "./by-hand";
import { interposed, shuffled } from "./interruptions";
import { killedAtEveryCall, wasUnheard } from "./kills";
import { program, Stack, stack, type StackOptions, URN } from "./support";
import { failureOf, made, only, quick, somebody } from "./world";

type Properties = Record<string, unknown>;

/** Two machines, each in a process of its own, or both in one, as two resources of one program are. */
interface Pair {
  account: Stack;
  a: Machine;
  b: Machine;
}

class Machine {
  constructor(
    readonly stack: Stack,
    private readonly name: string,
  ) {}

  inputs(overrides: Properties): Properties {
    return program({ ...overrides, resourceUrn: URN.replace(/web$/, this.name) });
  }

  up(overrides: Properties = {}): Promise<string> {
    return this.stack.up(this.inputs(overrides));
  }

  preview(overrides: Properties): ReturnType<Stack["preview"]> {
    return this.stack.preview(this.inputs(overrides));
  }

  get id(): string {
    return this.stack.recorded?.id ?? "";
  }

  get lines(): string {
    return this.stack.lines.join("\n");
  }
}

function inTwoProcesses(seed = 1): Pair {
  const account = quick();
  const beside = (name: string, offset: number): Machine => {
    const options: StackOptions = { on: account, through: shuffled(seed + offset) };
    return new Machine(stack(options), name);
  };
  return { account, a: beside("a", 0), b: beside("b", 100) };
}

function inOneProgram(): Pair {
  const account = quick();
  const lines: string[] = [];
  const { clock, simulator } = account;
  const session = new Session(
    { region: "us-east-1" },
    {
      clock: {
        now: () => clock.now(),
        sleep: (ms) => {
          clock.advance(ms);
          return new Promise((resolve) => setImmediate(resolve));
        },
      },
      say: (line) => lines.push(line),
      client: {
        requestHandler: shuffled(1)(simulator.requestHandler()),
        ...CALLER,
        random: () => 0.5,
      },
    },
  );
  const handlers = new Handlers(session);
  const machine = (name: string): Machine => new Machine(new Stack(simulator, handlers, clock, lines), name);
  return { account, a: machine("a"), b: machine("b") };
}

const PAIRS = { "two processes": inTwoProcesses, "one program": inOneProgram };

async function allocate(owner: Stack): Promise<{ id: string; address: string }> {
  const { AllocationId = "", PublicIp = "" } = await somebody(owner).send(
    new AllocateAddressCommand({ Domain: "vpc" }),
  );
  return { id: AllocationId, address: PublicIp };
}

async function makeVolume(owner: Stack): Promise<string> {
  const { VolumeId = "" } = await somebody(owner).send(
    new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 5 }),
  );
  return VolumeId;
}

function data(volumeId: string, name = "data"): Properties {
  return { dataVolumes: [{ name, deviceName: "/dev/sdf", volumeId }] };
}

function addressNamed(account: Stack, id: string): ReturnType<typeof made>["elasticIps"][number] {
  return only(made(account).elasticIps.filter((it) => it.allocationId === id));
}

function volumeNamed(account: Stack, id: string): ReturnType<typeof made>["volumes"][number] {
  return only(made(account).volumes.filter((it) => it.volumeId === id));
}

function ownTags(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(OWN_TAG_PREFIX)));
}

/** It is on the machine's interface and carries this machine's mark and no other. */
function hasAddress({ stack: { outputs }, id }: Machine, account: Stack, allocationId: string): void {
  const { networkInterfaceId, tags } = addressNamed(account, allocationId);
  assert.equal(networkInterfaceId, outputs.networkInterfaceId);
  assert.deepEqual(ownTags(tags), { [TAG.id]: id, [TAG.owned]: "false" });
  assert.equal(outputs.allocationId, allocationId);
}

function hasVolume({ stack: { outputs }, id }: Machine, account: Stack, volumeId: string): void {
  const { attachment, tags } = volumeNamed(account, volumeId);
  assert.equal(attachment?.instanceId, outputs.instanceId);
  assert.equal(tags[TAG.id], id);
  assert.equal(tags[TAG.owned], "false");
}

async function isSettled({ stack: owner }: Machine, inputs: Properties): Promise<void> {
  owner.calls();
  assert.equal(await owner.up(inputs), "same");
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
}

/** One of two ends well, and the other is refused in words. */
async function oneWins(pair: Pair, inputs: Properties): Promise<{ winner: Machine; loser: Machine; reason: string }> {
  const { a, b } = pair;
  const [first, second] = await Promise.allSettled([a.up(inputs), b.up(inputs)]);
  const [winner, loser, lost] = first.status === "fulfilled" ? [a, b, second] : [b, a, first];
  assert.equal([first, second].filter((it) => it.status === "fulfilled").length, 1, JSON.stringify([first, second]));
  assert.ok(lost.status === "rejected" && lost.reason instanceof Error);
  return { winner, loser, reason: lost.reason.message };
}

/** There is one record, one interface, one instance: nothing of the loser's. */
function isAlone(account: Stack, { id }: Machine, others = 0): void {
  const { templates, instances, networkInterfaces } = made(account);
  assert.deepEqual(
    templates.map((it) => it.launchTemplateName),
    [id],
  );
  assert.equal(instances.filter((it) => it.state !== "shutting-down").length, 1);
  assert.equal(networkInterfaces.length, 1 + others);
}

describe("two machines that name one thing", function () {
  this.timeout(20_000);

  for (let seed = 1; seed <= 6; seed++) {
    it(`have the Elastic IP on the one that claims it, from two processes (order ${seed})`, async () => {
      const pair = inTwoProcesses(seed);
      const { id, address } = await allocate(pair.account);
      const { winner, loser, reason } = await oneWins(pair, { elasticIp: id });
      assert.match(reason, new RegExp(`^nothing was changed: the Elastic IP ${address} \\(${id}\\) `));
      assert.match(reason, new RegExp(winner.id));
      assert.equal(loser.stack.recorded, undefined);
      hasAddress(winner, pair.account, id);
      isAlone(pair.account, winner);
    });

    it(`have the volume on the one that claims it, from two processes (order ${seed})`, async () => {
      const pair = inTwoProcesses(seed);
      const volumeId = await makeVolume(pair.account);
      const { winner, loser, reason } = await oneWins(pair, data(volumeId));
      assert.match(reason, new RegExp(`the data volume data \\(${volumeId}\\) `));
      assert.equal(loser.stack.recorded, undefined);
      hasVolume(winner, pair.account, volumeId);
      isAlone(pair.account, winner);
    });

    it(`have the adopted instance on the one that claims it, from two processes (order ${seed})`, async () => {
      const pair = inTwoProcesses(seed);
      const hand = await launchedByHand(pair.account);
      const { resourceUrn: _, ...inputs } = fitting(hand);
      const { winner, loser, reason } = await oneWins(pair, inputs);
      assert.match(reason, new RegExp(winner.id));
      assert.equal(loser.stack.recorded, undefined);
      const [instance, ...more] = made(pair.account).instances;
      assert.deepEqual(more, []);
      assert.equal(instance?.instanceId, winner.stack.outputs.instanceId);
      assert.equal(instance?.tags[TAG.id], winner.id);
      isAlone(pair.account, winner);
    });

    it(`have the adopted interface on the one that claims it, from two processes (order ${seed})`, async () => {
      const pair = inTwoProcesses(seed);
      const { networkInterfaceId } = await interfaceByHand(pair.account);
      const { winner, loser } = await oneWins(pair, { adopt: { networkInterfaceId } });
      assert.equal(loser.stack.recorded, undefined);
      assert.equal(only(made(pair.account).networkInterfaces).tags[TAG.id], winner.id);
      isAlone(pair.account, winner);
    });
  }

  it("are refused at check where one program names it twice, by whatever name", async () => {
    for (const [first, second] of [
      ["id", "id"],
      ["id", "address"],
      ["address", "id"],
    ] as const) {
      const { account, a, b } = inOneProgram();
      const eip = await allocate(account);
      const before = account.simulator.snapshot();
      assert.deepEqual((await a.preview({ elasticIp: eip[first] })).failures, []);
      const { failures } = await b.preview({ elasticIp: eip[second] });
      assert.equal(only(failures).property, "elasticIp");
      assert.match(only(failures).reason, /^elasticIp: both a and b name .*; name it in one of the two$/);
      // The first may say the same again, or name another, which frees it for the second.
      assert.deepEqual((await a.preview({ elasticIp: eip[first] })).failures, []);
      assert.deepEqual((await a.preview({})).failures, []);
      assert.deepEqual((await b.preview({ elasticIp: eip[second] })).failures, []);
      assert.deepEqual(account.simulator.snapshot().addresses, before.addresses);
    }
  });

  it("are refused at check for a volume, an instance and an interface", async () => {
    const { account, a, b } = inOneProgram();
    const volumeId = await makeVolume(account);
    const { instanceId, networkInterfaceId } = await launchedByHand(account);
    const free = await interfaceByHand(account);
    const named: [Properties, string][] = [
      [data(volumeId), "dataVolumes[0].volumeId"],
      [{ adopt: { instanceId } }, "adopt.instanceId"],
      [{ adopt: { networkInterfaceId: free.networkInterfaceId } }, "adopt.networkInterfaceId"],
    ];
    for (const [inputs, property] of named) {
      await a.preview(inputs);
      const { failures } = await b.preview(inputs);
      assert.deepEqual([failures.length, failures[0]?.property], [1, property]);
    }
    assert.ok(networkInterfaceId);
  });

  it("see the mark of the other one, which came after their look, and leave none", async () => {
    const account = quick();
    const { id } = await allocate(account);
    let done = false;
    const through = interposed({
      after: async (action) => {
        if (action === "CreateLaunchTemplate" && !done) {
          done = true;
          const Tags = [{ Key: TAG.id, Value: "mi-00000000000000002" }];
          await somebody(account).send(new CreateTagsCommand({ Resources: [id], Tags }));
        }
      },
    });
    const late = new Machine(stack({ on: account, through }), "late");
    const { message } = await failureOf(late.up({ elasticIp: id }));
    assert.match(message, /^nothing was changed: .* is named by mi-00000000000000002 too, which was first/);
    assert.equal(late.stack.recorded, undefined);
    assert.deepEqual(addressNamed(account, id).tags, { [TAG.id]: "mi-00000000000000002" });
    assert.deepEqual(made(account).templates, []);
    assert.deepEqual(made(account).networkInterfaces, []);
  });

  it("see that their own mark was overwritten while it had to stay, and yield", async () => {
    const account = quick();
    const { id } = await allocate(account);
    const volumeId = await makeVolume(account);
    let tagged = 0;
    const through = interposed({
      after: async (action) => {
        if (action === "CreateTags" && ++tagged === 2) {
          const Tags = [{ Key: TAG.id, Value: "mi-00000000000000002" }];
          await somebody(account).send(new CreateTagsCommand({ Resources: [volumeId], Tags }));
        }
      },
    });
    const late = new Machine(stack({ on: account, through }), "late");
    await failureOf(late.up({ elasticIp: id, ...data(volumeId) }));
    // What it had won goes back too: all of it, or nothing.
    assert.deepEqual(addressNamed(account, id).tags, {});
    assert.equal(volumeNamed(account, volumeId).tags[TAG.id], "mi-00000000000000002");
    assert.deepEqual(made(account).templates, []);
    assert.equal(late.stack.recorded, undefined);
  });

  it("finish a claim that was killed, at whatever call", async () => {
    const account = quick();
    const { id } = await allocate(account);
    const volumeId = await makeVolume(account);
    const inputs = program({ elasticIp: id, ...data(volumeId) });
    await killedAtEveryCall(
      account,
      (it) => it.up(inputs),
      async (next, point) => {
        if (await wasUnheard(next, inputs)) {
          return;
        }
        await next.up(inputs);
        assert.equal(addressNamed(account, id).tags[TAG.id], next.recorded?.id, point);
        assert.equal(volumeNamed(account, volumeId).attachment?.instanceId, next.outputs.instanceId, point);
      },
    );
  });
});

describe("a thing that goes from one machine to another in one run", function () {
  this.timeout(20_000);

  for (const [where, pairOf] of Object.entries(PAIRS)) {
    it(`is an Elastic IP that moves (${where})`, async () => {
      const { account, a, b } = pairOf();
      const { id, address } = await allocate(account);
      await a.up({ elasticIp: id });
      await b.up();
      const moving = b.up({ elasticIp: id });
      // By the time that the one lets go, the other one has looked.
      for (let turns = 0; turns < 8; turns++) {
        await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all([moving, a.up()]);
      hasAddress(b, account, id);
      assert.equal(a.stack.outputs.allocationId, "");
      assert.match(
        b.lines,
        new RegExp(`b: waiting up to 300 s for a \\(${a.id}\\) to let go of the Elastic IP ${address}`),
      );
      await isSettled(a, a.inputs({}));
      await isSettled(b, b.inputs({ elasticIp: id }));
    });

    it(`is an Elastic IP that moves to a machine that is made (${where})`, async () => {
      const { account, a, b } = pairOf();
      const { id } = await allocate(account);
      await a.up({ elasticIp: id });
      await Promise.all([b.up({ elasticIp: id }), a.up()]);
      hasAddress(b, account, id);
    });

    it(`is an Elastic IP that was allocated for a machine and is retained (${where})`, async () => {
      const { account, a, b } = pairOf();
      const deletion = { elasticIp: "retain" };
      await a.up({ elasticIp: true, deletion });
      await b.up();
      const id = String(a.stack.outputs.allocationId);
      await Promise.all([b.up({ elasticIp: id }), a.up({ deletion })]);
      hasAddress(b, account, id);
    });

    it(`is two Elastic IPs that are swapped (${where})`, async () => {
      const { account, a, b } = pairOf();
      const [x, y] = [await allocate(account), await allocate(account)];
      await a.up({ elasticIp: x.id });
      await b.up({ elasticIp: y.id });
      await Promise.all([a.up({ elasticIp: y.id }), b.up({ elasticIp: x.address })]);
      hasAddress(a, account, y.id);
      hasAddress(b, account, x.id);
      await isSettled(a, a.inputs({ elasticIp: y.id }));
    });

    it(`is two Elastic IPs that are swapped while both instances are replaced (${where})`, async () => {
      const { account, a, b } = pairOf();
      const [x, y] = [await allocate(account), await allocate(account)];
      await a.up({ elasticIp: x.id });
      await b.up({ elasticIp: y.id });
      const imageId = WELL_KNOWN.imageV2;
      await Promise.all([a.up({ elasticIp: y.id, imageId }), b.up({ elasticIp: x.id, imageId })]);
      hasAddress(a, account, y.id);
      hasAddress(b, account, x.id);
    });

    it(`is a volume that moves (${where})`, async () => {
      const { account, a, b } = pairOf();
      const volumeId = await makeVolume(account);
      await a.up(data(volumeId));
      await b.up();
      await Promise.all([b.up(data(volumeId)), a.up()]);
      hasVolume(b, account, volumeId);
      await isSettled(a, a.inputs({}));
      await isSettled(b, b.inputs(data(volumeId)));
    });

    it(`is two volumes that are swapped under other names (${where})`, async () => {
      const { account, a, b } = pairOf();
      const [x, y] = [await makeVolume(account), await makeVolume(account)];
      await a.up(data(x, "one"));
      await b.up(data(y, "one"));
      await Promise.all([a.up(data(y, "two")), b.up(data(x, "two"))]);
      hasVolume(a, account, y);
      hasVolume(b, account, x);
    });
  }

  it("is each of three Elastic IPs that go around", async () => {
    const { account, a, b } = inTwoProcesses();
    const c = new Machine(stack({ on: account, through: shuffled(7) }), "c");
    const [x, y, z] = [await allocate(account), await allocate(account), await allocate(account)];
    await a.up({ elasticIp: x.id });
    await b.up({ elasticIp: y.id });
    await c.up({ elasticIp: z.id });
    await Promise.all([a.up({ elasticIp: y.id }), b.up({ elasticIp: z.id }), c.up({ elasticIp: x.id })]);
    hasAddress(a, account, y.id);
    hasAddress(b, account, z.id);
    hasAddress(c, account, x.id);
  });

  it("is not released or deleted by the machine that gives it up, since another of the run names it", async () => {
    const { account, a, b } = inOneProgram();
    const deletion = { elasticIp: "delete", dataVolumes: "delete" };
    await a.up({ elasticIp: true, deletion, dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] });
    await b.up();
    const id = String(a.stack.outputs.allocationId);
    const volumeId = only(Object.values(a.stack.outputs.dataVolumeIds as Record<string, string>));
    await Promise.all([b.up({ elasticIp: id, ...data(volumeId) }), a.up({ deletion })]);
    hasAddress(b, account, id);
    hasVolume(b, account, volumeId);
    assert.match(a.lines, /is left to b, which names it, and is not released/);
    // Nobody names them any more: given, they stay.
    await b.up({ deletion });
    assert.deepEqual(ownTags(addressNamed(account, id).tags), {});
  });

  it("is named by the preview, which refuses nothing", async () => {
    const { account, a, b } = inTwoProcesses();
    const { id, address } = await allocate(account);
    await a.up({ elasticIp: id });
    const words = `waits up to 300 s for a (${a.id}) to let go of the Elastic IP ${address} (${id})`;
    assert.deepEqual((await b.preview({ elasticIp: id })).failures, []);
    assert.ok(b.lines.includes(words), b.lines);
    await b.up();
    b.stack.lines.length = 0;
    assert.deepEqual((await b.preview({ elasticIp: id, replacement: { timeoutSeconds: 120 } })).failures, []);
    assert.ok(b.lines.includes(words.replace("300", "120")), b.lines);
  });
});

describe("a thing that its machine does not let go of", function () {
  this.timeout(20_000);

  it("is refused after the wait, names both, and leaves no mark of a machine that was to be made", async () => {
    for (const kind of ["elastic-ip", "volume"]) {
      const { account, a, b } = inTwoProcesses();
      const thing = kind === "volume" ? data(await makeVolume(account)) : { elasticIp: (await allocate(account)).id };
      await a.up(thing);
      const before = account.simulator.snapshot();
      const start = account.clock.now();
      const { message } = await failureOf(b.up(thing));
      assert.match(message, new RegExp(`^nothing was changed: .* belongs to the managed instance ${a.id} \\(a\\)`));
      assert.match(message, /within 300 s/);
      const waited = account.clock.now() - start;
      assert.ok(waited >= 300_000 && waited < 330_000, String(waited));
      assert.equal(b.stack.recorded, undefined);
      const after = account.simulator.snapshot();
      assert.deepEqual(
        [after.addresses, after.volumes, after.launchTemplates, after.networkInterfaces],
        [before.addresses, before.volumes, before.launchTemplates, before.networkInterfaces],
      );
    }
  });

  it("costs the machine that wants it nothing of what it has, and the next run takes it back", async () => {
    const { account, a, b } = inTwoProcesses();
    const [x, y] = [await allocate(account), await allocate(account)];
    await a.up({ elasticIp: x.id });
    await b.up({ elasticIp: y.id });
    account.calls();
    const { message } = await failureOf(a.up({ elasticIp: y.id }));
    assert.match(message, new RegExp(`belongs to the managed instance ${b.id} \\(b\\), which did not let go of it`));
    assert.match(message, new RegExp(`the Elastic IP ${x.address} \\(${x.id}\\) stays on `));
    // It never came off.
    assert.ok(!account.calls("mutating").includes("DisassociateAddress"));
    hasAddress(a, account, x.id);
    hasAddress(b, account, y.id);
    await a.up({ elasticIp: x.id });
    await isSettled(a, a.inputs({ elasticIp: x.id }));
  });

  it("brings back what was let go for an exchange that its partner left", async () => {
    const { account, a, b } = inTwoProcesses();
    const [x, y] = [await allocate(account), await allocate(account)];
    await a.up({ elasticIp: x.id });
    await b.up({ elasticIp: y.id });
    // As if b was killed when it had said what it would take.
    const Tags = [{ Key: TAG.exchangedFor, Value: x.id }];
    await somebody(account).send(new CreateTagsCommand({ Resources: [y.id], Tags }));
    const start = account.clock.now();
    const { message } = await failureOf(a.up({ elasticIp: y.id }));
    assert.match(
      message,
      new RegExp(`the Elastic IP ${x.address} \\(${x.id}\\) is on ${String(a.stack.outputs.networkInterfaceId)} again`),
    );
    assert.ok(account.clock.now() - start < 100_000, "without an address for a minute, not for five");
    hasAddress(a, account, x.id);
    assert.equal(addressNamed(account, y.id).networkInterfaceId, b.stack.outputs.networkInterfaceId);
    await a.up({ elasticIp: x.id });
    await isSettled(a, a.inputs({ elasticIp: x.id }));
  });

  it("ends in no fight: two programs that both want it leave it where it is, run after run", async () => {
    const { account, a, b } = inTwoProcesses();
    const { id } = await allocate(account);
    await a.up({ elasticIp: id });
    await b.up();
    for (let run = 0; run < 3; run++) {
      const [ofA, ofB] = await Promise.allSettled([a.up({ elasticIp: id }), b.up({ elasticIp: id })]);
      assert.deepEqual([ofA.status, ofB.status], ["fulfilled", "rejected"]);
      hasAddress(a, account, id);
    }
  });

  it("is refused at once where it is on something of somebody else's, before anything is let go", async () => {
    const { account, a, b } = inTwoProcesses();
    const [x, y] = [await allocate(account), await allocate(account)];
    await a.up({ elasticIp: x.id });
    await b.up({ elasticIp: y.id });
    const { networkInterfaceId: NetworkInterfaceId } = await interfaceByHand(account);
    await somebody(account).send(
      new AssociateAddressCommand({ AllocationId: y.id, NetworkInterfaceId, AllowReassociation: true }),
    );
    account.calls();
    const { message } = await failureOf(a.up({ elasticIp: y.id }));
    assert.match(message, /^nothing was changed: .* is in use by eni-/);
    assert.deepEqual(account.calls("mutating"), []);
  });

  it("is refused at once where its machine has no record any more, with the way to free it", async () => {
    const account = quick();
    const { id } = await allocate(account);
    const Tags = [{ Key: TAG.id, Value: "mi-00000000000000002" }];
    await somebody(account).send(new CreateTagsCommand({ Resources: [id], Tags }));
    const { message } = await failureOf(account.up(program({ elasticIp: id })));
    assert.match(message, /^nothing was changed: .* mi-00000000000000002, which has no launch template any more/);
    assert.ok(message.includes(`aws ec2 delete-tags --resources ${id} --tags Key=${TAG.id}`));
    assert.equal(account.recorded, undefined);
  });
});
