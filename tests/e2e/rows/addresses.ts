import { WELL_KNOWN } from "../../../local/ec2";
import type { Given } from "./given";
import { always, both, inPlace, keeps, moved, NOTHING, replaced, type Effect, type Row, sentence } from "./row";
import { OUTPUT_NAMES, type Seen } from "./seen";

const { subnetA, subnetB, tinySubnet, dualStackSubnet, defaultSubnets } = WELL_KNOWN;
const [mappingSubnet] = defaultSubnets;

/** Where addresses are named, so that nothing else takes them first. */
const named = { subnetId: tinySubnet, privateIp: "10.0.9.4" };
const dualStack = { subnetId: dualStackSubnet };
const withoutElasticIp = { elasticIp: undefined };

const privateIps = ({ networkInterface }: Seen): string[] => networkInterface.privateAddresses.map((it) => it.address);
const publicIp = ({ networkInterface }: Seen): string =>
  networkInterface.autoPublicIp === undefined ? "none" : "a changing one";

/** The Elastic IP on the interface: a given one by its id, or its own. */
const elasticIp = (seen: Seen, given: Given): string => {
  const held = Object.values(seen.account.addresses).find(
    (it) => it.networkInterfaceId === seen.outputs.networkInterfaceId,
  );
  if (held === undefined) {
    return "none";
  }
  return [given.allocationId, given.other.allocationId].includes(held.allocationId) ? held.allocationId : "its own";
};

const inAnotherRegion = (from: string, to: string): Effect => ({
  line: () => `deletes everything in ${from} and makes it anew in ${to} (region); no address is kept`,
  changes: OUTPUT_NAMES.filter((it) => /I[dp]$/.test(it) && it !== "vpcId").concat([
    "privateDnsName",
    "macAddress",
    "availabilityZone",
  ]),
  isAnother: true,
});

/** The given one stays, the other is the preview's to name. */
const elasticIpChanges = (goes: "own" | "given" | "none"): Effect => ({
  line: (it) =>
    sentence(
      `changes in place (elasticIp); ${it.instanceId} keeps running`,
      keeps({ ...it, allocationId: "" }),
      goes === "none" ? "" : `gives up ${it.publicIp}${goes === "own" ? " (released for good)" : ""}`,
    ),
  changes: ["publicIp", "allocationId"],
});

/** The secondary addresses, in the program's names for them: how many, which, and what of them is left once none is asked for. */
const FURTHER = {
  secondaryPrivateIps: { count: "secondaryPrivateIpCount", none: "secondary private IPs" },
  ipv6Addresses: { count: "ipv6AddressCount", none: "IPv6 addresses" },
} as const;

/** @param left of those that are held, how many stay */
const givesUp = (because: string, output: keyof typeof FURTHER, left: number): Effect => ({
  line: (it) => {
    const goes = it[output].slice(left);
    return sentence(
      `changes in place (${because}); ${it.instanceId} keeps running`,
      keeps(it),
      goes.length === 0 ? "" : `gives up ${goes.join(", ")}`,
    );
  },
  changes: [output],
});

/** None is in two of the lists. */
const lists = (output: keyof typeof FURTHER): Row["effects"] => [
  givesUp(output, output, 0),
  givesUp(output, output, 0),
  givesUp(FURTHER[output].none, output, 0),
];

/** More, then less, then none; those that came last go first. */
const counts = (
  output: keyof typeof FURTHER,
  [fewer, more]: readonly [fewer: number, more: number],
): Row["effects"] => {
  const { count, none } = FURTHER[output];
  return [givesUp(count, output, more), givesUp(count, output, fewer), givesUp(none, output, 0)];
};

