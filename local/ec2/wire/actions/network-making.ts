import { invalidCombination, invalidValue, missingParameter } from "../../model/errors";
import { zonesOf } from "../../model/zones";
import { findAll, findDefaultVpc, findGroupByName, findSubnet, findVpc } from "../../model/lookup";
import type { SecurityGroup, Subnet, Vpc } from "../../model/state";
import * as vpcs from "../../model/vpcs";
import type { World } from "../../model/world";
import { changes, does, type Actions } from "../action";
import type { Params } from "../params";
import { readTagSpecs, tagSet } from "../tag-specs";
import { zoneId } from "../views/names";
import { ipv6AssociationSet, subnetIpv6, subnetView, vpcView } from "../views/network";

function readZone(world: World, params: Params): string {
  const [zone, id] = [params.string("AvailabilityZone"), params.string("AvailabilityZoneId")];
  const known = zonesOf(world);
  const found = known.find((candidate) =>
    id === undefined ? candidate === (zone ?? known[0]) : zoneId(candidate) === id,
  );
  if (found !== undefined) return found;
  throw invalidValue(`Value (${zone ?? id ?? ""}) for parameter availabilityZone is invalid.`);
}

function readSubnet(world: World, params: Params): vpcs.NewSubnet {
  const wanted = {
    vpc: findVpc(world, params.required("VpcId")),
    cidrBlock: params.required("CidrBlock"),
    ipv6CidrBlock: params.string("Ipv6CidrBlock"),
    availabilityZone: readZone(world, params),
    tags: readTagSpecs(params, ["subnet"]).subnet ?? {},
  };
  vpcs.checkSubnet(world, wanted);
  return wanted;
}

function defaultVpc(world: World): Vpc {
  const vpc = findDefaultVpc(world);
  if (vpc === undefined) throw missingParameter("VpcId");
  return vpc;
}

/** By id, or by name in the default VPC. */
function namedGroup(world: World, params: Params): SecurityGroup {
  const [id, name] = [params.string("GroupId"), params.string("GroupName")];
  if (id === undefined && name !== undefined) return findGroupByName(world, name);
  const [found] = findAll(world, "securityGroups", id === undefined ? [] : [id]);
  if (found === undefined) throw missingParameter("GroupId");
  return found;
}

/** Each attribute in an element of its own, one for each call. */
function readSubnetChange(subnet: Subnet, params: Params): Partial<Subnet> {
  const mapPublicIpOnLaunch = params.group("MapPublicIpOnLaunch").boolean("Value");
  const assignIpv6OnCreation = params.group("AssignIpv6AddressOnCreation").boolean("Value");
  if (mapPublicIpOnLaunch !== undefined && assignIpv6OnCreation !== undefined) {
    throw invalidCombination("Fields for multiple attribute types specified");
  }
  if (assignIpv6OnCreation === true && subnet.ipv6CidrBlock === undefined) {
    // The message is as terraform-aws-vpc#735 quotes it.
    throw invalidValue(
      `Invalid value 'true' for assign-ipv6-address-on-creation. Cannot set assign-ipv6-address-on-creation to true unless the subnet (${subnet.subnetId}) has an IPv6 CIDR block associated with it.`,
    );
  }
  if (mapPublicIpOnLaunch !== undefined) return { mapPublicIpOnLaunch };
  if (assignIpv6OnCreation !== undefined) return { assignIpv6OnCreation };
  throw invalidCombination("No attributes specified.");
}

function withAssociation(world: World, id: string): Subnet {
  for (const subnet of world.account.subnets.values()) if (subnet.ipv6AssociationId === id) return subnet;
  throw invalidValue(`The association ID '${id}' does not exist`);
}

