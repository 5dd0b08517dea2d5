import assert from "node:assert/strict";

import {
  AssociateSecurityGroupVpcCommand,
  AttachVolumeCommand,
  CreateSecurityGroupCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DescribeAccountAttributesCommand,
  DescribeSubnetsCommand,
  type EC2Client,
  GetSecurityGroupsForVpcCommand,
  ModifyInstanceMetadataOptionsCommand,
  ModifyNetworkInterfaceAttributeCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { idOf, launched, LONG, madeInterface, present, refused } from "./scenes";
import { simulated } from "./support";

async function group(ec2: EC2Client, GroupName: string, VpcId: string = WELL_KNOWN.vpcId): Promise<string> {
  const input = { GroupName, Description: "a group", VpcId };
  return present((await ec2.send(new CreateSecurityGroupCommand(input))).GroupId);
}

describe("security groups", () => {
  it("are at most five on an interface, or as many as the quota says", async () => {
    const { ec2, simulator } = simulated();
    const Groups: string[] = [];
    for (const name of ["a", "b", "c", "d", "e", "f"]) Groups.push(await group(ec2, name));
    const code = "SecurityGroupsPerInterfaceLimitExceeded";
    await refused(madeInterface(ec2, { Groups }), code, /^The maximum number of security groups per interface/);
    const eni = await madeInterface(ec2, { Groups: Groups.slice(1) });
    const change = new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: eni.NetworkInterfaceId, Groups });
    await refused(ec2.send(change), code);
    simulator.quotas.set("security-groups-per-interface", 6);
    await ec2.send(change);
    const AttributeNames = ["vpc-max-security-groups-per-interface" as "default-vpc"];
    const { AccountAttributes } = await ec2.send(new DescribeAccountAttributesCommand({ AttributeNames }));
    assert.equal(AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue, "6");
  });

  it("that belong to another VPC can be used once they are associated with this one", async () => {
    const { ec2 } = simulated();
    const GroupId = await group(ec2, "elsewhere", WELL_KNOWN.defaultVpcId);
    const usable = async () => {
      const Filters = [{ Name: "group-id", Values: [GroupId, WELL_KNOWN.securityGroup] }];
      const input = { VpcId: WELL_KNOWN.vpcId, Filters };
      const { SecurityGroupForVpcs = [] } = await ec2.send(new GetSecurityGroupsForVpcCommand(input));
      return SecurityGroupForVpcs.map((it) => [it.GroupId, it.PrimaryVpcId]);
    };
    await refused(madeInterface(ec2, { Groups: [GroupId] }), "InvalidGroup.NotFound", /different networks/);
    assert.deepEqual(await usable(), [[WELL_KNOWN.securityGroup, WELL_KNOWN.vpcId]]);
    await ec2.send(new AssociateSecurityGroupVpcCommand({ GroupId, VpcId: WELL_KNOWN.vpcId }));
    await madeInterface(ec2, { Groups: [GroupId] });
    assert.deepEqual(await usable(), [
      [WELL_KNOWN.securityGroup, WELL_KNOWN.vpcId],
      [GroupId, WELL_KNOWN.defaultVpcId],
    ]);
    const ofDefault = { GroupId: WELL_KNOWN.defaultVpcSecurityGroup, VpcId: WELL_KNOWN.vpcId };
    await refused(ec2.send(new AssociateSecurityGroupVpcCommand(ofDefault)), "InvalidParameterValue");
  });

  it("have to be named in a subnet that another account shares, whose default group is not this account's", async () => {
    const { ec2, simulator } = simulated();
    const state = simulator.snapshot();
    present(state.subnets[WELL_KNOWN.subnetA]).ownerId = "999999999999";
    Reflect.deleteProperty(state.securityGroups, WELL_KNOWN.securityGroup);
    simulator.restore(state);
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [WELL_KNOWN.subnetA] }));
    assert.equal(Subnets?.[0]?.OwnerId, "999999999999");
    const message = /You do not have access to a default security group in VPC vpc-\w+\. Specify a security group/;
    await refused(madeInterface(ec2), "InvalidParameterValue", message);
    await madeInterface(ec2, { Groups: [WELL_KNOWN.otherSecurityGroup] });
  });
});

describe("tags in the instance metadata", () => {
  const enabled = { MetadataOptions: { InstanceMetadataTags: "enabled" } } as const;
  const tagged = (Key: string): Partial<RunInstancesCommandInput> => ({
    TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key }] }],
  });

  for (const key of ["kubernetes.io/cluster/prod", "Patch Group", "größe", ".", "..", "_index"]) {
    it(`refuse the key ${key} at a launch, in a new tag, and where there is one already`, async () => {
      const { ec2, clock } = simulated();
      const wrong = ["InvalidParameterValue", /is not a valid tag key\. Tag keys must match pattern/] as const;
      await refused(launched(ec2, { ...enabled, ...tagged(key) }), ...wrong);
      const shown = idOf(await launched(ec2, enabled));
      const hidden = idOf(await launched(ec2, tagged(key)));
      clock.advance(LONG);
      await refused(ec2.send(new CreateTagsCommand({ Resources: [shown], Tags: [{ Key: key, Value: "" }] })), ...wrong);
      const change = { InstanceId: hidden, InstanceMetadataTags: "enabled" } as const;
      await refused(ec2.send(new ModifyInstanceMetadataOptionsCommand(change)), ...wrong);
    });
  }

  it("take all other keys", async () => {
    const { ec2 } = simulated();
    await launched(ec2, { ...enabled, ...tagged("managed-instance:id+-=.,_:@") });
  });
});

describe("AttachVolume", () => {
  it("takes the device names of Linux and of Windows, and no other", async () => {
    const { ec2, clock } = simulated();
    const InstanceId = idOf(await launched(ec2, { InstanceType: "m5.2xlarge" }));
    const volumes: string[] = [];
    for (let count = 0; count < 4; count += 1) {
      const made = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 1 }));
      volumes.push(present(made.VolumeId));
    }
    clock.advance(LONG);
    const attach = (Device: string) => {
      const [VolumeId = ""] = volumes;
      return ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
    };
    for (const device of ["Disk_D", "/dev/nvme1n1", "/dev/sdZZ", "xvdzz", "sdf"]) {
      const message = new RegExp(
        `^Value \\(${device}\\) for parameter device is invalid\\. ${device} is not a valid EBS`,
      );
      await refused(attach(device), "InvalidParameterValue", message);
    }
    for (const device of ["/dev/sdf", "/dev/xvdba", "xvdf", "xvdca"]) {
      await attach(device);
      volumes.shift();
    }
  });
});
