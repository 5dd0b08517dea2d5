/** Addresses that EC2 refuses, that somebody else holds, or of which a reply is lost. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Properties } from "../../../../provider/model/properties";
import { cutting, interposed } from "../../interruptions";
import { goingOn, interruptedAtEveryCall } from "../../kills";
import { program } from "../../support";
import { failureOf, made, only, quick, settled, somebody, up } from "../../world";
import { type Machine, machineOf, sameInstance } from "../../machine";
import { drop, IPV6, refound, SECONDARY } from "./address-kinds";

for (const kind of [SECONDARY, IPV6]) {
  const { list, count, subnetId, a, b, c, on } = kind;
  const inputs = (more: Properties): Properties => ({ subnetId, ...more });
  const sorted = ({ eni }: Machine): string[] => [...on(eni)].sort();

  describe(list, () => {
    it("go back with the instance that is launched again when a move cannot be finished", async () => {
      const owner = await up(inputs({ [list]: [a, b] }));
      const was = machineOf(owner);
      const privateIp = was.privateIp.replace(/\d+$/, "99");
      owner.simulator.failNextLaunch("Client.InternalError");
      const failure = await failureOf(owner.up(program(inputs({ [list]: [a, b], privateIp }))));
      assert.match(failure.message, /The previous one, .*, runs again/);
      const back = made(owner).networkInterfaces.find((it) => it.networkInterfaceId === was.eni.networkInterfaceId);
      assert.deepEqual(back && [...on(back)].sort(), [a, b]);
      await owner.up(program(inputs({ [list]: [a, b] })));
      assert.equal(machineOf(owner).eni.networkInterfaceId, was.eni.networkInterfaceId);
      assert.deepEqual(sorted(machineOf(owner)), [a, b]);
      await settled(owner, inputs({ [list]: [a, b] }));
    });

    it("held by somebody else: the sentence names it and its holder, and the machine works on", async () => {
      const owner = await up(inputs({ [list]: [a] }));
      const was = machineOf(owner);
      const holder = await kind.take(somebody(owner), b);
      const wanted = { [list]: [b], imageId: WELL_KNOWN.imageV2 };
      const failure = await failureOf(owner.up(program(inputs(wanted))));
      assert.ok(failure.message.includes(b) && failure.message.includes(holder), failure.message);
      const { template, instance, eni } = { ...was, ...refound(owner, was) };
      assert.equal(template.latestVersion, 1, "no generation is recorded");
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.deepEqual(on(eni), [a], "the held address is kept");
      await drop(owner, holder);
      assert.equal(await owner.up(program(inputs({ [list]: [b] }))), "update");
      sameInstance(was, machineOf(owner));
      await settled(owner, inputs({ [list]: [b] }));
    });

    it("held by somebody else when a machine is made: the sentence names it and its holder", async () => {
      const owner = quick();
      const holder = await kind.take(somebody(owner), a);
      const failure = await failureOf(owner.up(program(inputs({ [list]: [a] }))));
      assert.ok(failure.message.includes(a) && failure.message.includes(holder), failure.message);
      assert.equal(made(owner).instances.length, 0);
      await drop(owner, holder);
      await owner.up(program(inputs({ [list]: [a] })));
      assert.deepEqual(on(machineOf(owner).eni), [a]);
    });

    it("are taken off while somebody takes one off: EC2 refuses both, and the other is taken off alone", async () => {
      const account = await up(inputs({ [list]: [a, b] }));
      const was = machineOf(account);
      let isFirst = true;
      const before = async (action: string): Promise<void> => {
        if (action === kind.actions.unassign && isFirst) {
          isFirst = false;
          await kind.unassign(somebody(account), was.eni, a);
        }
      };
      const owner = goingOn(account, { through: interposed({ before }) });
      await owner.up(program(inputs({ [list]: [] })));
      assert.deepEqual(on(machineOf(owner).eni), []);
      await settled(owner, inputs({ [list]: [] }));
    });

    it("that EC2 refuses to take off stay, and the refusal is told and not tried again", async () => {
      const owner = await up(inputs({ [list]: [a, b] }));
      const { unassign: action } = kind.actions;
      owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 }, times: 1 });
      const failure = await failureOf(owner.up(program(inputs({ [list]: [] }))));
      assert.ok(failure.message.includes(`${action} was denied`), failure.message);
      assert.deepEqual([...on(only(made(owner).networkInterfaces))].sort(), [a, b]);
    });

    describe("when a reply is lost", () => {
      for (const when of ["before", "after"] as const) {
        const CUT: [string, Properties, Properties, number][] = [
          [kind.actions.assign, { [list]: [a] }, { [list]: [a, b] }, 2],
          [kind.actions.assign, { [count]: 1 }, { [count]: 3 }, 3],
          [kind.actions.unassign, { [list]: [a, b] }, { [list]: [a] }, 1],
          [kind.actions.unassign, { [count]: 3 }, { [count]: 1 }, 1],
        ];
        for (const [action, before, after, held] of CUT) {
          it(`has what is wanted and no more: ${action} for ${Object.keys(after).join()}, lost ${when} it took effect`, async () => {
            const owner = quick({ through: cutting(action, when) });
            await owner.up(program(inputs(before)));
            // A call for a number of addresses is not repeated: it is looked at what came of it, and if nothing did, it fails.
            const again = when === "before" ? (): Promise<unknown> => owner.up(program(inputs(after))) : undefined;
            await owner.up(program(inputs(after))).catch(again);
            assert.equal(on(machineOf(owner).eni).length, held);
            await settled(owner, inputs(after));
          });
        }
      }
    });

    for (const [before, after] of [
      [{ [list]: [a, b] }, { [list]: [b, c] }],
      [{ [count]: 1 }, { [count]: 3 }],
    ] as const) {
      it(`are finished, not doubled, wherever the change was killed: ${Object.keys(after).join()}`, async () => {
        const account = await up(inputs(before));
        const was = machineOf(account);
        await interruptedAtEveryCall(account, inputs(after), async (next, point) => {
          await next.up(program(inputs(after)));
          const now = machineOf(next);
          sameInstance(was, now);
          assert.equal(on(now.eni).length, count in after ? 3 : 2, point);
          if (list in after) {
            assert.deepEqual(sorted(now), [b, c], point);
          }
        });
      });
    }
  });
}
