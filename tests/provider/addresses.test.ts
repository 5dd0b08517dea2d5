/** The addresses of the network interface beside its primary one: secondary private IPs and IPv6. */
import assert from "node:assert/strict";
import {
  AssignIpv6AddressesCommand,
  AssignPrivateIpAddressesCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  type EC2Client,
  ModifySubnetAttributeCommand,
  TerminateInstancesCommand,
  UnassignIpv6AddressesCommand,
  UnassignPrivateIpAddressesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { cutting, interposed } from "./interruptions";
import { goingOn, interruptedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import {
  failureOf,
  later,
  type Machine,
  machineOf,
  made,
  nothingIsLeft,
  only,
  quick,
  sameInstance,
  settled,
  somebody,
  up,
} from "./world";

type Properties = Record<string, unknown>;

/** One of the two kinds of address: how it is declared, what is held, and what somebody else does to it. */
interface Kind {
  list: "secondaryPrivateIps" | "ipv6Addresses";
  count: "secondaryPrivateIpCount" | "ipv6AddressCount";
  subnetId: string;
  /** Addresses of the subnet. */
  a: string;
  b: string;
  c: string;
  /** Those of any interface. */
  on: (eni: Machine["eni"]) => string[];
  assign: (ec2: EC2Client, eni: Machine["eni"], address: string) => Promise<unknown>;
  unassign: (ec2: EC2Client, eni: Machine["eni"], address: string) => Promise<unknown>;
  /** Makes an interface of somebody else's with the address. */
  take: (ec2: EC2Client, address: string) => Promise<string>;
  taken: string;
  undeclared: string;
  actions: { assign: string; unassign: string };
}

const SECONDARY: Kind = {
  list: "secondaryPrivateIps",
  count: "secondaryPrivateIpCount",
  subnetId: WELL_KNOWN.subnetA,
  a: "10.0.1.20",
  b: "10.0.1.21",
  c: "10.0.1.22",
  on: ({ privateAddresses }) => privateAddresses.filter((it) => !it.primary).map((it) => it.address),
  assign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [address] })),
  unassign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new UnassignPrivateIpAddressesCommand({ NetworkInterfaceId, PrivateIpAddresses: [address] })),
  take: (ec2, PrivateIpAddress) => makeInterface(ec2, { SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress }),
  taken: "it lacks secondary private IPs that are declared",
  undeclared: "it has secondary private IPs that are not declared",
  actions: { assign: "AssignPrivateIpAddresses", unassign: "UnassignPrivateIpAddresses" },
};

const IPV6: Kind = {
  list: "ipv6Addresses",
  count: "ipv6AddressCount",
  subnetId: WELL_KNOWN.dualStackSubnet,
  a: "2001:db8:6:600::20",
  b: "2001:db8:6:600::21",
  c: "2001:db8:6:600::22",
  on: ({ ipv6Addresses }) => ipv6Addresses,
  assign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new AssignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses: [address] })),
  unassign: (ec2, { networkInterfaceId: NetworkInterfaceId }, address) =>
    ec2.send(new UnassignIpv6AddressesCommand({ NetworkInterfaceId, Ipv6Addresses: [address] })),
  take: (ec2, Ipv6Address) =>
    makeInterface(ec2, { SubnetId: WELL_KNOWN.dualStackSubnet, Ipv6Addresses: [{ Ipv6Address }] }),
  taken: "it lacks IPv6 addresses that are declared",
  undeclared: "it has IPv6 addresses that are not declared",
  actions: { assign: "AssignIpv6Addresses", unassign: "UnassignIpv6Addresses" },
};

async function makeInterface(
  ec2: EC2Client,
  input: ConstructorParameters<typeof CreateNetworkInterfaceCommand>[0],
): Promise<string> {
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand(input));
  return NetworkInterface?.NetworkInterfaceId ?? "";
}

async function drop(owner: Stack, NetworkInterfaceId: string): Promise<void> {
  await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
}

