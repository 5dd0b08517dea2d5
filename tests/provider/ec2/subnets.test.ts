import assert from "node:assert/strict";
import { AssociateSecurityGroupVpcCommand, CreateSecurityGroupCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { subnetFrom } from "../../../provider/ec2/subnets";
import { account } from "./account";

describe("the EC2 client and subnets", () => {
  it("reads one", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeSubnet(WELL_KNOWN.dualStackSubnet), {
      id: WELL_KNOWN.dualStackSubnet,
      vpcId: WELL_KNOWN.vpcId,
      availabilityZone: "us-east-1a",
      cidrBlock: "10.0.6.0/24",
      ipv6CidrBlocks: ["2001:db8:6:600::/64"],
      assignsPublicIp: false,
    });
    const byDefault = await ec2.describeSubnet(WELL_KNOWN.defaultSubnets[1]);
    assert.deepEqual([byDefault?.assignsPublicIp, byDefault?.availabilityZone], [true, "us-east-1b"]);
  });

  it("leaves out an IPv6 block that is no longer its own", () => {
    const Ipv6CidrBlockAssociationSet = [
      { Ipv6CidrBlock: "2001:db8::/64", Ipv6CidrBlockState: { State: "disassociated" as const } },
    ];
    assert.deepEqual(subnetFrom({ SubnetId: "subnet-1", Ipv6CidrBlockAssociationSet }).ipv6CidrBlocks, []);
  });
});

describe("the EC2 client and security groups", () => {
  it("finds a security group, and nothing where there is none", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeSecurityGroup(WELL_KNOWN.otherSecurityGroup), {
      id: WELL_KNOWN.otherSecurityGroup,
      vpcId: WELL_KNOWN.vpcId,
    });
    assert.equal(await ec2.describeSecurityGroup("sg-0a1b2c3d"), undefined);
  });

  it("knows whether a security group can be used in a VPC, and how many an interface takes", async () => {
    const { ec2, somebody } = account();
    const input = { GroupName: "shared", Description: "shared", VpcId: WELL_KNOWN.defaultVpcId };
    const { GroupId = "" } = await somebody.send(new CreateSecurityGroupCommand(input));
    assert.equal(await ec2.canUseSecurityGroup(GroupId, WELL_KNOWN.vpcId), false);
    await somebody.send(new AssociateSecurityGroupVpcCommand({ GroupId, VpcId: WELL_KNOWN.vpcId }));
    assert.equal(await ec2.canUseSecurityGroup(GroupId, WELL_KNOWN.vpcId), true);
    assert.equal(await ec2.findMostSecurityGroups(), 5);
  });

  it("finds the default group of a VPC", async () => {
    const { ec2 } = account();
    assert.equal(await ec2.findDefaultSecurityGroup(WELL_KNOWN.vpcId), WELL_KNOWN.securityGroup);
    assert.equal(await ec2.findDefaultSecurityGroup("vpc-0a1b2c3d"), undefined);
  });
});
