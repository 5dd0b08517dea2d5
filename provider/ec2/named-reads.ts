/** Reads of what a program's inputs only name: security groups, key pairs, placement groups and zones. */
import {
  type AccountAttributeName,
  DescribeAccountAttributesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeKeyPairsCommand,
  DescribePlacementGroupsCommand,
  type EC2Client,
  paginateDescribeSecurityGroups,
  paginateGetSecurityGroupsForVpc,
} from "@aws-sdk/client-ec2";
import type { Asking, Batches } from "./batching";
import type { PlacementGroup, SecurityGroup, Zone } from "./ec2";
import type { Call } from "./repeats";

type MakeBatches = <Found>(action: Call, asking: Asking<Found>) => Batches<Found>;

const filters = (Name: string, values: readonly string[]): { Filters: { Name: string; Values: string[] }[] } => ({
  Filters: [{ Name, Values: [...values] }],
});

/** By filters, which find nothing where a name or an id would be an error. */
export function namedReads(client: EC2Client, batches: MakeBatches) {
  return {
    securityGroups: batches<SecurityGroup>("DescribeSecurityGroups", {
      ask: async (ids) => {
        const found: SecurityGroup[] = [];
        for await (const page of paginateDescribeSecurityGroups({ client }, filters("group-id", ids))) {
          found.push(...(page.SecurityGroups ?? []).map((it) => ({ id: it.GroupId ?? "", vpcId: it.VpcId ?? "" })));
        }
        return found;
      },
      valueOf: (it) => it.id,
    }),
    keyPairs: batches<{ name: string }>("DescribeKeyPairs", {
      ask: async (names) => {
        const { KeyPairs = [] } = await client.send(new DescribeKeyPairsCommand(filters("key-name", names)));
        return KeyPairs.map((it) => ({ name: it.KeyName ?? "" }));
      },
      valueOf: (it) => it.name,
    }),
    placementGroups: batches<PlacementGroup>("DescribePlacementGroups", {
      ask: async (names) => {
        const input = filters("group-name", names);
        const { PlacementGroups = [] } = await client.send(new DescribePlacementGroupsCommand(input));
        return PlacementGroups.filter((it) => it.State === undefined || it.State === "available").map((it) => ({
          name: it.GroupName ?? "",
          strategy: it.Strategy ?? "",
        }));
      },
      valueOf: (it) => it.name,
    }),
    zones: batches<Zone>("DescribeAvailabilityZones", {
      ask: async (names) => {
        const input = filters("zone-name", names);
        const { AvailabilityZones = [] } = await client.send(new DescribeAvailabilityZonesCommand(input));
        return AvailabilityZones.flatMap(({ ZoneName: name = "", NetworkBorderGroup: networkBorderGroup }) =>
          networkBorderGroup === undefined ? [] : [{ name, networkBorderGroup }],
        );
      },
      valueOf: (it) => it.name,
    }),
  };
}

export async function isUsableGroup(client: EC2Client, groupId: string, vpcId: string): Promise<boolean> {
  const input = { VpcId: vpcId, ...filters("group-id", [groupId]) };
  for await (const page of paginateGetSecurityGroupsForVpc({ client }, input)) {
    if (page.SecurityGroupForVpcs?.some((it) => it.GroupId === groupId) === true) {
      return true;
    }
  }
  return false;
}

/** The SDK's list of attributes lacks it; the API reference has it. */
const MOST_GROUPS = "vpc-max-security-groups-per-interface" as AccountAttributeName;

export async function mostSecurityGroups(client: EC2Client): Promise<number | undefined> {
  const { AccountAttributes } = await client.send(
    new DescribeAccountAttributesCommand({ AttributeNames: [MOST_GROUPS] }),
  );
  const most = Number(AccountAttributes?.[0]?.AttributeValues?.[0]?.AttributeValue);
  return Number.isInteger(most) && most > 0 ? most : undefined;
}
