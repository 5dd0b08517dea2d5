import { Ec2Error, invalidValue } from "./errors";
import { contains, formatIpv4, parseBlock, parseIpv4, type Block } from "./ipv4";
import { formatIpv6, isIn6, parseBlock6 } from "./ipv6";
import type { SecurityGroup, Subnet, Tags, Vpc } from "./state";
import type { World } from "./world";

/** Making and deleting networks, as far as a test needs one of its own. Routes, gateways and ACLs are not modelled. */

const SMALLEST = 28;
const LARGEST = 16;

function blockOf(cidr: string, code: string): Block {
  const [base = "", length = ""] = cidr.split("/");
  const isBlock = parseIpv4(base) !== undefined && /^\d{1,2}$/.test(length);
  if (!isBlock)
    throw invalidValue(`Value (${cidr}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`);
  if (Number(length) < LARGEST || Number(length) > SMALLEST) throw new Ec2Error(code, `The CIDR '${cidr}' is invalid.`);
  const { first, size } = parseBlock(cidr);
  return { first: first - (first % size), size };
}

const textOf = ({ first, size }: Block) => `${formatIpv4(first)}/${32 - Math.log2(size)}`;

export interface NewVpc {
  cidrBlock: string;
  withIpv6: boolean;
  tags: Tags;
}

export function checkVpc({ cidrBlock }: NewVpc): void {
  blockOf(cidrBlock, "InvalidVpc.Range");
}

export function createVpc(world: World, wanted: NewVpc): Vpc {
  const vpcId = world.newId("vpc");
  const cidrBlock = textOf(blockOf(wanted.cidrBlock, "InvalidVpc.Range"));
  const vpc: Vpc = { vpcId, cidrBlock, isDefault: false, tags: wanted.tags };
  world.account.vpcs.set(vpcId, vpc);
  if (wanted.withIpv6) addVpcIpv6(world, vpc);
  const description = "default VPC security group";
  createGroup(world, { groupName: "default", description, vpcId, tags: {} });
  return vpc;
}

/** A /56 of the documentation range (RFC 3849): it reaches nobody. */
export function addVpcIpv6(world: World, vpc: Vpc): void {
  vpc.ipv6CidrBlock = `${formatIpv6(BigInt(`0x20010db8${world.random.hex(6)}`) << 72n)}/56`;
  vpc.ipv6AssociationId = world.newId("vpc-cidr-assoc");
}

export function deleteVpc(world: World, { vpcId }: Vpc): void {
  const subnets = [...world.account.subnets.values()].filter((subnet) => subnet.vpcId === vpcId);
  const groups = [...world.account.securityGroups.values()].filter((group) => group.vpcId === vpcId);
  if (subnets.length > 0 || groups.some(({ groupName }) => groupName !== "default")) {
    throw new Ec2Error("DependencyViolation", `The vpc '${vpcId}' has dependencies and cannot be deleted.`);
  }
  for (const { groupId } of groups) world.account.securityGroups.delete(groupId);
  world.account.vpcs.delete(vpcId);
}

export interface NewSubnet {
  vpc: Vpc;
  cidrBlock: string;
  ipv6CidrBlock?: string;
  availabilityZone: string;
  tags: Tags;
}

export function checkSubnet(world: World, { vpc, cidrBlock, ipv6CidrBlock }: NewSubnet): void {
  const block = blockOf(cidrBlock, "InvalidSubnet.Range");
  const outer = parseBlock(vpc.cidrBlock);
  if (!contains(outer, block.first) || block.size > outer.size) {
    throw new Ec2Error("InvalidSubnet.Range", `The CIDR '${cidrBlock}' is invalid.`);
  }
  if (ipv6CidrBlock !== undefined) checkSubnetIpv6(world, vpc, ipv6CidrBlock);
}

export function createSubnet(world: World, wanted: NewSubnet): Subnet {
  const { vpc, availabilityZone, tags } = wanted;
  const block = blockOf(wanted.cidrBlock, "InvalidSubnet.Range");
  for (const other of world.account.subnets.values()) {
    if (other.vpcId === vpc.vpcId && overlap(parseBlock(other.cidrBlock), block)) {
      throw new Ec2Error("InvalidSubnet.Conflict", `The CIDR '${wanted.cidrBlock}' conflicts with another subnet`);
    }
  }
  const subnet: Subnet = {
    subnetId: world.newId("subnet"),
    vpcId: vpc.vpcId,
    cidrBlock: textOf(block),
    availabilityZone,
    mapPublicIpOnLaunch: false,
    defaultForAz: false,
    leases: {},
    leaseCount: 0,
    tags,
  };
  world.account.subnets.set(subnet.subnetId, subnet);
  if (wanted.ipv6CidrBlock !== undefined) addSubnetIpv6(world, subnet, wanted.ipv6CidrBlock);
  return subnet;
}

