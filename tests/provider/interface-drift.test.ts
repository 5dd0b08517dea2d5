/** What somebody does to the network interface or the record: found by a refresh in words, and put right by the next up. */
import assert from "node:assert/strict";
import {
  CreateNetworkInterfaceCommand,
  DeleteLaunchTemplateCommand,
  DeleteNetworkInterfaceCommand,
  DeleteTagsCommand,
  DescribeInstancesCommand,
  DetachNetworkInterfaceCommand,
  type EC2Client,
  ModifyNetworkInterfaceAttributeCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
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
  settled,
  somebody,
  up,
} from "./world";

type Properties = Record<string, unknown>;

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

describe("a network interface that somebody deleted", () => {
  /** With the instance on it. */
  async function deleted(owner: Stack): Promise<void> {
    const { eni, instance } = machineOf(owner);
    const ec2 = somebody(owner);
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
    later(owner);
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
  }

  const BOTH = { elasticIp: true, sourceDestCheck: false, secondaryPrivateIps: ["10.0.1.20"] };

  it("is said at refresh and at preview, which shows the address that is to come back", async () => {
    const owner = await up(BOTH);
    const was = machineOf(owner);
    await deleted(owner);
    await owner.refresh();
    const gone = "its network interface is gone";
    const others = ["its Elastic IP is not on its primary private IP", "it has no instance"];
    assert.deepEqual(owner.outputs.drift, [gone, ...others]);
    assert.equal(owner.outputs.networkInterfaceId, "");
    assert.ok(owner.lines.some((line) => line.includes(`found that ${gone} and `)));
    const { inputs, changes } = await owner.preview(program(BOTH));
    assert.equal(changes, true);
    assert.ok(owner.lines.at(-1)?.includes(gone));
    assert.deepEqual(
      [inputs.networkInterfaceId, inputs.privateIp, inputs.secondaryPrivateIps],
      [undefined, was.privateIp, ["10.0.1.20"]],
    );
  });

  for (const refreshed of [true, false]) {
    it(`is made anew on the same private IP${refreshed ? "" : ", without a refresh too"}`, async () => {
      const owner = await up(BOTH);
      const was = machineOf(owner);
      await deleted(owner);
      if (refreshed) {
        await owner.refresh();
      }
      const wanted = refreshed ? BOTH : { ...BOTH, tags: { Team: "a" } };
      assert.equal(await owner.up(program(wanted)), "update");
      const now = machineOf(owner);
      assert.equal(now.privateIp, was.privateIp);
      assert.deepEqual(now.eni.privateAddresses, was.eni.privateAddresses);
      assert.equal(now.eip?.allocationId, was.eip?.allocationId);
      assert.equal(now.eni.sourceDestCheck, false);
      await settled(owner, wanted);
    });

    for (const privateIp of [undefined, "10.0.1.7"]) {
      it(`cannot be made on ${privateIp ? "the declared" : "its"} address that somebody else has${refreshed ? "" : ", without a refresh too"}: who has it is said, and nothing is changed`, async () => {
        const owner = await up({ elasticIp: true, privateIp });
        const was = machineOf(owner);
        await deleted(owner);
        const holder = await somebody(owner).send(
          new RunInstancesCommand({
            ImageId: WELL_KNOWN.imageV1,
            InstanceType: "m6i.large",
            MinCount: 1,
            MaxCount: 1,
            SubnetId: WELL_KNOWN.subnetA,
            PrivateIpAddress: was.privateIp,
          }),
        );
        const instanceId = holder.Instances?.[0]?.InstanceId ?? "";
        if (refreshed) {
          await owner.refresh();
        }
        owner.calls();
        const { recorded } = owner;
        const wanted = { elasticIp: true, privateIp, imageId: WELL_KNOWN.imageV2, iamInstanceProfile: "demo" };
        const failure = await failureOf(owner.up(program(wanted)));
        assert.match(
          failure.message,
          new RegExp(
            `^nothing was changed: its network interface is gone, and ${was.privateIp} is held by eni-\\w+ of ${instanceId}`,
          ),
        );
        assert.ok(!("id" in failure));
        assert.equal(owner.recorded, recorded, "the state stays as it is");
        assert.deepEqual(
          made(owner).templates.map((it) => it.latestVersion),
          [1],
          "no generation is recorded",
        );
        assert.deepEqual(
          owner.calls("mutating").filter((it) => it !== "CreateNetworkInterface"),
          [],
          "nothing is changed",
        );
        await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
        later(owner);
        assert.equal(await owner.up(program(wanted)), "update");
        const now = machineOf(owner);
        assert.equal(now.privateIp, was.privateIp);
        assert.equal(now.instance.imageId, WELL_KNOWN.imageV2);
        assert.equal(now.eip?.allocationId, was.eip?.allocationId);
        await settled(owner, wanted);
      });
    }
  }

  it("cannot be made where somebody has one of its secondary addresses: that one and its holder are named", async () => {
    const owner = await up(BOTH);
    await deleted(owner);
    const { NetworkInterface } = await somebody(owner).send(
      new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress: "10.0.1.20" }),
    );
    await owner.refresh();
    owner.calls();
    const failure = await failureOf(owner.up(program(BOTH)));
    assert.ok(failure.message.includes(`10.0.1.20 is held by ${NetworkInterface?.NetworkInterfaceId ?? "-"}.`));
    assert.deepEqual(owner.calls("mutating"), ["CreateNetworkInterface"]);
  });

  describe("from under an instance that goes on (overlap)", () => {
    const overlap = { replacement: { strategy: "overlap" }, elasticIp: true };

    async function detachAndDelete(owner: Stack): Promise<string> {
      const ec2 = somebody(owner);
      const InstanceIds = [String(owner.outputs.instanceId)];
      const { Reservations } = await ec2.send(new DescribeInstancesCommand({ InstanceIds }));
      const eni = Reservations?.[0]?.Instances?.[0]?.NetworkInterfaces?.find(
        (it) => it.NetworkInterfaceId === owner.outputs.networkInterfaceId,
      );
      await ec2.send(new DetachNetworkInterfaceCommand({ AttachmentId: eni?.Attachment?.AttachmentId }));
      later(owner);
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni?.NetworkInterfaceId }));
      return String(owner.outputs.privateIp);
    }

    it("is made anew and attached to that instance", async () => {
      const owner = await up(overlap);
      const { instanceId, allocationId } = owner.outputs;
      const privateIp = await detachAndDelete(owner);
      await owner.refresh();
      await owner.up(program(overlap));
      assert.equal(owner.outputs.privateIp, privateIp);
      assert.deepEqual([owner.outputs.instanceId, owner.outputs.allocationId], [instanceId, allocationId]);
      assert.equal(only(made(owner).instances).state, "running");
      await settled(owner, overlap);
    });

    it("leaves that instance untouched where the address is somebody else's by now", async () => {
      const owner = await up(overlap);
      const { instanceId } = owner.outputs;
      const PrivateIpAddress = await detachAndDelete(owner);
      await somebody(owner).send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress }));
      await owner.refresh();
      owner.calls();
      await failureOf(owner.up(program({ ...overlap, imageId: WELL_KNOWN.imageV2 })));
      assert.deepEqual(owner.calls("mutating"), []);
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [instanceId, "running"]);
    });
  });
});
