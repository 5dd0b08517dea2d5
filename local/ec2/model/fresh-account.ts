import { createHash } from "node:crypto";

import type { Architecture, Image, Subnet, Tags } from "./state";
import type { World } from "./world";

/** Ids that stay the same over every reset, so that examples and docs can name them. */
export const WELL_KNOWN = {
  vpcId: "vpc-0a00000000000000a",
  defaultVpcId: "vpc-0a000000000000dfa",
  /** 10.0.1.0/24 in zone a */
  subnetA: "subnet-0a000000000000001",
  /** 10.0.2.0/24 in zone b */
  subnetB: "subnet-0a000000000000002",
  /** 10.0.9.0/28 in zone a: eleven free addresses */
  tinySubnet: "subnet-0a000000000000009",
  /** 10.0.6.0/24 in zone a, with IPv6: 2001:db8:6:600::/64 */
  dualStackSubnet: "subnet-0a000000000000006",
  /** The default subnets of the default VPC, zones a, b and c: they map public addresses on launch. */
  defaultSubnets: ["subnet-0a000000000000d0a", "subnet-0a000000000000d0b", "subnet-0a000000000000d0c"],
  /** The demo VPC's default group */
  securityGroup: "sg-0a000000000000001",
  otherSecurityGroup: "sg-0a000000000000002",
  defaultVpcSecurityGroup: "sg-0a000000000000dfa",
  imageV1: "ami-0a000000000000001",
  imageV2: "ami-0a000000000000002",
  imageArm: "ami-0a00000000000000a",
  imageAlias: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
  imageAliasArm: "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64",
  keyName: "demo",
  instanceProfile: "demo",
  /** The one placement group that there is, a spread one */
  placementGroup: "demo",
  /** A KMS key that EC2 may not use: what is encrypted with it cannot start */
  deniedKmsKey: "arn:aws:kms:us-east-1:123456789012:key/0a000000-0000-4000-8000-00000000dead",
  /** An Elastic IP of somebody else's account */
  foreignAllocationId: "eipalloc-0a0000000000000ff",
} as const;

const FOREIGN_ACCOUNT = "999999999999";

export function furnish(world: World): void {
  addNetworks(world);
  addImages(world);
  addAccess(world);
  addForeignAddress(world);
  world.account.deniedKmsKeys.set(WELL_KNOWN.deniedKmsKey, true);
}

function addNetworks(world: World): void {
  addVpc(world, WELL_KNOWN.defaultVpcId, "172.31.0.0/16", true);
  addVpc(world, WELL_KNOWN.vpcId, "10.0.0.0/16", false);
  WELL_KNOWN.defaultSubnets.forEach((subnetId, index) => {
    const zone = "abc".charAt(index);
    addSubnet(world, { subnetId, vpcId: WELL_KNOWN.defaultVpcId, cidrBlock: `172.31.${index * 16}.0/20` }, zone);
  });
  addSubnet(world, { subnetId: WELL_KNOWN.subnetA, vpcId: WELL_KNOWN.vpcId, cidrBlock: "10.0.1.0/24" }, "a");
  addSubnet(world, { subnetId: WELL_KNOWN.subnetB, vpcId: WELL_KNOWN.vpcId, cidrBlock: "10.0.2.0/24" }, "b");
  addSubnet(world, { subnetId: WELL_KNOWN.tinySubnet, vpcId: WELL_KNOWN.vpcId, cidrBlock: "10.0.9.0/28" }, "a");
  addIpv6(world);
  addGroup(world, WELL_KNOWN.defaultVpcSecurityGroup, "default", WELL_KNOWN.defaultVpcId);
  addGroup(world, WELL_KNOWN.securityGroup, "default", WELL_KNOWN.vpcId);
  addGroup(world, WELL_KNOWN.otherSecurityGroup, "demo", WELL_KNOWN.vpcId);
}

function addIpv6(world: World): void {
  const { dualStackSubnet: subnetId, vpcId } = WELL_KNOWN;
  addSubnet(world, { subnetId, vpcId, cidrBlock: "10.0.6.0/24" }, "a");
  const [vpc, subnet] = [world.account.vpcs.get(vpcId), world.account.subnets.get(subnetId)];
  const ids = { vpc: "vpc-cidr-assoc-0a000000000000006", subnet: "subnet-cidr-assoc-0a000000000000006" };
  if (vpc !== undefined) Object.assign(vpc, { ipv6CidrBlock: "2001:db8:6:600::/56", ipv6AssociationId: ids.vpc });
  if (subnet !== undefined) {
    Object.assign(subnet, { ipv6CidrBlock: "2001:db8:6:600::/64", ipv6AssociationId: ids.subnet });
  }
}