/** Somebody ends the instance and deletes the interface. */
async function deleteInterface(owner: Stack): Promise<void> {
  const { eni, instance } = machineOf(owner);
  const ec2 = somebody(owner);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
  later(owner);
  await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
}

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
          assert.equal(stays.length, Math.min(held, on(was.eni).length), "what is held counts");
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
      assert.deepEqual(on(eni), [a], "what is held is kept");
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

    it("of which somebody takes one off at the same moment: EC2 refuses both, and the other is taken off alone", async () => {
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

/** What is there of a machine whose record may say otherwise by now. */
function refound(owner: Stack, was: Machine): Pick<Machine, "template" | "instance" | "eni"> {
  const world = made(owner);
  return {
    template: only(world.templates),
    instance: only(world.instances),
    eni: only(world.networkInterfaces.filter((it) => it.networkInterfaceId === was.eni.networkInterfaceId)),
  };
}

describe("addresses of both kinds", () => {
  it("are new ones in another subnet, as many as were asked for", async () => {
    const counted = { secondaryPrivateIpCount: 2, instanceType: "m6i.large" };
    const owner = await up({ ...counted, subnetId: WELL_KNOWN.subnetA, elasticIp: true });
    const was = machineOf(owner);
    await owner.up(program({ ...counted, subnetId: WELL_KNOWN.subnetB, elasticIp: true }));
    const now = machineOf(owner);
    const held = SECONDARY.on(now.eni);
    assert.equal(held.length, 2);
    assert.ok(held.every((it) => it.startsWith("10.0.2.")));
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    await settled(owner, { ...counted, subnetId: WELL_KNOWN.subnetB, elasticIp: true });
  });

  it("named for another subnet are those of the program there", async () => {
    const owner = await up({ secondaryPrivateIps: ["10.0.1.20"] });
    const { subnetId, b } = IPV6;
    const wanted = { subnetId, secondaryPrivateIps: ["10.0.6.20"], ipv6Addresses: [b] };
    await owner.up(program(wanted));
    const { eni } = machineOf(owner);
    assert.deepEqual([SECONDARY.on(eni), eni.ipv6Addresses], [["10.0.6.20"], [b]]);
    await settled(owner, wanted);
  });

  it("may be written as IPv6 likes, and are one address", async () => {
    const owner = await up({ subnetId: IPV6.subnetId, ipv6Addresses: ["2001:DB8:6:0600:0::20"] });
    assert.deepEqual(machineOf(owner).eni.ipv6Addresses, [IPV6.a]);
    await settled(owner, { subnetId: IPV6.subnetId, ipv6Addresses: [IPV6.a] });
  });

  it("that the subnet gives by itself stay where none are declared, and go where none are wanted", async () => {
    const owner = quick();
    const SubnetId = IPV6.subnetId;
    const given = new ModifySubnetAttributeCommand({ SubnetId, AssignIpv6AddressOnCreation: { Value: true } });
    await somebody(owner).send(given);
    await owner.up(program({ subnetId: SubnetId }));
    assert.equal(machineOf(owner).eni.ipv6Addresses.length, 1);
    await settled(owner, { subnetId: SubnetId });
    await owner.up(program({ subnetId: SubnetId, ipv6AddressCount: 0 }));
    assert.deepEqual(machineOf(owner).eni.ipv6Addresses, []);
    const none = quick({ on: owner });
    await none.up({ ...program({ subnetId: SubnetId, ipv6AddressCount: 0 }), resourceUrn: "urn::other" });
    assert.deepEqual(none.outputs.ipv6Addresses, []);
  });

  it("that a new type does not take are counted before anything is ended, those that still have to move too", async () => {
    const owner = await up({ secondaryPrivateIps: ["10.0.1.20", "10.0.1.21"] });
    const was = machineOf(owner);
    const tooSmall = { secondaryPrivateIps: ["10.0.1.20", "10.0.1.21"], instanceType: "t3.micro" };
    for (const inputs of [tooSmall, { ...tooSmall, privateIp: "10.0.1.99" }]) {
      const failure = await failureOf(owner.unseen(inputs));
      assert.match(failure.message, /t3\.micro \(instanceType\) takes 2 private IPv4 addresses .* would have 3/);
      const { instance, eni } = refound(owner, was);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.deepEqual(SECONDARY.on(eni), ["10.0.1.20", "10.0.1.21"]);
    }
  });

  it("that the type does not take are refused in a sentence, and what is held stays", async () => {
    const owner = await up({ instanceType: "t3.micro", secondaryPrivateIps: ["10.0.1.20"] });
    const was = machineOf(owner);
    const tooMany = { instanceType: "t3.micro", secondaryPrivateIpCount: 2 };
    assert.match((await failureOf(owner.up(program(tooMany)))).message, /t3\.micro takes 2 private IPv4 addresses/);
    assert.match(
      (await failureOf(owner.unseen(tooMany))).message,
      /could not put 1 more private IPs on eni-\w+: Number of private addresses will exceed/,
    );
    await owner.up(program({ instanceType: "t3.micro", secondaryPrivateIps: ["10.0.1.21"] }));
    const now = machineOf(owner);
    sameInstance(was, now);
    assert.deepEqual(SECONDARY.on(now.eni), ["10.0.1.21"], "one makes room for another");
  });

  for (const [title, inputs] of [
    ["named", { secondaryPrivateIps: ["10.0.1.20"] }],
    ["counted", { secondaryPrivateIpCount: 1 }],
    ["nobody's", {}],
  ] as const) {
    it(`cannot become the primary one, ${title} ones: preview says so, and by two updates they can`, async () => {
      const owner = await up(inputs);
      const was = machineOf(owner);
      if (title === "nobody's") {
        const ec2 = somebody(owner);
        await SECONDARY.assign(ec2, was.eni, "10.0.1.20");
      }
      const address = only(SECONDARY.on(only(made(owner).networkInterfaces)));
      owner.calls();
      const { failures } = await owner.preview(program({ privateIp: address }));
      const { property, reason } = only(failures);
      assert.equal(property, "privateIp");
      assert.match(reason, new RegExp(`^privateIp: "${address}" is a secondary private IP of this machine, and its`));
      assert.deepEqual(owner.calls("mutating"), []);
      await owner.up(program({ secondaryPrivateIps: [] }));
      if (title === "nobody's") {
        await SECONDARY.unassign(somebody(owner), was.eni, address);
      }
      await owner.up(program({ privateIp: address }));
      assert.equal(machineOf(owner).privateIp, address);
      await settled(owner, { privateIp: address });
    });
  }

  it("stay while the machine is paused either way", async () => {
    for (const pauseBehavior of ["stop", "terminate"]) {
      const inputs = { ...IPV6, pauseBehavior };
      const wanted = {
        subnetId: inputs.subnetId,
        pauseBehavior,
        secondaryPrivateIpCount: 1,
        ipv6Addresses: [IPV6.a],
      };
      const owner = await up(wanted);
      const was = machineOf(owner);
      await owner.up(program({ ...wanted, desiredState: "paused" }));
      assert.deepEqual(only(made(owner).networkInterfaces).privateAddresses, was.eni.privateAddresses);
      assert.deepEqual(owner.outputs.ipv6Addresses, [IPV6.a]);
      await owner.up(program(wanted));
      assert.deepEqual(machineOf(owner).eni.privateAddresses, was.eni.privateAddresses);
    }
  });
});