function overlap(a: Block, b: Block): boolean {
  return contains(a, b.first) || contains(b, a.first);
}

/** A /64 of the VPC's block (API reference, AssociateSubnetCidrBlock). */
export function checkSubnetIpv6(world: World, vpc: Vpc, cidr: string): void {
  const block = parseBlock6(cidr);
  const outer = vpc.ipv6CidrBlock === undefined ? undefined : parseBlock6(vpc.ipv6CidrBlock);
  if (block?.length !== 64 || outer === undefined || !isIn6(outer, block.first)) {
    throw invalidValue(`invalid value for parameter ipv6-cidr-block: ${cidr}`);
  }
  const isTaken = [...world.account.subnets.values()].some(({ ipv6CidrBlock }) => ipv6CidrBlock === cidr);
  if (isTaken) throw new Ec2Error("InvalidSubnet.Conflict", `The CIDR '${cidr}' conflicts with another subnet`);
}

export function addSubnetIpv6(world: World, subnet: Subnet, cidr: string): void {
  subnet.ipv6CidrBlock = cidr;
  subnet.ipv6AssociationId = world.newId("subnet-cidr-assoc");
}

/** Not while addresses of it are held, nor while new interfaces get one (terraform-provider-aws#1519). */
export function removeSubnetIpv6(subnet: Subnet): void {
  const { ipv6AssociationId: id = "" } = subnet;
  const why =
    subnet.assignIpv6OnCreation === true
      ? "its subnet has assign-ipv6-address-on-creation set to true"
      : "it is in use";
  if (subnet.assignIpv6OnCreation === true || Object.keys(subnet.leases).some((address) => address.includes(":"))) {
    throw new Ec2Error(
      "InvalidCidrBlock.InUse",
      `The subnet IPv6 CIDR block with association ID ${id} may not be disassociated, because ${why}.`,
    );
  }
  delete subnet.ipv6CidrBlock;
  delete subnet.ipv6AssociationId;
}

export function deleteSubnet(world: World, { subnetId, leaseCount }: Subnet): void {
  if (leaseCount > 0) {
    throw new Ec2Error("DependencyViolation", `The subnet '${subnetId}' has dependencies and cannot be deleted.`);
  }
  world.account.subnets.delete(subnetId);
}

export type NewGroup = Pick<SecurityGroup, "groupName" | "description" | "vpcId" | "tags">;

export function checkGroup({ groupName, description }: NewGroup): void {
  if (groupName === "default") throw new Ec2Error("InvalidGroup.Reserved", "The group name 'default' is reserved.");
  if (groupName.startsWith("sg-")) throw invalidValue("Group names may not be in the format sg-*.");
  for (const text of [groupName, description]) {
    if (text.length <= 255 && /^[\w .:/()#,@[\]+=&;{}!$*-]+$/.test(text)) continue;
    throw invalidValue(`Value (${text}) for parameter is invalid. Character sets beyond ASCII are not supported.`);
  }
}

export function createGroup(world: World, wanted: NewGroup): SecurityGroup {
  for (const { groupName, vpcId } of world.account.securityGroups.values()) {
    if (groupName !== wanted.groupName || vpcId !== wanted.vpcId) continue;
    throw new Ec2Error("InvalidGroup.Duplicate", `The security group '${groupName}' already exists for VPC '${vpcId}'`);
  }
  const group: SecurityGroup = { ...wanted, groupId: world.newId("sg") };
  world.account.securityGroups.set(group.groupId, group);
  return group;
}

/** Messages as lianghong/delete_vpc#10 and others quote them. */
export function deleteGroup(world: World, { groupId, groupName }: SecurityGroup): void {
  if (groupName === "default") {
    throw new Ec2Error("CannotDelete", `the specified group: "${groupId}" name: "default" cannot be deleted by a user`);
  }
  for (const { groupIds } of world.account.networkInterfaces.values()) {
    if (!groupIds.includes(groupId)) continue;
    throw new Ec2Error("DependencyViolation", `resource ${groupId} has a dependent object`);
  }
  world.account.securityGroups.delete(groupId);
}

/** In its own VPC, and in those that it is associated with (VPC guide, security group associations). */
export function isUsableIn({ vpcId, associatedVpcIds = [] }: SecurityGroup, wanted: string): boolean {
  return vpcId === wanted || associatedVpcIds.includes(wanted);
}

/** Default groups stay in their own VPC (the same guide). */
export function checkGroupAssociation(group: SecurityGroup, { vpcId }: Vpc): void {
  if (group.groupName === "default" || isUsableIn(group, vpcId)) {
    throw invalidValue(`The security group '${group.groupId}' cannot be associated with VPC '${vpcId}'.`);
  }
}

export function associateGroup(group: SecurityGroup, { vpcId }: Vpc): void {
  group.associatedVpcIds = [...(group.associatedVpcIds ?? []), vpcId];
}
