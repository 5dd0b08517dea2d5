import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { changed } from "./changed-machine";
import { program } from "./support";
import { failureOf, made, only, up } from "./world";
import { type Machine, machineOf, sameInstance } from "./machine";

const NO_SUCH_GROUP = { securityGroupIds: ["sg-0a1b2c3d4e5f60718"] };

describe("update", () => {
  it("makes no call that changes anything when nothing changed", async () => {
    const inputs = {
      elasticIp: true,
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: false,
      iamInstanceProfile: "demo",
      metadataOptions: { httpPutResponseHopLimit: 3 },
      tags: { Team: "a" },
      market: { lifecycle: "spot" },
    };
    const owner = await up(inputs);
    await owner.refresh();
    owner.calls();
    const { id, outputs } = owner.recorded ?? { id: "", outputs: {} };
    const { inputs: checked } = await owner.preview(program(inputs));
    await owner.handlers.update(id, outputs, checked);
    assert.deepEqual(owner.calls("mutating"), []);
  });

  describe("in place", () => {
    it("turns the source/destination check off and on", async () => {
      const { owner, was, now } = await changed({}, { sourceDestCheck: false });
      sameInstance(was, now);
      assert.equal(now.eni.sourceDestCheck, false);
      await owner.up(program({ elasticIp: true }));
      assert.equal(machineOf(owner).eni.sourceDestCheck, true);
    });

    it("changes, widens and narrows the security groups, and goes back to the default group when they are taken away", async () => {
      const both = [WELL_KNOWN.securityGroup, WELL_KNOWN.otherSecurityGroup];
      const { owner, was, now } = await changed({}, { securityGroupIds: both });
      sameInstance(was, now);
      assert.deepEqual([...now.eni.groupIds].sort(), both);
      // A narrower list, in which each group is held already.
      await owner.up(program({ elasticIp: true, securityGroupIds: [WELL_KNOWN.otherSecurityGroup] }));
      assert.deepEqual(machineOf(owner).eni.groupIds, [WELL_KNOWN.otherSecurityGroup]);
      await owner.up(program({ elasticIp: true, securityGroupIds: both }));
      await owner.up(program({ elasticIp: true }));
      const cleared = machineOf(owner);
      sameInstance(was, cleared);
      assert.deepEqual(cleared.eni.groupIds, [WELL_KNOWN.securityGroup]);
    });

    it("sets, changes and takes off the instance profile, and the next instance has it too", async () => {
      const { owner, was, now, calls } = await changed({}, { iamInstanceProfile: WELL_KNOWN.instanceProfile });
      sameInstance(was, now);
      assert.match(now.instance.iamInstanceProfile?.arn ?? "", /demo$/);
      assert.deepEqual(calls.slice(0, 2), ["CreateLaunchTemplateVersion", "AssociateIamInstanceProfile"]);
      const arn = now.instance.iamInstanceProfile?.arn;
      await owner.up(program({ elasticIp: true, iamInstanceProfile: arn }));
      sameInstance(was, machineOf(owner));
      await owner.up(program({ elasticIp: true, iamInstanceProfile: arn, imageId: WELL_KNOWN.imageV2 }));
      assert.equal(machineOf(owner).instance.iamInstanceProfile?.arn, arn);
      await owner.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 }));
      assert.equal(machineOf(owner).instance.iamInstanceProfile, undefined);
    });

    it("changes the metadata options, and the next instance has them too", async () => {
      const metadataOptions = { httpTokens: "optional", httpPutResponseHopLimit: 5, instanceMetadataTags: "enabled" };
      const { owner, was, now } = await changed({}, { metadataOptions });
      sameInstance(was, now);
      const held = (machine: Machine): unknown[] => {
        const { httpTokens, httpPutResponseHopLimit, instanceMetadataTags } = machine.instance.metadataOptions;
        return [httpTokens, httpPutResponseHopLimit, instanceMetadataTags];
      };
      assert.deepEqual(held(now), ["optional", 5, "enabled"]);
      await owner.up(program({ elasticIp: true, metadataOptions, recycleTriggers: { at: "1" } }));
      assert.deepEqual(held(machineOf(owner)), ["optional", 5, "enabled"]);
    });

    it("adds, changes and removes tags on everything, and leaves those that somebody else put on", async () => {
      const { owner, was } = await changed({ tags: { Team: "a", Old: "x" } }, { tags: { Team: "b", New: "y" } });
      const now = machineOf(owner);
      sameInstance(was, now);
      for (const { tags } of [now.template, now.eni, { tags: now.eip?.tags ?? {} }, now.instance, now.volume]) {
        assert.deepEqual([tags.Team, tags.New, tags.Old], ["b", "y", undefined]);
        assert.equal(tags.Name, "web");
        assert.equal(tags[TAG.id], owner.recorded?.id);
      }
    });

    it("changes what destroy keeps, with no call for it", async () => {
      const { was, now, calls } = await changed({}, { deletion: { elasticIp: "retain" } });
      sameInstance(was, now);
      assert.deepEqual(calls, []);
    });

    it("changes whether to fall back, and launches nothing for it", async () => {
      const market = { lifecycle: "spot" };
      const { was, now } = await changed({ market }, { market: { lifecycle: "spot", fallbackToOnDemand: false } });
      sameInstance(was, now);
      assert.equal(now.template.tags[TAG.market], "spot fallback-to-on-demand=false");
    });
  });

  it("takes a hop limit that is not asked for any more back to what a launch gives", async () => {
    const owner = await up({ metadataOptions: { httpPutResponseHopLimit: 5 } });
    const was = machineOf(owner);
    assert.equal(was.instance.metadataOptions.httpPutResponseHopLimit, 5);
    await owner.up(program());
    const now = machineOf(owner);
    sameInstance(was, now);
    assert.equal(now.instance.metadataOptions.httpPutResponseHopLimit, 2);
    assert.equal(await owner.up(program()), "same");
    owner.calls();
    await owner.up(program({ tags: { Team: "a" } }));
    assert.ok(!owner.calls("mutating").includes("ModifyInstanceMetadataOptions"));
  });

  it("does not guess a hop limit where the image may not be looked at", async () => {
    const owner = await up({ metadataOptions: { httpPutResponseHopLimit: 5 } });
    owner.simulator.iam.deny("DescribeImages");
    assert.match((await failureOf(owner.up(program()))).message, /DescribeImages was denied/);
    assert.equal(only(made(owner).instances).metadataOptions.httpPutResponseHopLimit, 5);
  });

  it("removes a tag although the update that took it out of the program failed first", async () => {
    const owner = await up({ tags: { Old: "x" } });
    await failureOf(owner.up(program({ ...NO_SUCH_GROUP })));
    await owner.up(program());
    assert.equal("Old" in machineOf(owner).eni.tags, false);
  });

  it("changes the tags of the spot request too, as of everything that it made", async () => {
    const market = { lifecycle: "spot" };
    const owner = await up({ market, tags: { Team: "a" } });
    await owner.up(program({ market, tags: { Team: "b" } }));
    assert.equal(only(made(owner).spotRequests).tags.Team, "b");
  });
});