function addVpc(world: World, vpcId: string, cidrBlock: string, isDefault: boolean): void {
  const tags: Tags = isDefault ? {} : { Name: "demo" };
  world.account.vpcs.set(vpcId, { vpcId, cidrBlock, isDefault, tags });
}

function addSubnet(world: World, subnet: Pick<Subnet, "subnetId" | "vpcId" | "cidrBlock">, zone: string): void {
  const isDefault = subnet.vpcId === WELL_KNOWN.defaultVpcId;
  world.account.subnets.set(subnet.subnetId, {
    ...subnet,
    availabilityZone: `${world.region}${zone}`,
    mapPublicIpOnLaunch: isDefault,
    defaultForAz: isDefault,
    leases: {},
    leaseCount: 0,
    tags: isDefault ? {} : { Name: `demo-${zone}` },
  });
}

function addGroup(world: World, groupId: string, groupName: string, vpcId: string): void {
  const description = groupName === "default" ? "default VPC security group" : "for examples";
  world.account.securityGroups.set(groupId, { groupId, groupName, description, vpcId, tags: {} });
}

function addImages(world: World): void {
  const { images, imageAliases } = world.account;
  images.set(WELL_KNOWN.imageV1, amazonLinux(WELL_KNOWN.imageV1, "2023.8.20260831.0", "x86_64"));
  images.set(WELL_KNOWN.imageV2, amazonLinux(WELL_KNOWN.imageV2, "2023.9.20261026.0", "x86_64"));
  images.set(WELL_KNOWN.imageArm, amazonLinux(WELL_KNOWN.imageArm, "2023.9.20261026.0", "arm64"));
  for (const image of images.values()) addSnapshot(world, image);
  imageAliases.set(WELL_KNOWN.imageAlias, WELL_KNOWN.imageV2);
  imageAliases.set(WELL_KNOWN.imageAliasArm, WELL_KNOWN.imageArm);
}

function addSnapshot(world: World, { rootSnapshotId: snapshotId, rootVolumeSize: volumeSize, ownerId }: Image): void {
  const time = Date.UTC(2026, 7, 31);
  world.account.snapshots.set(snapshotId, {
    snapshotId,
    volumeId: "vol-ffffffff",
    volumeSize,
    description: "",
    startTime: time,
    completedAt: time,
    encrypted: false,
    ownerId,
    ownerAlias: "amazon",
    tags: {},
  });
}

function amazonLinux(imageId: string, version: string, architecture: Architecture): Image {
  const [, , built = ""] = version.split(".");
  return {
    imageId,
    name: `al2023-ami-${version}-kernel-6.1-${architecture}`,
    description: `Amazon Linux 2023 AMI ${version} ${architecture} HVM kernel-6.1`,
    architecture,
    state: "available",
    creationDate: `${built.slice(0, 4)}-${built.slice(4, 6)}-${built.slice(6, 8)}T00:00:00.000Z`,
    ownerId: "137112412989",
    ownerAlias: "amazon",
    rootDeviceName: "/dev/xvda",
    rootSnapshotId: imageId.replace("ami-", "snap-"),
    rootVolumeSize: 8,
    tags: {},
  };
}

function addAccess(world: World): void {
  const { keyName, instanceProfile: name } = WELL_KNOWN;
  const fingerprint = createHash("sha256").update(keyName).digest("base64");
  world.account.keyPairs.set(keyName, {
    keyName,
    keyPairId: "key-0a000000000000001",
    fingerprint,
    keyType: "ed25519",
    tags: {},
  });
  world.account.placementGroups.set(WELL_KNOWN.placementGroup, {
    groupName: WELL_KNOWN.placementGroup,
    groupId: "pg-0a000000000000001",
    strategy: "spread",
    tags: {},
  });
  const arn = `arn:aws:iam::${world.accountId}:instance-profile/${name}`;
  world.account.instanceProfiles.set(name, { name, arn, id: "AIPADEMO0000000000001" });
}

function addForeignAddress(world: World): void {
  const allocationId = WELL_KNOWN.foreignAllocationId;
  world.account.addresses.set(allocationId, {
    allocationId,
    publicIp: "192.0.2.255",
    ownerId: FOREIGN_ACCOUNT,
    tags: {},
  });
}