export const addressRows = (given: Given): Row[] => [
  {
    name: "region",
    args: both("region", "eu-central-1", "us-east-1"),
    effects: [
      inAnotherRegion("eu-central-1", "us-east-1"),
      inAnotherRegion("us-east-1", "eu-central-1"),
      inAnotherRegion("eu-central-1", "us-east-1"),
    ],
    shows: ({ instance }) => instance.availabilityZone,
    as: ["eu-central-1a", "us-east-1a", "eu-central-1a", "us-east-1a"],
  },
  {
    name: "subnetId",
    args: [{ subnetId: subnetA }, { subnetId: subnetB }, { subnetId: subnetA }, { subnetId: subnetA }],
    effects: [
      moved("subnetId", "availabilityZone", "generation"),
      moved("subnetId", "availabilityZone", "generation"),
      NOTHING,
    ],
    shows: ({ networkInterface, instance }) => [networkInterface.subnetId, instance.availabilityZone],
    as: [
      [subnetA, "us-east-1a"],
      [subnetB, "us-east-1b"],
      [subnetA, "us-east-1a"],
      [subnetA, "us-east-1a"],
    ],
  },
  {
    name: "persistPrivateIp",
    args: both("persistPrivateIp", false, true),
    effects: always(moved("persistPrivateIp")),
    shows: ({ networkInterface }) => networkInterface.attachment?.deleteOnTermination,
    as: [false, false, false, false],
  },
  {
    name: "privateIp",
    with: { subnetId: tinySubnet },
    args: both("privateIp", "10.0.9.5", "10.0.9.6"),
    // The address that is held is as good as any.
    effects: [moved("privateIp", "generation"), moved("privateIp", "generation"), NOTHING],
    shows: privateIps,
    as: [["10.0.9.5"], ["10.0.9.6"], ["10.0.9.5"], ["10.0.9.5"]],
  },
  {
    name: "secondaryPrivateIps",
    with: named,
    args: both("secondaryPrivateIps", ["10.0.9.8"], ["10.0.9.9", "10.0.9.10"]),
    effects: lists("secondaryPrivateIps"),
    shows: privateIps,
    as: [["10.0.9.4", "10.0.9.8"], ["10.0.9.4", "10.0.9.9", "10.0.9.10"], ["10.0.9.4", "10.0.9.8"], ["10.0.9.4"]],
  },
  {
    name: "secondaryPrivateIpCount",
    args: both("secondaryPrivateIpCount", 1, 3),
    effects: counts("secondaryPrivateIps", [1, 3]),
    shows: (seen) => privateIps(seen).length,
    as: [2, 4, 2, 1],
  },
  {
    name: "ipv6Addresses",
    with: dualStack,
    args: both("ipv6Addresses", ["2001:db8:6:600::a"], ["2001:db8:6:600::b", "2001:db8:6:600::c"]),
    effects: lists("ipv6Addresses"),
    shows: ({ networkInterface }) => networkInterface.ipv6Addresses,
    as: [["2001:db8:6:600::a"], ["2001:db8:6:600::b", "2001:db8:6:600::c"], ["2001:db8:6:600::a"], []],
  },
  {
    name: "ipv6AddressCount",
    with: dualStack,
    args: both("ipv6AddressCount", 1, 2),
    effects: counts("ipv6Addresses", [1, 2]),
    shows: ({ networkInterface }) => networkInterface.ipv6Addresses.length,
    as: [1, 2, 1, 0],
  },
  {
    name: "publicIpAssignment",
    with: withoutElasticIp,
    args: both("publicIpAssignment", "assign", "none"),
    effects: always(replaced("publicIpAssignment", "publicIp")),
    shows: publicIp,
    as: ["a changing one", "none", "a changing one", "none"],
  },
  {
    name: "publicIpAssignment/where the subnet gives one",
    with: { ...withoutElasticIp, subnetId: mappingSubnet },
    args: both("publicIpAssignment", "none", "assign"),
    effects: always(replaced("publicIpAssignment", "publicIp")),
    shows: publicIp,
    as: ["none", "a changing one", "none", "a changing one"],
  },
  {
    name: "publicIpAssignment/without a persistent interface",
    with: { ...withoutElasticIp, persistPrivateIp: false },
    args: both("publicIpAssignment", "assign", "none"),
    effects: always({
      ...moved("publicIpAssignment", "generation", "publicIp"),
      line: (it) =>
        sentence(
          `replaces ${it.instanceId} (publicIpAssignment), terminate-first, about 41 s dark`,
          `gives up ${it.networkInterfaceId}, ${it.privateIp}`,
        ),
    }),
    shows: publicIp,
    as: ["a changing one", "none", "a changing one", "none"],
  },
  {
    name: "elasticIp",
    with: withoutElasticIp,
    args: both("elasticIp", true, given.allocationId),
    effects: [elasticIpChanges("own"), elasticIpChanges("given"), elasticIpChanges("own")],
    shows: (seen) => elasticIp(seen, given),
    as: ["its own", given.allocationId, "its own", "none"],
  },
  {
    name: "elasticIp/by its address",
    with: withoutElasticIp,
    args: both("elasticIp", given.other.publicIp, false),
    effects: [elasticIpChanges("given"), elasticIpChanges("none"), elasticIpChanges("given")],
    shows: (seen) => elasticIp(seen, given),
    as: [given.other.allocationId, "none", given.other.allocationId, "none"],
  },
  {
    name: "securityGroupIds",
    args: both(
      "securityGroupIds",
      [WELL_KNOWN.otherSecurityGroup],
      [WELL_KNOWN.securityGroup, WELL_KNOWN.otherSecurityGroup],
    ),
    effects: always(inPlace("securityGroupIds")),
    shows: ({ networkInterface }) => networkInterface.groupIds,
    as: [
      [WELL_KNOWN.otherSecurityGroup],
      [WELL_KNOWN.securityGroup, WELL_KNOWN.otherSecurityGroup],
      [WELL_KNOWN.otherSecurityGroup],
      [WELL_KNOWN.securityGroup],
    ],
  },
  {
    name: "sourceDestCheck",
    args: both("sourceDestCheck", false, true),
    effects: [inPlace("sourceDestCheck"), inPlace("sourceDestCheck"), inPlace("sourceDestCheck")],
    shows: ({ networkInterface }) => networkInterface.sourceDestCheck,
    as: [false, true, false, true],
  },
];
