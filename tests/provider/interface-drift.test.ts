/** Changes that somebody makes to the network interface or the record: found by a refresh in words, and put right by the next up. */
import assert from "node:assert/strict";
import {
  DeleteLaunchTemplateCommand,
  DeleteTagsCommand,
  type EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { program } from "./support";
import { identityOf, type Machine, machineOf } from "./machine";
import { later, nothingIsLeft, settled, somebody, up } from "./world";

interface Drift {
  title: string;
  inputs?: Properties;
  meddle: (ec2: EC2Client, was: Machine) => Promise<unknown>;
  said: (was: Machine) => string[];
  right: (now: Machine, was: Machine) => void;
}

function modify(
  ec2: EC2Client,
  { eni }: Machine,
  change: Omit<ConstructorParameters<typeof ModifyNetworkInterfaceAttributeCommand>[0], "NetworkInterfaceId">,
): Promise<unknown> {
  const NetworkInterfaceId = eni.networkInterfaceId;
  return ec2.send(new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId, ...change }));
}

const NO_TAGS = (ids: (was: Machine) => string[]): Drift["meddle"] => {
  return (ec2, was) => ec2.send(new DeleteTagsCommand({ Resources: ids(was) }));
};

const DRIFTS: Drift[] = [
  {
    title: "DeleteOnTermination flipped",
    meddle: (ec2, was) =>
      modify(ec2, was, {
        Attachment: { AttachmentId: was.eni.attachment?.attachmentId, DeleteOnTermination: true },
      }),
    said: () => ["its network interface would be deleted with its instance"],
    right: ({ eni }) => {
      assert.equal(eni.attachment?.deleteOnTermination, false);
    },
  },
  ...[undefined, [WELL_KNOWN.securityGroup]].map((securityGroupIds): Drift => ({
    title: `security groups changed, where ${securityGroupIds ? "some" : "none"} are declared`,
    inputs: { securityGroupIds },
    meddle: (ec2, was) => modify(ec2, was, { Groups: [WELL_KNOWN.otherSecurityGroup] }),
    said: () => ["its security groups are not as declared"],
    right: ({ eni }) => {
      assert.deepEqual(eni.groupIds, [WELL_KNOWN.securityGroup]);
    },
  })),
  ...[undefined, false].map((sourceDestCheck): Drift => ({
    title: `the source/destination check flipped, where it is ${sourceDestCheck === false ? "off" : "on"}`,
    inputs: { sourceDestCheck },
    meddle: (ec2, was) => modify(ec2, was, { SourceDestCheck: { Value: sourceDestCheck === false } }),
    said: () => ["its source/destination check is not as declared"],
    right: ({ eni }) => {
      assert.equal(eni.sourceDestCheck, sourceDestCheck !== false);
    },
  })),
  ...[true, false].map((persistPrivateIp): Drift => ({
    title: `the tags of the interface taken off, where it is ${persistPrivateIp ? "kept" : "its instance's only"}`,
    inputs: { persistPrivateIp, tags: { Team: "a" } },
    meddle: NO_TAGS(({ eni }) => [eni.networkInterfaceId]),
    said: ({ eni }) => [`tags of ${eni.networkInterfaceId} are not as declared`],
    right: ({ eni }, was) => {
      assert.deepEqual(eni.tags, was.eni.tags);
    },
  })),
  {
    title: "one tag of the interface changed",
    inputs: { tags: { Team: "a" } },
    meddle: (ec2, { eni }) =>
      ec2.send(new DeleteTagsCommand({ Resources: [eni.networkInterfaceId], Tags: [{ Key: "Team" }] })),
    said: ({ eni }) => [`tags of ${eni.networkInterfaceId} are not as declared`],
    right: ({ eni }) => {
      assert.equal(eni.tags.Team, "a");
    },
  },
  {
    title: "the tags of the instance taken off",
    meddle: NO_TAGS(({ instance }) => [instance.instanceId]),
    said: ({ instance }) => [`tags of ${instance.instanceId} are not as declared`],
    right: ({ instance }, was) => {
      assert.deepEqual(instance.tags, was.instance.tags);
    },
  },
  {
    title: "the tags of everything taken off but the record's",
    meddle: NO_TAGS(({ eni, eip, instance, volume }) => [
      eni.networkInterfaceId,
      eip?.allocationId ?? "",
      instance.instanceId,
      volume.volumeId,
    ]),
    said: ({ eni, eip, instance }) =>
      [eni.networkInterfaceId, eip?.allocationId ?? "", instance.instanceId].map(
        (id) => `tags of ${id} are not as declared`,
      ),
    right: (now, was) => {
      assert.deepEqual(now.eni.tags, was.eni.tags);
      assert.deepEqual(now.eip?.tags, was.eip?.tags);
      assert.deepEqual(now.volume.tags, was.volume.tags);
    },
  },
  ...[{}, { imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 20 } }].map((inputs): Drift => ({
    title: `the launch template deleted${"imageId" in inputs ? ", of an image behind an SSM parameter" : ""}`,
    inputs,
    meddle: (ec2, { template }) =>
      ec2.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId: template.launchTemplateId })),
    said: () => ["its launch template is gone"],
    right: ({ template }, was) => {
      assert.notEqual(template.launchTemplateId, was.template.launchTemplateId);
      assert.equal(template.launchTemplateName, was.template.launchTemplateName);
    },
  })),
];

describe("drift of the network interface and of the record", () => {
  for (const { title, inputs: declared, meddle, said, right } of DRIFTS) {
    const inputs: Properties = { elasticIp: true, ...declared };

    it(`${title}: a refresh finds it, the preview says it, and the next up puts it right in place`, async () => {
      const owner = await up(inputs);
      const was = machineOf(owner);
      await owner.refresh();
      assert.deepEqual(owner.outputs.drift, []);
      await meddle(somebody(owner), was);
      await owner.refresh();
      const words = said(was);
      assert.deepEqual([...(owner.outputs.drift as string[])].sort(), [...words].sort());
      const found = owner.lines.at(-1) ?? "";
      assert.ok(words.every((it) => found.includes(it)) && found.includes("web: found that "), found);
      assert.equal((await owner.preview(program(inputs))).changes, true);
      const line = owner.lines.at(-1) ?? "";
      assert.ok(words.every((it) => line.includes(it)) && line.includes("web: changes in place ("), line);
      assert.ok(line.endsWith(`keeps ${was.eni.networkInterfaceId}, ${was.privateIp}, ${was.eip?.publicIp ?? "-"}`));
      assert.equal(await owner.up(program(inputs)), "update");
      const now = machineOf(owner);
      assert.equal(now.instance.instanceId, was.instance.instanceId);
      assert.deepEqual(identityOf(now), identityOf(was));
      right(now, was);
      await settled(owner, inputs);
    });

    it(`${title}, and not refreshed: a replacement puts it right, and the addresses stay`, async () => {
      const owner = await up(inputs);
      const was = machineOf(owner);
      await meddle(somebody(owner), was);
      const wanted = { ...inputs, instanceType: "m6i.large" };
      await owner.up(program(wanted));
      const now = machineOf(owner);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      if (inputs.persistPrivateIp !== false) {
        assert.deepEqual(identityOf(now), identityOf(was));
      }
      assert.equal(now.eip?.allocationId, was.eip?.allocationId);
      await settled(owner, wanted);
    });

    it(`${title}, and not refreshed: destroy leaves nothing`, async () => {
      const owner = await up(inputs);
      await meddle(somebody(owner), machineOf(owner));
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }
});
