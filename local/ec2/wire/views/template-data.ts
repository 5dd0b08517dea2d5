import type { ParamTree } from "../../model/state";
import { repeated, type Xml, type XmlObject } from "../xml";

/** Where a launch template's data has another name in a reply than in a request; otherwise only the first letter differs. */
const REPLY_NAMES: Readonly<Record<string, string>> = {
  BlockDeviceMapping: "blockDeviceMappingSet",
  NetworkInterface: "networkInterfaceSet",
  TagSpecification: "tagSpecificationSet",
  Tag: "tagSet",
  SecurityGroupId: "securityGroupIdSet",
  SecurityGroup: "securityGroupSet",
  PrivateIpAddresses: "privateIpAddressesSet",
  Ipv6Addresses: "ipv6AddressesSet",
  Ipv4Prefix: "ipv4PrefixSet",
  Ipv6Prefix: "ipv6PrefixSet",
  LicenseSpecification: "licenseSet",
  ElasticGpuSpecification: "elasticGpuSpecificationSet",
  ElasticInferenceAccelerator: "elasticInferenceAcceleratorSet",
  MetricCategoryId: "metricCategoryIdSet",
};

export function templateDataView(data: ParamTree): XmlObject {
  return struct(data);
}

function struct(tree: ParamTree): XmlObject {
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [replyName(name), valueOf(value)]));
}

function replyName(name: string): string {
  return REPLY_NAMES[name] ?? name.charAt(0).toLowerCase() + name.slice(1);
}

function valueOf(value: string | ParamTree): Xml {
  if (typeof value === "string") return value;
  if (!isList(value)) return struct(value);
  return inOrder(value).map((entry) => (typeof entry === "string" ? entry : interfaceOrStruct(entry)));
}

/** An interface's groups are the one list whose entries are not called `item`. */
function interfaceOrStruct(tree: ParamTree): XmlObject {
  const { SecurityGroupId: groups, ...rest } = tree;
  if (typeof groups !== "object") return struct(tree);
  return { ...struct(rest), groupSet: repeated("groupId", inOrder(groups).map(String)) };
}

function isList(tree: ParamTree): boolean {
  const names = Object.keys(tree);
  return names.length > 0 && names.every((name) => /^\d+$/.test(name));
}

function inOrder(list: ParamTree): (string | ParamTree)[] {
  return Object.entries(list)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([, entry]) => entry);
}
