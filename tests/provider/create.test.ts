import assert from "node:assert/strict";
import { AssociateAddressCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { allocateByHand, makeInterface, MUTATING, refusedCreate } from "./creations";
import { program, URN } from "./support";
import { later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { machineOf } from "./machine";

describe("create", () => {
  it("makes the record first, then the identity, then the instance, and each only once", async () => {
    const owner = quick();
    await owner.up(program({ elasticIp: true }));
    // The last one gives the machine to the state.
    assert.deepEqual(owner.calls("mutating"), [...MUTATING, "CreateTags"]);
    machineOf(owner);
  });

  it("gives a machine that runs what was asked for", async () => {
    const owner = await up({
      privateIp: "10.0.1.7",
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: false,
      userData: "#!/bin/sh",
      keyName: WELL_KNOWN.keyName,
      iamInstanceProfile: WELL_KNOWN.instanceProfile,
      metadataOptions: { httpPutResponseHopLimit: 3, instanceMetadataTags: "enabled" },
      rootVolume: { size: 20, type: "gp3" },
    });
    const { eni, instance, volume, privateIp } = machineOf(owner);
    assert.equal(privateIp, "10.0.1.7");
    assert.deepEqual(eni.groupIds, [WELL_KNOWN.otherSecurityGroup]);
    assert.equal(eni.sourceDestCheck, false);
    assert.equal(Buffer.from(instance.userData ?? "", "base64").toString(), "#!/bin/sh");
    assert.equal(instance.keyName, WELL_KNOWN.keyName);
    assert.match(instance.iamInstanceProfile?.arn ?? "", /instance-profile\/demo$/);
    assert.deepEqual(
      [instance.metadataOptions.httpTokens, instance.metadataOptions.httpPutResponseHopLimit],
      ["required", 3],
    );
    assert.equal(instance.metadataOptions.instanceMetadataTags, "enabled");
    assert.equal(volume.size, 20);
  });

  it("returns once the instance runs, on-demand unless spot is asked for", async () => {
    assert.equal(machineOf(await up()).instance.spotRequestId, undefined);
    const spot = machineOf(await up({ market: { lifecycle: "spot", maxPrice: "0.09" } }));
    assert.notEqual(spot.instance.spotRequestId, undefined);
  });

  it("finds the image behind an SSM parameter, for a root volume of its own too", async () => {
    const owner = await up({ imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 30 } });
    const state = made(owner);
    assert.equal(only(state.instances).imageId, WELL_KNOWN.imageV2);
    assert.equal(only(state.volumes).size, 30);
    owner.calls();
    assert.equal(
      await owner.up(program({ imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 30 } })),
      "same",
    );
  });

  it("tags everything that it makes with the id, the URN, the user's tags and a Name", async () => {
    const owner = await up({ elasticIp: true, market: { lifecycle: "spot" }, tags: { Team: "a" } });
    const { template, eni, eip, instance, volume } = machineOf(owner);
    const request = only(made(owner).spotRequests);
    for (const { tags } of [template, eni, { tags: eip?.tags ?? {} }, instance, volume, request]) {
      assert.equal(tags[TAG.id], owner.recorded?.id);
      assert.equal(tags[TAG.urn], URN);
      assert.equal(tags.Team, "a");
      assert.equal(tags.Name, "web");
    }
    assert.equal(instance.tags[TAG.generation], "1");
    assert.match(template.tags[TAG.phase] ?? "", /^ready by=[0-9a-f]{16}$/);
    assert.equal(TAG.lease in template.tags, false);
    assert.equal(template.tags[TAG.market], "spot fallback-to-on-demand=true");
  });

  it("names the things as the user does", async () => {
    assert.equal(machineOf(await up({ tags: { Name: "db" } })).eni.tags.Name, "db");
  });

  it("keeps user data out of the tags and out of what is printed", async () => {
    const owner = await up({ userData: "hunter2" });
    const { template, eni, instance, volume } = machineOf(owner);
    const told = JSON.stringify([template.tags, eni.tags, instance.tags, volume.tags, owner.lines]);
    assert.ok(!told.includes("hunter2") && !told.includes(Buffer.from("hunter2").toString("base64")));
  });

  it("tells each step in a line that begins with the machine's name", async () => {
    const owner = await up({ elasticIp: true });
    assert.ok(owner.lines.every((line) => line.startsWith("web: ")));
    const told = owner.lines.join("\n");
    const { eni, eip, instance } = machineOf(owner);
    for (const id of [eni.networkInterfaceId, eip?.allocationId ?? "-", instance.instanceId]) {
      assert.ok(told.includes(id), id);
    }
  });

  it("falls back to on-demand where there is no spot, and says so", async () => {
    const owner = quick();
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    await owner.up(program({ market: { lifecycle: "spot" } }));
    const { instance } = machineOf(owner);
    assert.equal(instance.spotRequestId, undefined);
    assert.ok(owner.lines.some((line) => line.includes("no capacity for m7i.large (spot) in us-east-1a")));
    assert.equal(await owner.up(program({ market: { lifecycle: "spot" } })), "same");
  });

  describe("with a given Elastic IP", () => {
    for (const form of ["allocationId", "publicIp"] as const) {
      it(`holds it by its ${form}, tagged as given`, async () => {
        const owner = quick();
        const given = await allocateByHand(somebody(owner));
        await owner.up(program({ elasticIp: given[form] }));
        const { eip } = machineOf(owner);
        assert.equal(eip?.allocationId, given.allocationId);
        assert.equal(eip.tags[TAG.owned], "false");
        assert.equal(only(made(owner).elasticIps).allocationId, given.allocationId);
      });
    }

    it("never takes it from a holder: nothing is made", async () => {
      const owner = quick();
      const ec2 = somebody(owner);
      const { allocationId, publicIp } = await allocateByHand(ec2);
      const NetworkInterfaceId = await makeInterface(ec2, WELL_KNOWN.subnetA);
      await ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, NetworkInterfaceId }));
      const failure = await refusedCreate(owner, { elasticIp: allocationId });
      assert.equal(
        failure.message,
        `nothing was changed: the Elastic IP ${publicIp} (${allocationId}) is in use by ${NetworkInterfaceId}; it is never taken from its holder: disassociate it there first, or change elasticIp. \`pulumi up\` goes on from here.`,
      );
      assert.ok(!("id" in failure));
      nothingIsLeft(owner, allocationId, NetworkInterfaceId);
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, NetworkInterfaceId);
    });

    for (const [what, elasticIp] of [
      ["is not there", "eipalloc-0a1b2c3d4e5f60718"],
      ["belongs to another account", WELL_KNOWN.foreignAllocationId],
      ["is an address that nobody has", "192.0.2.1"],
    ] as const) {
      it(`says at preview that it ${what}: nothing is made`, async () => {
        const owner = quick();
        const { failures } = await owner.preview(program({ elasticIp }));
        assert.deepEqual(
          failures.map((it) => it.property),
          ["elasticIp"],
        );
        const failure = await refusedCreate(owner, { elasticIp });
        assert.match(failure.message, new RegExp(`elasticIp: ${elasticIp} does not exist in us-east-1; give one`));
        assert.deepEqual(owner.calls("mutating"), []);
        assert.ok(!("id" in failure));
        assert.equal(owner.recorded, undefined);
        nothingIsLeft(owner);
      });
    }
  });

  it("makes another machine of the same name after the first was destroyed", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await owner.destroy();
    later(owner);
    const inputs = program({ elasticIp: true });
    assert.equal(await owner.up(inputs), "create");
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
    assert.notEqual(now.template.launchTemplateId, was.template.launchTemplateId);
  });

  it("leaves nothing when it is destroyed right away", async () => {
    const owner = await up({ elasticIp: true, market: { lifecycle: "spot" } });
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });
});
