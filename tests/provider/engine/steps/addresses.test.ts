/** The addresses of the network interface beside its primary one: secondary private IPs and IPv6. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Properties } from "../../../../provider/model/properties";
import { interruptedAtEveryCall } from "../../kills";
import { program } from "../../support";
import { later, nothingIsLeft, settled, somebody, up } from "../../world";
import { type Machine, machineOf, sameInstance } from "../../machine";
import { deleteInterface, IPV6, SECONDARY } from "./address-kinds";

for (const kind of [SECONDARY, IPV6]) {
  const { list, count, subnetId, a, b, c, on } = kind;
  const inputs = (more: Properties): Properties => ({ subnetId, ...more });
  const sorted = ({ eni }: Machine): string[] => [...on(eni)].sort();

  describe(list, () => {
    it("are on the interface from the start, named or as many as are asked for", async () => {
      const named = await up(inputs({ [list]: [b, a] }));
      assert.deepEqual(sorted(machineOf(named)), [a, b]);
      assert.deepEqual([...(named.outputs[list] as string[])].sort(), [a, b]);
      assert.ok(
        !named.calls("mutating").includes(kind.actions.assign),
        "one call makes the interface with all of them",
      );
      await settled(named, inputs({ [list]: [a, b] }));
      const counted = await up(inputs({ [count]: 3 }));
      assert.equal(on(machineOf(counted).eni).length, 3);
      await settled(counted, inputs({ [count]: 3 }));
      await counted.destroy();
      later(counted);
      nothingIsLeft(counted);
    });

    it("are none where none are declared", async () => {
      for (const none of [{}, { [list]: [] }, { [count]: 0 }]) {
        const owner = await up(inputs(none));
        assert.deepEqual(on(machineOf(owner).eni), []);
        assert.deepEqual(owner.outputs[list], []);
        await settled(owner, inputs(none));
      }
    });

    const CHANGES: [title: string, before: Properties, after: Properties, held: string[] | number][] = [
      ["named for the first time", {}, { [list]: [a] }, [a]],
      ["counted for the first time", {}, { [count]: 2 }, 2],
      ["one added", { [list]: [a] }, { [list]: [a, b] }, [a, b]],
      ["one taken out", { [list]: [a, b] }, { [list]: [b] }, [b]],
      ["one for another", { [list]: [a, b] }, { [list]: [b, c] }, [b, c]],
      ["counted up", { [count]: 1 }, { [count]: 3 }, 3],
      ["counted down", { [count]: 3 }, { [count]: 1 }, 1],
      ["counted down to none", { [count]: 2 }, { [count]: 0 }, []],
      ["named where they were counted", { [count]: 2 }, { [list]: [a, b] }, [a, b]],
      ["counted where they were named, up", { [list]: [a] }, { [count]: 2 }, 2],
      ["counted where they were named, down", { [list]: [a, b] }, { [count]: 1 }, 1],
      ["the list cleared", { [list]: [a, b] }, {}, []],
      ["the list emptied", { [list]: [a, b] }, { [list]: [] }, []],
      ["the count cleared", { [count]: 2 }, {}, []],
    ];

    for (const [title, before, after, held] of CHANGES) {
      it(`change in place: ${title}`, async () => {
        const owner = await up(inputs({ ...before, elasticIp: true }));
        const was = machineOf(owner);
        owner.calls();
        const { inputs: shown } = await owner.preview(program(inputs({ ...after, elasticIp: true })));
        assert.deepEqual(
          [shown.networkInterfaceId, shown.privateIp, shown.publicIp, shown.instanceId],
          [was.eni.networkInterfaceId, was.privateIp, was.eip?.publicIp, was.instance.instanceId],
        );
        if (typeof held === "number") {
          assert.equal(shown[list], undefined, "nobody knows them yet");
        } else {
          assert.deepEqual([...((shown[list] ?? []) as string[])].sort(), held);
        }
        assert.equal(await owner.up(program(inputs({ ...after, elasticIp: true }))), "update");
        const now = machineOf(owner);
        sameInstance(was, now);
        assert.equal(now.eip?.associationId, was.eip?.associationId);
        assert.ok(!owner.calls("mutating").includes("RunInstances"));
        if (typeof held === "number") {
          assert.equal(on(now.eni).length, held);
          const stays = on(was.eni).filter((it) => on(now.eni).includes(it));
          assert.equal(stays.length, Math.min(held, on(was.eni).length), "held addresses count");
        } else {
          assert.deepEqual(sorted(now), held);
        }
        await settled(owner, inputs({ ...after, elasticIp: true }));
      });
    }

    it("need no change where the list names, or the count counts, what is held", async () => {
      const owner = await up(inputs({ [list]: [a, b] }));
      assert.equal(await owner.up(program(inputs({ [count]: 2 }))), "same");
      assert.equal(await owner.up(program(inputs({ [list]: [b, a] }))), "same");
      await settled(owner, inputs({ [count]: 2 }));
      assert.deepEqual(sorted(machineOf(owner)), [a, b]);
    });

    it("that nobody declared and somebody put there stay: over a refresh, a change in place and a replacement", async () => {
      const owner = await up(inputs({}));
      const was = machineOf(owner);
      await kind.assign(somebody(owner), was.eni, a);
      await owner.refresh();
      assert.deepEqual([owner.outputs.drift, owner.outputs[list]], [[], [a]]);
      assert.equal(await owner.up(program(inputs({}))), "same");
      await owner.up(program(inputs({ tags: { Team: "a" } })));
      sameInstance(was, machineOf(owner));
      assert.deepEqual(on(machineOf(owner).eni), [a]);
      await owner.up(program(inputs({ imageId: WELL_KNOWN.imageV2 })));
      assert.equal(machineOf(owner).eni.networkInterfaceId, was.eni.networkInterfaceId);
      assert.deepEqual(on(machineOf(owner).eni), [a]);
      await settled(owner, inputs({ imageId: WELL_KNOWN.imageV2 }));
    });

    it("survive a replacement", async () => {
      const owner = await up(inputs({ [list]: [a, b] }));
      const { inputs: shown } = await owner.preview(program(inputs({ [list]: [a, b], imageId: WELL_KNOWN.imageV2 })));
      assert.deepEqual(shown[list], [a, b]);
      await owner.up(program(inputs({ [list]: [a, b], imageId: WELL_KNOWN.imageV2 })));
      assert.deepEqual(sorted(machineOf(owner)), [a, b]);
    });

    for (const declared of [{ [list]: [a, b] }, { [count]: 2 }]) {
      it(`taken off by somebody are found by a refresh and put back: ${Object.keys(declared).join()}`, async () => {
        const owner = await up(inputs(declared));
        const was = machineOf(owner);
        await kind.unassign(somebody(owner), was.eni, on(was.eni)[0] ?? "");
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, [kind.taken]);
        assert.ok(owner.lines.some((line) => line.includes(`found that ${kind.taken}`)));
        assert.equal((await owner.preview(program(inputs(declared)))).changes, true);
        assert.ok(owner.lines.some((line) => line.includes("changes in place (") && line.includes(kind.taken)));
        assert.equal(await owner.up(program(inputs(declared))), "update");
        sameInstance(was, machineOf(owner));
        assert.equal(on(machineOf(owner).eni).length, 2);
        if (list in declared) {
          assert.deepEqual(sorted(machineOf(owner)), [a, b]);
        }
        await settled(owner, inputs(declared));
      });

      it(`added by somebody are found by a refresh and taken off: ${Object.keys(declared).join()}`, async () => {
        const owner = await up(inputs(declared));
        const was = machineOf(owner);
        await kind.assign(somebody(owner), was.eni, c);
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, [kind.undeclared]);
        assert.equal(await owner.up(program(inputs(declared))), "update");
        sameInstance(was, machineOf(owner));
        assert.deepEqual(sorted(machineOf(owner)), sorted(was));
        await settled(owner, inputs(declared));
      });

      for (const refreshed of [true, false]) {
        const how = refreshed ? "after a refresh" : "with a change";
        it(`come back with an interface that somebody deleted, ${how}: ${Object.keys(declared).join()}`, async () => {
          const owner = await up(inputs(declared));
          const was = machineOf(owner);
          await deleteInterface(owner);
          const wanted = { ...declared, ...(refreshed ? {} : { tags: { Team: "a" } }) };
          if (refreshed) {
            await owner.refresh();
          }
          assert.equal(await owner.up(program(inputs(wanted))), "update");
          const now = machineOf(owner);
          assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
          assert.equal(now.privateIp, was.privateIp);
          assert.deepEqual(sorted(now), sorted(was));
          await settled(owner, inputs(wanted));
        });
      }
    }

    it("that nobody declared do not come back with an interface that somebody deleted", async () => {
      const owner = await up(inputs({}));
      await kind.assign(somebody(owner), machineOf(owner).eni, a);
      await owner.refresh();
      await deleteInterface(owner);
      await owner.refresh();
      assert.deepEqual(owner.outputs[list], []);
      await owner.up(program(inputs({})));
      assert.deepEqual(on(machineOf(owner).eni), []);
      await settled(owner, inputs({}));
    });

    for (const declared of [{ [list]: [a, b] }, { [count]: 2 }]) {
      it(`move along to another interface in the same subnet: ${Object.keys(declared).join()}`, async () => {
        const address = `${subnetId === WELL_KNOWN.subnetA ? "10.0.1" : "10.0.6"}.99`;
        const owner = await up(inputs({ ...declared, elasticIp: true }));
        const was = machineOf(owner);
        const wanted = { ...declared, elasticIp: true, privateIp: address };
        const { inputs: shown } = await owner.preview(program(inputs(wanted)));
        assert.equal(shown.networkInterfaceId, undefined);
        owner.calls();
        await owner.up(program(inputs(wanted)));
        const calls = owner.calls("mutating");
        assert.ok(calls.indexOf("CreateNetworkInterface") < calls.indexOf("TerminateInstances"));
        assert.ok(calls.indexOf("TerminateInstances") < calls.indexOf(kind.actions.assign));
        assert.ok(calls.indexOf(kind.actions.assign) < calls.indexOf("RunInstances"));
        const now = machineOf(owner);
        assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
        assert.equal(now.privateIp, address);
        assert.deepEqual(sorted(now), sorted(was));
        await settled(owner, inputs(wanted));
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner);
      });
    }
  });
}

describe("addresses of both kinds, of a machine that moves", () => {
  const inputs = {
    subnetId: IPV6.subnetId,
    secondaryPrivateIps: ["10.0.6.20", "10.0.6.21"],
    ipv6Addresses: [IPV6.a],
    elasticIp: true,
  };

  for (const end of ["finished", "taken back"] as const) {
    it(`are all on the one interface that is left, wherever the move was killed, when it is ${end}`, async () => {
      const account = await up({ ...inputs, privateIp: "10.0.6.7" });
      await interruptedAtEveryCall(account, { ...inputs, privateIp: "10.0.6.8" }, async (next, point) => {
        const privateIp = end === "finished" ? "10.0.6.8" : "10.0.6.7";
        await next.up(program({ ...inputs, privateIp }));
        const { eni, eip, privateIp: now } = machineOf(next);
        assert.equal(now, privateIp, point);
        assert.deepEqual([...SECONDARY.on(eni)].sort(), inputs.secondaryPrivateIps, point);
        assert.deepEqual(eni.ipv6Addresses, inputs.ipv6Addresses, point);
        assert.notEqual(eip, undefined, point);
      });
    });
  }
});
