/** The network that an interface lies in: subnets, zones and security groups. */
import * as sdk from "@aws-sdk/client-ec2";
import type { Caller } from "./caller";
import { byValues, filtered } from "./reads";
import { gathered, present } from "./replies";

export interface Subnet {
  id: string;
  vpcId: string;
  availabilityZone: string;
  cidrBlock: string;
  ipv6CidrBlocks: string[];
  /** Whether what is launched in it gets a changing public address by default. */
  assignsPublicIp: boolean;
}

export interface SecurityGroup {
  id: string;
  vpcId: string;
}

export interface Zone {
  name: string;
  /** The place from which the zone's public addresses are announced: an Elastic IP is of one such group, and serves in no other. */
  networkBorderGroup: string;
}

export function subnetFrom(subnet: sdk.Subnet): Subnet {
  return {
    id: present(subnet.SubnetId, "subnet id"),
    vpcId: subnet.VpcId ?? "",
    availabilityZone: subnet.AvailabilityZone ?? "",
    cidrBlock: subnet.CidrBlock ?? "",
    ipv6CidrBlocks: (subnet.Ipv6CidrBlockAssociationSet ?? [])
      .filter((it) => it.Ipv6CidrBlockState?.State === "associated")
      .flatMap((it) => it.Ipv6CidrBlock ?? []),
    assignsPublicIp: subnet.MapPublicIpOnLaunch ?? false,
  };
}

const SUBNETS = byValues<Subnet>("DescribeSubnets", (client) => ({
  ask: (ids) =>
    gathered(sdk.paginateDescribeSubnets({ client }, filtered({ "subnet-id": ids })), (page) =>
      page.Subnets?.map(subnetFrom),
    ),
  valueOf: (it) => it.id,
}));

const ZONES = byValues<Zone>("DescribeAvailabilityZones", (client) => ({
  ask: async (names) => {
    const input = filtered({ "zone-name": names });
    const { AvailabilityZones = [] } = await client.send(new sdk.DescribeAvailabilityZonesCommand(input));
    return AvailabilityZones.flatMap(({ ZoneName: name = "", NetworkBorderGroup: networkBorderGroup }) =>
      networkBorderGroup === undefined ? [] : [{ name, networkBorderGroup }],
    );
  },
  valueOf: (it) => it.name,
}));

const SECURITY_GROUPS = byValues<SecurityGroup>("DescribeSecurityGroups", (client) => ({
  ask: (ids) =>
    gathered(sdk.paginateDescribeSecurityGroups({ client }, filtered({ "group-id": ids })), (page) =>
      page.SecurityGroups?.map((it) => ({ id: it.GroupId ?? "", vpcId: it.VpcId ?? "" })),
    ),
  valueOf: (it) => it.id,
}));

const DEFAULT_SECURITY_GROUPS = byValues<sdk.SecurityGroup>("DescribeSecurityGroups", (client) => ({
  ask: (vpcIds) => {
    const input = filtered({ "vpc-id": vpcIds, "group-name": ["default"] });
    return gathered(sdk.paginateDescribeSecurityGroups({ client }, input), (page) => page.SecurityGroups);
  },
  valueOf: (it) => it.VpcId,
}));

/** The SDK's list of attributes lacks it; the API reference has it. */
const MOST_GROUPS = "vpc-max-security-groups-per-interface" as sdk.AccountAttributeName;

export const subnetCalls = ({ client, call, find }: Caller) => ({
  async describeSubnet(subnetId: string): Promise<Subnet | undefined> {
    return (await find(SUBNETS, [subnetId]))[0];
  },

  /** Finds a zone that the account can use. */
  async describeZone(name: string): Promise<Zone | undefined> {
    return (await find(ZONES, [name]))[0];
  },

  /** Finds nothing where the VPC is another account's, which shares its subnets and not this group. */
  async findDefaultSecurityGroup(vpcId: string): Promise<string | undefined> {
    return (await find(DEFAULT_SECURITY_GROUPS, [vpcId]))[0]?.GroupId;
  },

  async describeSecurityGroup(groupId: string): Promise<SecurityGroup | undefined> {
    return (await find(SECURITY_GROUPS, [groupId]))[0];
  },

  /** Whether this account may use the group in the VPC: there, by association, or shared by another account. */
  canUseSecurityGroup(groupId: string, vpcId: string): Promise<boolean> {
    return call("GetSecurityGroupsForVpc", async () => {
      const input = { VpcId: vpcId, ...filtered({ "group-id": [groupId] }) };
      for await (const page of sdk.paginateGetSecurityGroupsForVpc({ client }, input)) {
        if (page.SecurityGroupForVpcs?.some((it) => it.GroupId === groupId) === true) {
          return true;
        }
      }
      return false;
    });
  },

  /** Finds how many security groups this account may put on one interface; undefined where EC2 does not say. */
  findMostSecurityGroups(): Promise<number | undefined> {
    return call("DescribeAccountAttributes", async () => {
      const input = { AttributeNames: [MOST_GROUPS] };
      const { AccountAttributes } = await client.send(new sdk.DescribeAccountAttributesCommand(input));
      const most = Number(AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue);
      return Number.isInteger(most) && most > 0 ? most : undefined;
    });
  },
});
