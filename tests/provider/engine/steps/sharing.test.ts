/** Two machines that name one thing: one has it, the other is told so and leaves no mark. */
import assert from "node:assert/strict";
import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../../../provider/ec2/tags";
import type { Properties } from "../../../../provider/model/properties";
import { fitting, interfaceByHand, launchedByHand } from "../../by-hand";
import { interposed } from "../../interruptions";
import { killedAtEveryCall, wasUnheard } from "../../kills";
import type { Stack } from "../../support";
import { program, stack } from "../../support";
import { failureOf, made, only, quick, somebody } from "../../world";
import {
  addressNamed,
  allocateForPair,
  data,
  hasAddress,
  hasVolume,
  inOneProgram,
  inTwoProcesses,
  Machine,
  makeVolumeForPair,
  type Pair,
  volumeNamed,
} from "./pairs";

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
      const { id, address } = await allocateForPair(pair.account);
      const { winner, loser, reason } = await oneWins(pair, { elasticIp: id });
      assert.match(reason, new RegExp(`^nothing was changed: the Elastic IP ${address} \\(${id}\\) `));
      assert.match(reason, new RegExp(winner.id));
      assert.equal(loser.stack.recorded, undefined);
      hasAddress(winner, pair.account, id);
      isAlone(pair.account, winner);
    });

    it(`have the volume on the one that claims it, from two processes (order ${seed})`, async () => {
      const pair = inTwoProcesses(seed);
      const volumeId = await makeVolumeForPair(pair.account);
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
      const eip = await allocateForPair(account);
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
    const volumeId = await makeVolumeForPair(account);
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
    const { id } = await allocateForPair(account);
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
    const { id } = await allocateForPair(account);
    const volumeId = await makeVolumeForPair(account);
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
    // The address that it had won goes back too: all of it, or nothing.
    assert.deepEqual(addressNamed(account, id).tags, {});
    assert.equal(volumeNamed(account, volumeId).tags[TAG.id], "mi-00000000000000002");
    assert.deepEqual(made(account).templates, []);
    assert.equal(late.stack.recorded, undefined);
  });

  it("finish a claim that was killed, at whatever call", async () => {
    const account = quick();
    const { id } = await allocateForPair(account);
    const volumeId = await makeVolumeForPair(account);
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
