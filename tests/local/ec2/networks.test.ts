import assert from "node:assert/strict";

import {
  AssociateSubnetCidrBlockCommand,
  CreateKeyPairCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  CreateVpcCommand,
  DeleteKeyPairCommand,
  DeleteSecurityGroupCommand,
  DeleteSubnetCommand,
  DeleteVpcCommand,
  DescribeKeyPairsCommand,
  DescribeSecurityGroupsCommand,
  DescribeSubnetsCommand,
  DisassociateSubnetCidrBlockCommand,
  ImportKeyPairCommand,
  ModifySubnetAttributeCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { launched, madeInterface, present, refused } from "./scenes";
import { simulated } from "./support";

async function madeVpc(ec2: EC2Client, ipv6 = false) {
  const input = { CidrBlock: "10.20.0.0/16", AmazonProvidedIpv6CidrBlock: ipv6 };
  const { Vpc } = await ec2.send(new CreateVpcCommand(input));
  return { VpcId: present(Vpc?.VpcId), ipv6: Vpc?.Ipv6CidrBlockAssociationSet?.[0]?.Ipv6CidrBlock ?? "" };
}

async function madeSubnet(ec2: EC2Client, VpcId: string, CidrBlock = "10.20.1.0/24"): Promise<string> {
  const input = { VpcId, CidrBlock, AvailabilityZone: "us-east-1b" };
  return present((await ec2.send(new CreateSubnetCommand(input))).Subnet?.SubnetId);
}

describe("a network of one's own", () => {
  it("is a VPC with a default group, a subnet in a zone, and carries a launch", async () => {
    const { ec2 } = simulated();
    const { VpcId } = await madeVpc(ec2);
    const SubnetId = await madeSubnet(ec2, VpcId);
    const instance = await launched(ec2, { SubnetId });
    assert.match(present(instance.PrivateIpAddress), /^10\.20\.1\./);
    assert.equal(instance.Placement?.AvailabilityZone, "us-east-1b");
    assert.equal(instance.SecurityGroups?.[0]?.GroupName, "default");
  });

  it("is refused where blocks are too large, too small, outside or in each other's way", async () => {
    const { ec2 } = simulated();
    const make = (CidrBlock: string) => ec2.send(new CreateVpcCommand({ CidrBlock }));
    await refused(make("10.0.0.0/8"), "InvalidVpc.Range", /The CIDR '10\.0\.0\.0\/8' is invalid/);
    await refused(make("10.0.0.0/29"), "InvalidVpc.Range");
    await refused(make("web"), "InvalidParameterValue");
    const { VpcId } = await madeVpc(ec2);
    await refused(madeSubnet(ec2, VpcId, "10.21.1.0/24"), "InvalidSubnet.Range");
    await madeSubnet(ec2, VpcId);
    await refused(madeSubnet(ec2, VpcId, "10.20.1.128/25"), "InvalidSubnet.Conflict", /conflicts with another/);
  });

  it("goes from the inside out: what something depends on stays", async () => {
    const { ec2 } = simulated();
    const { VpcId } = await madeVpc(ec2);
    const SubnetId = await madeSubnet(ec2, VpcId);
    await madeInterface(ec2, { SubnetId });
    const dependencies = /has dependencies and cannot be deleted/;
    await refused(ec2.send(new DeleteSubnetCommand({ SubnetId })), "DependencyViolation", dependencies);
    await refused(ec2.send(new DeleteVpcCommand({ VpcId })), "DependencyViolation", dependencies);
    const other = await madeVpc(ec2);
    await ec2.send(new DeleteSubnetCommand({ SubnetId: await madeSubnet(ec2, other.VpcId) }));
    await ec2.send(new DeleteVpcCommand({ VpcId: other.VpcId }));
  });

  it("has IPv6 where it is asked for", async () => {
    const { ec2 } = simulated();
    const { VpcId, ipv6 } = await madeVpc(ec2, true);
    assert.match(ipv6, /^2001:db8:.*::\/56$/);
    const SubnetId = await madeSubnet(ec2, VpcId);
    const Ipv6CidrBlock = ipv6.replace("/56", "/64");
    const { Ipv6CidrBlockAssociation } = await ec2.send(
      new AssociateSubnetCidrBlockCommand({ SubnetId, Ipv6CidrBlock }),
    );
    const onCreation = (Value: boolean) =>
      ec2.send(new ModifySubnetAttributeCommand({ SubnetId, AssignIpv6AddressOnCreation: { Value } }));
    await onCreation(true);
    assert.equal((await madeInterface(ec2, { SubnetId })).Ipv6Addresses?.length, 1);
    assert.equal((await madeInterface(ec2, { SubnetId, Ipv6AddressCount: 0 })).Ipv6Addresses?.length ?? 0, 0);
    const { AssociationId } = present(Ipv6CidrBlockAssociation);
    const part = () => ec2.send(new DisassociateSubnetCidrBlockCommand({ AssociationId }));
    await refused(part(), "InvalidCidrBlock.InUse", /assign-ipv6-address-on-creation/);
    await onCreation(false);
    await refused(part(), "InvalidCidrBlock.InUse");
    await refused(
      ec2.send(
        new ModifySubnetAttributeCommand({
          SubnetId: WELL_KNOWN.subnetA,
          AssignIpv6AddressOnCreation: { Value: true },
        }),
      ),
      "InvalidParameterValue",
      /has an IPv6 CIDR block associated/,
    );
  });

  it("maps public addresses where its subnet is told to", async () => {
    const { ec2 } = simulated();
    const SubnetId = WELL_KNOWN.subnetA;
    await ec2.send(new ModifySubnetAttributeCommand({ SubnetId, MapPublicIpOnLaunch: { Value: true } }));
    const { Subnets } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [SubnetId] }));
    assert.equal(Subnets?.[0]?.MapPublicIpOnLaunch, true);
    assert.ok((await launched(ec2)).PublicIpAddress);
  });
});

