/** The Elastic IP: every way from one to another is in place, and what was given is never released. */
import assert from "node:assert/strict";
import { AllocateAddressCommand, AssociateAddressCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Properties } from "../../../../provider/model/properties";
import { cut, cutting, interposed } from "../../interruptions";
import { goingOn, interruptedAtEveryCall } from "../../kills";
import { program } from "../../support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "../../world";
import { machineOf, sameInstance } from "../../machine";
import { allocateGiven, elasticIpsBut, holdsWhatIsWanted, inputFor, isSame, WAYS } from "./given-addresses";

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
        const [a, b] = [await allocateGiven(owner), await allocateGiven(owner)];
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
        assert.equal(made(owner).elasticIps.length, 2, "the given address is still there");
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
      const a = await allocateGiven(owner);
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

  describe("when a reply is lost", () => {
    for (const action of ["AllocateAddress", "AssociateAddress", "DisassociateAddress", "ReleaseAddress"]) {
      for (const when of ["before", "after"] as const) {
        it(`has the one that is wanted and no other: ${action}, lost ${when} it took effect`, async () => {
          const owner = quick({ through: cutting(action, when) });
          const a = await allocateGiven(owner);
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
      const [a, b] = [await allocateGiven(account), await allocateGiven(account)];
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
