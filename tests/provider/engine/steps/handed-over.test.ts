/** A thing that goes from one machine to another: it arrives in the same run, or its machine does not let go of it. */
import assert from "node:assert/strict";
import { AssociateAddressCommand, CreateTagsCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { TAG } from "../../../../provider/ec2/tags";
import { interfaceByHand } from "../../by-hand";
import { shuffled } from "../../interruptions";
import { program, stack } from "../../support";
import { failureOf, only, quick, somebody } from "../../world";
import {
  addressNamed,
  allocateForPair,
  data,
  hasAddress,
  hasVolume,
  inOneProgram,
  inTwoProcesses,
  isSettled,
  Machine,
  makeVolumeForPair,
  ownTags,
  PAIRS,
} from "./pairs";

describe("a thing that goes from one machine to another in one run", function () {
  this.timeout(20_000);

  for (const [where, pairOf] of Object.entries(PAIRS)) {
    it(`is an Elastic IP that moves (${where})`, async () => {
      const { account, a, b } = pairOf();
      const { id, address } = await allocateForPair(account);
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
      const { id } = await allocateForPair(account);
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
      const [x, y] = [await allocateForPair(account), await allocateForPair(account)];
      await a.up({ elasticIp: x.id });
      await b.up({ elasticIp: y.id });
      await Promise.all([a.up({ elasticIp: y.id }), b.up({ elasticIp: x.address })]);
      hasAddress(a, account, y.id);
      hasAddress(b, account, x.id);
      await isSettled(a, a.inputs({ elasticIp: y.id }));
    });

    it(`is two Elastic IPs that are swapped while both instances are replaced (${where})`, async () => {
      const { account, a, b } = pairOf();
      const [x, y] = [await allocateForPair(account), await allocateForPair(account)];
      await a.up({ elasticIp: x.id });
      await b.up({ elasticIp: y.id });
      const imageId = WELL_KNOWN.imageV2;
      await Promise.all([a.up({ elasticIp: y.id, imageId }), b.up({ elasticIp: x.id, imageId })]);
      hasAddress(a, account, y.id);
      hasAddress(b, account, x.id);
    });

    it(`is a volume that moves (${where})`, async () => {
      const { account, a, b } = pairOf();
      const volumeId = await makeVolumeForPair(account);
      await a.up(data(volumeId));
      await b.up();
      await Promise.all([b.up(data(volumeId)), a.up()]);
      hasVolume(b, account, volumeId);
      await isSettled(a, a.inputs({}));
      await isSettled(b, b.inputs(data(volumeId)));
    });

    it(`is two volumes that are swapped under other names (${where})`, async () => {
      const { account, a, b } = pairOf();
      const [x, y] = [await makeVolumeForPair(account), await makeVolumeForPair(account)];
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
    const [x, y, z] = [await allocateForPair(account), await allocateForPair(account), await allocateForPair(account)];
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
    const { id, address } = await allocateForPair(account);
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
      const thing =
        kind === "volume" ? data(await makeVolumeForPair(account)) : { elasticIp: (await allocateForPair(account)).id };
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
    const [x, y] = [await allocateForPair(account), await allocateForPair(account)];
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
    const [x, y] = [await allocateForPair(account), await allocateForPair(account)];
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
    const { id } = await allocateForPair(account);
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
    const [x, y] = [await allocateForPair(account), await allocateForPair(account)];
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
    const { id } = await allocateForPair(account);
    const Tags = [{ Key: TAG.id, Value: "mi-00000000000000002" }];
    await somebody(account).send(new CreateTagsCommand({ Resources: [id], Tags }));
    const { message } = await failureOf(account.up(program({ elasticIp: id })));
    assert.match(message, /^nothing was changed: .* mi-00000000000000002, which has no launch template any more/);
    assert.ok(message.includes(`aws ec2 delete-tags --resources ${id} --tags Key=${TAG.id}`));
    assert.equal(account.recorded, undefined);
  });
});
