/** An Elastic IP that somebody else holds, takes off, puts elsewhere or releases. */
import assert from "node:assert/strict";
import {
  AssociateAddressCommand,
  DeleteTagsCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { interposed } from "../../interruptions";
import { goingOn } from "../../kills";
import { program } from "../../support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "../../world";
import { identityOf, machineOf, sameInstance } from "../../machine";
import {
  allocateGiven,
  elasticIpsBut,
  type GivenAddress,
  holderOfAddress,
  ownTagsOfAddress,
  putOnSecondary,
  tagsIn,
  useElsewhere,
} from "./given-addresses";

describe("elasticIp", () => {
  describe("held by somebody else", () => {
    for (const from of [false, true, "given"] as const) {
      it(`is never taken, and nothing is changed, where the machine had ${String(from)}`, async () => {
        const owner = quick();
        const [a, b] = [await allocateGiven(owner), await allocateGiven(owner)];
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
        assert.equal(holderOfAddress(owner, b), holder);
        assert.deepEqual(ownTagsOfAddress(owner, b), []);
        assert.equal(owner.outputs.publicIp, was.eip?.publicIp ?? "");
        assert.equal(await owner.up(program(before)), "same");
        await somebody(owner).send(new DisassociateAddressCommand({ PublicIp: b.publicIp }));
        assert.equal(await owner.up(program({ elasticIp: b.allocationId })), "update");
        assert.equal(holderOfAddress(owner, b), was.eni.networkInterfaceId);
      });
    }

    it("is left to who put it on theirs a moment before this run would, and this run does not count it as its own", async () => {
      const account = await up();
      const given = await allocateGiven(account);
      let theirs = "";
      const before = async (action: string): Promise<void> => {
        if (action === "AssociateAddress" && theirs === "") {
          theirs = await useElsewhere(account, given.allocationId);
        }
      };
      const owner = goingOn(account, { through: interposed({ before }) });
      const { message } = await failureOf(owner.up(program({ elasticIp: given.allocationId })));
      assert.match(message, /is already associated/);
      assert.equal(holderOfAddress(owner, given), theirs);
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
        const [a, b] = [await allocateGiven(owner), await allocateGiven(owner)];
        await owner.up(program({ elasticIp: a.allocationId }));
        const was = machineOf(owner);
        await somebody(owner).send(new DisassociateAddressCommand({ PublicIp: a.publicIp }));
        const holder = await useElsewhere(owner, a.allocationId);
        const elasticIp = { none: false, owned: true, another: b.allocationId }[to];
        assert.equal(await owner.up(program({ elasticIp })), "update");
        assert.equal(holderOfAddress(owner, a), holder, "it stays where its owner put it");
        assert.deepEqual(ownTagsOfAddress(owner, a), []);
        assert.equal(owner.outputs.instanceId, was.instance.instanceId);
        assert.equal(owner.outputs.allocationId === "", to === "none");
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner, a.allocationId, b.allocationId, holder);
      });
    }
  });

  describe("that somebody meddled with", () => {
    const GIVEN: [string, (a: GivenAddress) => boolean | string][] = [
      ["an owned", () => true],
      ["a given", (a) => a.allocationId],
    ];
    for (const [title, inputOf] of GIVEN) {
      it(`and took off: a refresh finds ${title} one, says so, and the next up puts it back`, async () => {
        const owner = quick();
        const a = await allocateGiven(owner);
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
          const a = await allocateGiven(owner);
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
        const a = await allocateGiven(owner);
        const inputs = { elasticIp: inputOf(a), secondaryPrivateIpCount: 1 };
        await owner.up(program(inputs));
        const was = machineOf(owner);
        const AllocationId = was.eip?.allocationId ?? "";
        const secondary = await putOnSecondary(owner, AllocationId);
        const b = await allocateGiven(owner);
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
          const a = await allocateGiven(owner);
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
          const a = await allocateGiven(owner);
          await owner.up(program({ elasticIp: inputOf(a) }));
          const was = machineOf(owner);
          await somebody(owner).send(new DeleteTagsCommand({ Resources: [was.eip?.allocationId ?? ""] }));
          if (refreshed) {
            await owner.refresh();
          }
          assert.equal(await owner.up(program()), "update");
          sameInstance(was, machineOf(owner));
          assert.equal(holderOfAddress(owner, a), undefined);
          assert.deepEqual(elasticIpsBut(owner, a), [], "the owned one is released, the given one is not");
        });

        it(`and took the tags off: destroy ${title === "a given" ? "leaves" : "releases"} ${title} one${refreshed ? ", after a refresh" : ""}`, async () => {
          const owner = quick();
          const a = await allocateGiven(owner);
          await owner.up(program({ elasticIp: inputOf(a) }));
          const { eip } = machineOf(owner);
          await somebody(owner).send(new DeleteTagsCommand({ Resources: [eip?.allocationId ?? ""] }));
          if (refreshed) {
            await owner.refresh();
          }
          await owner.destroy();
          later(owner);
          nothingIsLeft(owner, a.allocationId);
          assert.equal(holderOfAddress(owner, a), undefined);
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
});