describe("a security group", () => {
  it("is made in a VPC by a name of its own, and deleted once nothing uses it", async () => {
    const { ec2 } = simulated();
    const create = (GroupName: string) =>
      ec2.send(new CreateSecurityGroupCommand({ GroupName, Description: "for tests", VpcId: WELL_KNOWN.vpcId }));
    const { GroupId } = await create("web");
    await refused(create("web"), "InvalidGroup.Duplicate", /already exists for VPC/);
    await refused(create("default"), "InvalidGroup.Reserved");
    const { SecurityGroups } = await ec2.send(new DescribeSecurityGroupsCommand({ GroupIds: [present(GroupId)] }));
    assert.equal(SecurityGroups?.[0]?.GroupName, "web");
    const spare = await create("spare");
    await madeInterface(ec2, { Groups: [present(GroupId)] });
    await refused(
      ec2.send(new DeleteSecurityGroupCommand({ GroupId })),
      "DependencyViolation",
      /^resource sg-\w+ has a dependent object$/,
    );
    await ec2.send(new DeleteSecurityGroupCommand({ GroupId: spare.GroupId }));
    await refused(ec2.send(new DeleteSecurityGroupCommand({ GroupId: WELL_KNOWN.securityGroup })), "CannotDelete");
  });
});

describe("a key pair", () => {
  it("is made or imported by name, and deleting one that is not there succeeds", async () => {
    const { ec2 } = simulated();
    const { KeyMaterial, KeyPairId } = await ec2.send(new CreateKeyPairCommand({ KeyName: "web", KeyType: "ed25519" }));
    assert.match(present(KeyMaterial), /PRIVATE KEY/);
    await refused(ec2.send(new CreateKeyPairCommand({ KeyName: "web" })), "InvalidKeyPair.Duplicate");
    const PublicKeyMaterial = Buffer.from("ssh-ed25519 AAAAC3Nza me");
    await ec2.send(new ImportKeyPairCommand({ KeyName: "mine", PublicKeyMaterial }));
    const bad = new ImportKeyPairCommand({ KeyName: "bad", PublicKeyMaterial: Buffer.from("x") });
    await refused(ec2.send(bad), "InvalidKey.Format");
    assert.equal((await launched(ec2, { KeyName: "mine" })).KeyName, "mine");
    await ec2.send(new DeleteKeyPairCommand({ KeyPairId }));
    await ec2.send(new DeleteKeyPairCommand({ KeyName: "web" }));
    await refused(ec2.send(new DescribeKeyPairsCommand({ KeyNames: ["web"] })), "InvalidKeyPair.NotFound");
  });
});
