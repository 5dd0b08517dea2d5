/** The Elastic IP: every way from one to another is in place, and what was given is never released. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  DeleteTagsCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { OWN_TAG_PREFIX } from "../../provider/ec2/tags";
import { cut, cutting, interposed } from "./interruptions";
import { goingOn, interruptedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import {
  failureOf,
  identityOf,
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

interface Given {
  allocationId: string;
  publicIp: string;
}

async function allocate(owner: Stack): Promise<Given> {
  const { AllocationId = "", PublicIp = "" } = await somebody(owner).send(
    new AllocateAddressCommand({ Domain: "vpc" }),
  );
  return { allocationId: AllocationId, publicIp: PublicIp };
}

/** Moves an Elastic IP to the secondary address of the machine's interface. */
async function putOnSecondary(owner: Stack, AllocationId: string): Promise<string> {
  const eni = only(made(owner).networkInterfaces);
  const PrivateIpAddress = only(eni.privateAddresses.filter((it) => !it.primary)).address;
  await somebody(owner).send(
    new AssociateAddressCommand({
      AllocationId,
      NetworkInterfaceId: eni.networkInterfaceId,
      PrivateIpAddress,
      AllowReassociation: true,
    }),
  );
  return PrivateIpAddress;
}

function tagsIn(owner: Stack): Properties {
  return { tags: owner.outputs.tags };
}

/** Puts an Elastic IP on an interface of somebody else's. */
async function useElsewhere(owner: Stack, AllocationId: string): Promise<string> {
  const ec2 = somebody(owner);
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
  return NetworkInterfaceId;
}

function elasticIpsBut(owner: Stack, ...given: Given[]): string[] {
  return made(owner)
    .elasticIps.map((it) => it.allocationId)
    .filter((id) => !given.some((it) => it.allocationId === id));
}

function ownTagsOf(owner: Stack, { allocationId }: Given): string[] {
  const eip = only(made(owner).elasticIps.filter((it) => it.allocationId === allocationId));
  return Object.keys(eip.tags).filter((key) => key.startsWith(OWN_TAG_PREFIX));
}

function holderOf(owner: Stack, { allocationId }: Given): string | undefined {
  return only(made(owner).elasticIps.filter((it) => it.allocationId === allocationId)).networkInterfaceId;
}

/** What an Elastic IP is changed to, as the input. */
type Way = "none" | "owned" | "a by id" | "a by address" | "b by id" | "b by address";

function inputFor(way: Way, a: Given, b: Given): boolean | string {
  switch (way) {
    case "none":
      return false;
    case "owned":
      return true;
    case "a by id":
      return a.allocationId;
    case "a by address":
      return a.publicIp;
    case "b by id":
      return b.allocationId;
    case "b by address":
      return b.publicIp;
  }
}

const WAYS: Way[] = ["none", "owned", "a by id", "a by address", "b by id", "b by address"];

/** The right one is on the machine, the owned one is released where it is not wanted, and the given ones are as they were. */
function holdsWhatIsWanted(owner: Stack, now: Machine, wanted: Way, [a, b]: [Given, Given]): void {
  const id = now.eip?.allocationId;
  const right = { none: undefined, owned: elasticIpsBut(owner, a, b)[0], a: a.allocationId, b: b.allocationId };
  assert.equal(id, right[wanted.split(" ")[0] as keyof typeof right]);
  assert.equal(id === undefined, wanted === "none");
  assert.equal(elasticIpsBut(owner, a, b).length, wanted === "owned" ? 1 : 0);
  for (const given of [a, b].filter((it) => it.allocationId !== id)) {
    assert.equal(holderOf(owner, given), undefined);
    assert.deepEqual(ownTagsOf(owner, given), []);
  }
}

/** Whether the one that is held is the one that is wanted, by another name. */
function isSame(from: Way, to: Way): boolean {
  return from !== "owned" && from !== "none" && from.split(" ")[0] === to.split(" ")[0];
}