export const networkMakingActions: Actions = {
  CreateVpc: changes((world, params) => {
    const wanted = {
      cidrBlock: params.required("CidrBlock"),
      withIpv6: params.boolean("AmazonProvidedIpv6CidrBlock") ?? false,
      tags: readTagSpecs(params, ["vpc"]).vpc ?? {},
    };
    vpcs.checkVpc(wanted);
    return () => ({ vpc: vpcView(world, vpcs.createVpc(world, wanted)) });
  }),
  AssociateVpcCidrBlock: changes((world, params) => {
    const vpc = findVpc(world, params.required("VpcId"));
    if (params.boolean("AmazonProvidedIpv6CidrBlock") !== true) throw missingParameter("AmazonProvidedIpv6CidrBlock");
    if (vpc.ipv6CidrBlock !== undefined) throw invalidValue("The vpc already has an IPv6 CIDR block.");
    return () => {
      vpcs.addVpcIpv6(world, vpc);
      return { vpcId: vpc.vpcId, ipv6CidrBlockAssociation: ipv6AssociationSet(vpc)[0] };
    };
  }),
  DeleteVpc: does((world, params) => {
    const vpc = findVpc(world, params.required("VpcId"));
    return () => {
      vpcs.deleteVpc(world, vpc);
    };
  }),
  CreateSubnet: changes((world, params) => {
    const wanted = readSubnet(world, params);
    return () => ({ subnet: subnetView(world, vpcs.createSubnet(world, wanted)) });
  }),
  AssociateSubnetCidrBlock: changes((world, params) => {
    const subnet = findSubnet(world, params.required("SubnetId"));
    const cidr = params.required("Ipv6CidrBlock");
    vpcs.checkSubnetIpv6(world, findVpc(world, subnet.vpcId), cidr);
    return () => {
      vpcs.addSubnetIpv6(world, subnet, cidr);
      return { subnetId: subnet.subnetId, ipv6CidrBlockAssociation: subnetIpv6(subnet)[0] };
    };
  }),
  DisassociateSubnetCidrBlock: changes((world, params) => {
    const subnet = withAssociation(world, params.required("AssociationId"));
    return () => {
      const [association] = subnetIpv6(subnet);
      vpcs.removeSubnetIpv6(subnet);
      return { subnetId: subnet.subnetId, ipv6CidrBlockAssociation: association };
    };
  }),
  ModifySubnetAttribute: does((world, params) => {
    const subnet = findSubnet(world, params.required("SubnetId"));
    const change = readSubnetChange(subnet, params);
    return () => {
      Object.assign(subnet, change);
    };
  }),
  DeleteSubnet: does((world, params) => {
    const subnet = findSubnet(world, params.required("SubnetId"));
    return () => {
      vpcs.deleteSubnet(world, subnet);
    };
  }),
  CreateSecurityGroup: changes((world, params) => {
    const vpcId = params.string("VpcId");
    const wanted = {
      groupName: params.required("GroupName"),
      description: params.required("GroupDescription"),
      vpcId: (vpcId === undefined ? defaultVpc(world) : findVpc(world, vpcId)).vpcId,
      tags: readTagSpecs(params, ["security-group"])["security-group"] ?? {},
    };
    vpcs.checkGroup(wanted);
    return () => {
      const { groupId, tags } = vpcs.createGroup(world, wanted);
      return { return: true, groupId, tagSet: tagSet(tags) };
    };
  }),
  DeleteSecurityGroup: changes((world, params) => {
    const group = namedGroup(world, params);
    return () => {
      vpcs.deleteGroup(world, group);
      return { return: true, groupId: group.groupId };
    };
  }),
  AssociateSecurityGroupVpc: changes((world, params) => {
    const [group] = findAll(world, "securityGroups", [params.required("GroupId")]);
    const vpc = findVpc(world, params.required("VpcId"));
    if (group === undefined) throw missingParameter("GroupId");
    vpcs.checkGroupAssociation(group, vpc);
    return () => {
      vpcs.associateGroup(group, vpc);
      return { state: "associating" };
    };
  }),
};