describe("elasticIp", () => {
  it("is named among what is kept after a failure, while it is on no interface", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "AssociateAddress", error: { code: "UnauthorizedOperation", status: 403 } });
    const failure = await failureOf(owner.up(program({ elasticIp: true })));
    const { publicIp } = only(made(owner).elasticIps);
    assert.ok(failure.message.includes(`, the Elastic IP ${publicIp}. \`pulumi up\` goes on`), failure.message);
  });

  it("is asked for three times where no reply comes, and no more", async () => {
    let asked = 0;
    const before = (action: string): void => {
      if (action === "AllocateAddress") {
        asked++;
        throw cut();
      }
    };
    const owner = quick({ through: interposed({ before }) });
    const failure = await failureOf(owner.up(program({ elasticIp: true })));
    assert.match(failure.message, /^could not allocate an Elastic IP/);
    assert.equal(asked, 3);
  });

  it("leaves those alone that others of the machine's runs have put on an interface meanwhile", async () => {
    const account = await up({ secondaryPrivateIpCount: 1 });
    const { eni, template } = machineOf(account);
    const others: string[] = [];
    const after = async (action: string): Promise<void> => {
      if (action !== "AllocateAddress" || others.length > 0) {
        return;
      }
      const ec2 = somebody(account);
      const Tags = Object.entries(template.tags).map(([Key, Value]) => ({ Key, Value }));
      for (const { address: PrivateIpAddress } of eni.privateAddresses) {
        const TagSpecifications = [{ ResourceType: "elastic-ip" as const, Tags }];
        const { AllocationId = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc", TagSpecifications }));
        const NetworkInterfaceId = eni.networkInterfaceId;
        await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId, PrivateIpAddress }));
        others.push(AllocationId);
      }
    };
    const owner = goingOn(account, { through: interposed({ after }) });
    owner.calls();
    await owner.up(program({ secondaryPrivateIpCount: 1, elasticIp: true })).catch(() => undefined);
    const left = made(owner).elasticIps.map((it) => it.allocationId);
    assert.deepEqual(left.sort(), others.sort(), "only its own, which is on nothing, is released");
    assert.equal(owner.calls("mutating").filter((it) => it === "ReleaseAddress").length, 1);
  });

  for (const from of WAYS) {
    for (const to of WAYS.filter((it) => it !== from)) {
      it(`changes in place from ${from} to ${to}`, async () => {
        const owner = quick();
        const [a, b] = [await allocate(owner), await allocate(owner)];
        const [before, after] = [{ elasticIp: inputFor(from, a, b) }, { elasticIp: inputFor(to, a, b) }];
        await owner.up(program(before));
        const was = machineOf(owner);
        const { inputs: shown } = await owner.preview(program(after));
        const stays = isSame(from, to) ? was.eip : undefined;
        // The program names what is given; of what is allocated or comes off, EC2 decides.
        const named = { none: undefined, owned: stays?.publicIp, a: a.publicIp, b: b.publicIp };
        assert.deepEqual(
          [shown.networkInterfaceId, shown.privateIp, shown.instanceId, shown.publicIp],
          [
            was.eni.networkInterfaceId,
            was.privateIp,
            was.instance.instanceId,
            named[to.split(" ")[0] as keyof typeof named],
          ],
        );
        owner.calls();
        assert.equal(await owner.up(program(after)), "update");
        assert.ok(!owner.calls("mutating").includes("RunInstances"));
        const now = machineOf(owner);
        sameInstance(was, now);
        assert.equal(now.eip?.associationId, stays?.associationId ?? now.eip?.associationId, "it never came off");
        holdsWhatIsWanted(owner, now, to, [a, b]);
        await settled(owner, after);
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner, a.allocationId, b.allocationId);
        assert.equal(made(owner).elasticIps.length, 2, "what was given is still there");
      });
    }
  }

  it("is released when the input is taken out, and is one again when it is back", async () => {
    const owner = quick();
    await owner.up(program({ elasticIp: true }));
    const was = machineOf(owner);
    assert.equal(await owner.up(program()), "update");
    sameInstance(was, machineOf(owner));
    assert.deepEqual(made(owner).elasticIps, []);
    assert.deepEqual([owner.outputs.publicIp, owner.outputs.allocationId], ["", ""]);
    await settled(owner, {});
    await owner.up(program({ elasticIp: true }));
    sameInstance(was, machineOf(owner));
    assert.notEqual(machineOf(owner).eip, undefined);
  });

  it("is retained and not released where it is told to, on every way out", async () => {
    for (const to of [false, "given"]) {
      const owner = quick();
      const a = await allocate(owner);
      const deletion = { elasticIp: "retain" };
      await owner.up(program({ elasticIp: true, deletion }));
      const { eip } = machineOf(owner);
      await owner.up(program({ elasticIp: to === "given" ? a.allocationId : to, deletion }));
      assert.deepEqual(elasticIpsBut(owner, a), [eip?.allocationId]);
      assert.ok(owner.lines.some((line) => line.includes(`elasticIp: "${eip?.allocationId ?? "-"}"`)));
      await settled(owner, { elasticIp: to === "given" ? a.allocationId : to, deletion });
    }
  });

  it("is the same over everything else that can happen to a machine", async () => {
    const owner = quick();
    const base = { elasticIp: true, instanceType: "m6i.large" };
    await owner.up(program(base));
    const was = machineOf(owner);
    const CHANGES: Properties[] = [
      { imageId: WELL_KNOWN.imageV2 },
      { instanceType: "t3.micro" },
      { market: { lifecycle: "spot" } },
      { recycleTriggers: { at: "1" } },
      { securityGroupIds: [WELL_KNOWN.otherSecurityGroup], tags: { Team: "a" } },
      { privateIp: "10.0.1.99" },
      { subnetId: WELL_KNOWN.subnetB },
      { persistPrivateIp: false },
      { secondaryPrivateIpCount: 1 },
      { publicIpAssignment: "assign" },
    ];
    for (const change of CHANGES) {
      const what = JSON.stringify(change);
      const { inputs: shown } = await owner.preview(program({ ...base, ...change }));
      assert.deepEqual([shown.publicIp, shown.allocationId], [was.eip?.publicIp, was.eip?.allocationId], what);
      await owner.up(program({ ...base, ...change }));
      assert.equal(machineOf(owner).eip?.allocationId, was.eip?.allocationId, what);
      assert.equal(made(owner).elasticIps.length, 1, what);
    }
    for (const pauseBehavior of ["stop", "terminate"]) {
      await owner.up(program({ ...base, pauseBehavior, desiredState: "paused" }));
      assert.equal(owner.outputs.publicIp, was.eip?.publicIp);
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, owner.outputs.networkInterfaceId);
    }
    await owner.up(program(base));
    assert.equal(machineOf(owner).eip?.allocationId, was.eip?.allocationId);
  });

  describe("held by somebody else", () => {
    for (const from of [false, true, "given"] as const) {
      it(`is never taken, and nothing is changed, where the machine had ${String(from)}`, async () => {
        const owner = quick();
        const [a, b] = [await allocate(owner), await allocate(owner)];
        const before = { elasticIp: from === "given" ? a.allocationId : from };
        await owner.up(program(before));
        const was = machineOf(owner);
        const holder = await useElsewhere(owner, b.allocationId);
        owner.calls();
        for (const elasticIp of [b.allocationId, b.publicIp]) {
          const failure = await failureOf(owner.up(program({ elasticIp, imageId: WELL_KNOWN.imageV2 })));
          assert.ok(failure.message.startsWith("nothing was changed: "), failure.message);
          assert.ok(failure.message.includes(`${b.publicIp} (${b.allocationId}) is in use by ${holder}`));
        }
        assert.deepEqual(owner.calls("mutating"), []);
        assert.equal(holderOf(owner, b), holder);
        assert.deepEqual(ownTagsOf(owner, b), []);
        assert.equal(owner.outputs.publicIp, was.eip?.publicIp ?? "");
        assert.equal(await owner.up(program(before)), "same");
        await somebody(owner).send(new DisassociateAddressCommand({ PublicIp: b.publicIp }));
        assert.equal(await owner.up(program({ elasticIp: b.allocationId })), "update");
        assert.equal(holderOf(owner, b), was.eni.networkInterfaceId);
      });
    }

    it("is left to who put it on theirs a moment before this run would, and this run does not count it as its own", async () => {
      const account = await up();
      const given = await allocate(account);
      let theirs = "";
      const before = async (action: string): Promise<void> => {
        if (action === "AssociateAddress" && theirs === "") {
          theirs = await useElsewhere(account, given.allocationId);
        }
      };
      const owner = goingOn(account, { through: interposed({ before }) });
      const { message } = await failureOf(owner.up(program({ elasticIp: given.allocationId })));
      assert.match(message, /is already associated/);
      assert.equal(holderOf(owner, given), theirs);
    });

    it("is said where somebody put the owned one elsewhere, and it is not doubled", async () => {
      const owner = quick();
      await owner.up(program({ elasticIp: true }));
      const { eip } = machineOf(owner);
      const { allocationId = "", associationId, publicIp = "" } = eip ?? {};
      await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: associationId }));
      const holder = await useElsewhere(owner, allocationId);
      await owner.refresh();
      // It is still the machine's own, which must not be forgotten.
      assert.deepEqual([owner.outputs.allocationId, owner.outputs.publicIp], [allocationId, publicIp]);
      owner.calls();
      const failure = await failureOf(owner.up(program({ elasticIp: true })));
      assert.match(failure.message, /^nothing was changed: the Elastic IP .* is in use by eni-/);
      assert.deepEqual(owner.calls("mutating"), []);
      await somebody(owner).send(new DisassociateAddressCommand({ PublicIp: publicIp }));
      assert.equal(await owner.up(program({ elasticIp: true })), "update");
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, owner.outputs.networkInterfaceId);
      assert.notEqual(owner.outputs.networkInterfaceId, holder);
    });

    for (const to of ["none", "owned", "another"] as const) {
      it(`does not hold up the way from a given one that its owner took away to ${to}`, async () => {
        const owner = quick();
        const [a, b] = [await allocate(owner), await allocate(owner)];
        await owner.up(program({ elasticIp: a.allocationId }));
        const was = machineOf(owner);
        await somebody(owner).send(new DisassociateAddressCommand({ PublicIp: a.publicIp }));
        const holder = await useElsewhere(owner, a.allocationId);
        const elasticIp = { none: false, owned: true, another: b.allocationId }[to];
        assert.equal(await owner.up(program({ elasticIp })), "update");
        assert.equal(holderOf(owner, a), holder, "it stays where its owner put it");
        assert.deepEqual(ownTagsOf(owner, a), []);
        assert.equal(owner.outputs.instanceId, was.instance.instanceId);
        assert.equal(owner.outputs.allocationId === "", to === "none");
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner, a.allocationId, b.allocationId, holder);
      });
    }
  });

  describe("that somebody meddled with", () => {
    const GIVEN: [string, (a: Given) => boolean | string][] = [
      ["an owned", () => true],
      ["a given", (a) => a.allocationId],
    ];
    for (const [title, inputOf] of GIVEN) {
      it(`and took off: a refresh finds ${title} one, says so, and the next up puts it back`, async () => {
        const owner = quick();
        const a = await allocate(owner);
        const inputs = { elasticIp: inputOf(a) };
        await owner.up(program(inputs));
        const was = machineOf(owner);
        await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: was.eip?.associationId }));
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, ["its Elastic IP is not on its primary private IP"]);
        // Its own is not forgotten while it is off; a given one is only its while it is on.
        const { publicIp = "", allocationId = "" } = inputs.elasticIp === true ? (was.eip ?? {}) : {};
        assert.deepEqual([owner.outputs.publicIp, owner.outputs.allocationId], [publicIp, allocationId]);
        assert.ok(
          owner.lines.some((line) => line.includes("found that its Elastic IP is not on its primary private IP")),
        );
        assert.equal((await owner.preview(program(inputs))).changes, true);
        assert.ok(owner.lines.at(-1)?.includes("changes in place (its Elastic IP is not on its primary private IP)"));
        await owner.up(program(inputs));
        sameInstance(was, machineOf(owner));
        assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
        await settled(owner, inputs);
      });

      for (const between of ["nothing", "a refresh"]) {
        it(`and put on a further address: ${title} one comes back to the primary one, with ${between} between`, async () => {
          const owner = quick();
          const a = await allocate(owner);
          const inputs = { elasticIp: inputOf(a), secondaryPrivateIpCount: 1 };
          await owner.up(program(inputs));
          const was = machineOf(owner);
          const AllocationId = was.eip?.allocationId ?? "";
          await putOnSecondary(owner, AllocationId);
          if (between === "a refresh") {
            await owner.refresh();
            assert.deepEqual(owner.outputs.drift, ["its Elastic IP is not on its primary private IP"]);
            await owner.up(program(inputs));
          } else {
            await owner.up(program({ ...inputs, tags: { Team: "a" } }));
          }
          const now = machineOf(owner);
          sameInstance(was, now);
          assert.deepEqual(identityOf(now), identityOf(was));
          assert.equal(now.eip?.privateIpAddress, now.privateIp);
          assert.equal(await owner.up(program({ ...inputs, ...tagsIn(owner) })), "same");
          await settled(owner, { ...inputs, ...tagsIn(owner) });
        });
      }

      it(`and put on a further address, with another in its place: ${title} one is left there, with what to do`, async () => {
        const owner = quick();
        const a = await allocate(owner);
        const inputs = { elasticIp: inputOf(a), secondaryPrivateIpCount: 1 };
        await owner.up(program(inputs));
        const was = machineOf(owner);
        const AllocationId = was.eip?.allocationId ?? "";
        const secondary = await putOnSecondary(owner, AllocationId);
        const b = await allocate(owner);
        const NetworkInterfaceId = was.eni.networkInterfaceId;
        await somebody(owner).send(new AssociateAddressCommand({ AllocationId: b.allocationId, NetworkInterfaceId }));
        await owner.refresh();
        const said = `the Elastic IP ${b.publicIp} (${b.allocationId}) is on ${was.privateIp} of ${NetworkInterfaceId}, where ${was.eip?.publicIp ?? ""} belongs; disassociate it there first, or name it in elasticIp`;
        assert.deepEqual(owner.outputs.drift, [said]);
        owner.calls();
        assert.match((await failureOf(owner.up(program(inputs)))).message, /^nothing was changed: the Elastic IP /);
        assert.deepEqual(owner.calls("mutating"), []);
        const eip = only(made(owner).elasticIps.filter((it) => it.allocationId === AllocationId));
        assert.equal(eip.privateIpAddress, secondary);
      });

      for (const refreshed of [true, false]) {
        it(`and took the tags off: ${title} one is known by its id, not doubled${refreshed ? ", after a refresh" : ""}`, async () => {
          const owner = quick();
          const a = await allocate(owner);
          const inputs = { elasticIp: inputOf(a) };
          await owner.up(program(inputs));
          const was = machineOf(owner);
          await somebody(owner).send(new DeleteTagsCommand({ Resources: [was.eip?.allocationId ?? ""] }));
          const wanted = refreshed ? inputs : { ...inputs, securityGroupIds: [WELL_KNOWN.otherSecurityGroup] };
          if (refreshed) {
            await owner.refresh();
            assert.deepEqual(owner.outputs.drift, [`tags of ${was.eip?.allocationId ?? ""} are not as declared`]);
          }
          assert.equal(await owner.up(program(wanted)), "update");
          const now = machineOf(owner);
          sameInstance(was, now);
          assert.deepEqual(now.eip?.tags, was.eip?.tags);
          assert.equal(now.eip?.associationId, was.eip?.associationId);
          assert.equal(elasticIpsBut(owner, a).length, inputs.elasticIp === true ? 1 : 0);
          await settled(owner, wanted);
        });

        it(`and took the tags off: ${title} one comes off when it is taken out of the program${refreshed ? ", after a refresh" : ""}`, async () => {
          const owner = quick();
          const a = await allocate(owner);
          await owner.up(program({ elasticIp: inputOf(a) }));
          const was = machineOf(owner);
          await somebody(owner).send(new DeleteTagsCommand({ Resources: [was.eip?.allocationId ?? ""] }));
          if (refreshed) {
            await owner.refresh();
          }
          assert.equal(await owner.up(program()), "update");
          sameInstance(was, machineOf(owner));
          assert.equal(holderOf(owner, a), undefined);
          assert.deepEqual(elasticIpsBut(owner, a), [], "the owned one is released, the given one is not");
        });

        it(`and took the tags off: destroy ${title === "a given" ? "leaves" : "releases"} ${title} one${refreshed ? ", after a refresh" : ""}`, async () => {
          const owner = quick();
          const a = await allocate(owner);
          await owner.up(program({ elasticIp: inputOf(a) }));
          const { eip } = machineOf(owner);
          await somebody(owner).send(new DeleteTagsCommand({ Resources: [eip?.allocationId ?? ""] }));
          if (refreshed) {
            await owner.refresh();
          }
          await owner.destroy();
          later(owner);
          nothingIsLeft(owner, a.allocationId);
          assert.equal(holderOf(owner, a), undefined);
        });
      }
    }

    it("and released: a refresh says that it is gone, and the next up allocates another", async () => {
      const owner = quick();
      await owner.up(program({ elasticIp: true }));
      const was = machineOf(owner);
      const ec2 = somebody(owner);
      await ec2.send(new DisassociateAddressCommand({ AssociationId: was.eip?.associationId }));
      await ec2.send(new ReleaseAddressCommand({ AllocationId: was.eip?.allocationId }));
      await owner.refresh();
      assert.ok((owner.outputs.drift as string[]).includes("its Elastic IP is gone"));
      await owner.up(program({ elasticIp: true }));
      sameInstance(was, machineOf(owner));
      assert.notEqual(machineOf(owner).eip?.allocationId, was.eip?.allocationId);
      await settled(owner, { elasticIp: true });
    });

    it("and took both off, the address and the tags: it is found again and not doubled", async () => {
      const owner = quick();
      await owner.up(program({ elasticIp: true }));
      const was = machineOf(owner);
      const ec2 = somebody(owner);
      await ec2.send(new DisassociateAddressCommand({ AssociationId: was.eip?.associationId }));
      await ec2.send(new DeleteTagsCommand({ Resources: [was.eip?.allocationId ?? ""] }));
      await owner.up(program({ elasticIp: true, tags: { Team: "a" } }));
      assert.equal(machineOf(owner).eip?.allocationId, was.eip?.allocationId);
      assert.equal(made(owner).elasticIps.length, 1);
    });
  });

  describe("when a reply is lost", () => {
    for (const action of ["AllocateAddress", "AssociateAddress", "DisassociateAddress", "ReleaseAddress"]) {
      for (const when of ["before", "after"] as const) {
        it(`has the one that is wanted and no other: ${action}, lost ${when} it took effect`, async () => {
          const owner = quick({ through: cutting(action, when) });
          const a = await allocate(owner);
          await owner.up(program({ elasticIp: action === "AllocateAddress" ? a.allocationId : true }));
          await owner.up(program({ elasticIp: action === "AllocateAddress" ? true : a.allocationId }));
          machineOf(owner);
          assert.equal(made(owner).elasticIps.length, action === "AllocateAddress" ? 2 : 1);
        });
      }
    }
  });

  for (const [from, to] of [
    ["owned", "a by id"],
    ["a by id", "owned"],
    ["a by id", "b by address"],
    ["owned", "none"],
  ] as const) {
    it(`is finished wherever the change from ${from} to ${to} was killed, or taken back`, async () => {
      const account = quick();
      const [a, b] = [await allocate(account), await allocate(account)];
      const [before, after] = [{ elasticIp: inputFor(from, a, b) }, { elasticIp: inputFor(to, a, b) }];
      await account.up(program(before));
      const was = machineOf(account);
      for (const [end, wanted] of [
        [to, after],
        [from, before],
      ] as const) {
        await interruptedAtEveryCall(account, after, async (next) => {
          await next.up(program(wanted));
          const now = machineOf(next);
          sameInstance(was, now);
          holdsWhatIsWanted(next, now, end, [a, b]);
        });
      }
    });
  }
});
