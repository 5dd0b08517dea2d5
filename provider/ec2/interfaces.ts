/** Network interfaces. */
import * as sdk from "@aws-sdk/client-ec2";
import type { NetworkInterface, Tags } from "../model/things";
import type { Caller } from "./caller";
import type { Filters } from "./filters";
import { byFilters } from "./reads";
import { gathered, present } from "./replies";
import { tagSpecifications, tagsOf, toTagList } from "./tagging";

/** The addresses that are asked for, or a number of EC2's choice. */
export type Addresses = { addresses: string[] } | { count: number };

interface NewInterface {
  subnetId: string;
  privateIp?: string;
  secondaryPrivateIps?: Addresses;
  ipv6Addresses?: Addresses;
  securityGroupIds?: string[];
  description: string;
  tags: Tags;
  clientToken: string;
}

export function interfaceOf(eni: sdk.NetworkInterface): NetworkInterface {
  const attachment = eni.Attachment;
  return {
    id: present(eni.NetworkInterfaceId, "network interface id"),
    subnetId: eni.SubnetId ?? "",
    vpcId: eni.VpcId ?? "",
    availabilityZone: eni.AvailabilityZone ?? "",
    privateIp: present(eni.PrivateIpAddress, "private IP"),
    description: eni.Description ?? "",
    privateDnsName: eni.PrivateDnsName ?? "",
    macAddress: eni.MacAddress ?? "",
    secondaryPrivateIps: (eni.PrivateIpAddresses ?? []).flatMap((it) =>
      it.Primary === true ? [] : (it.PrivateIpAddress ?? []),
    ),
    ipv6Addresses: (eni.Ipv6Addresses ?? []).map((it) => it.Ipv6Address ?? ""),
    requesterManaged: eni.RequesterManaged ?? false,
    status: eni.Status ?? "",
    securityGroups: (eni.Groups ?? []).map((it) => ({ id: it.GroupId ?? "", name: it.GroupName ?? "" })),
    sourceDestCheck: eni.SourceDestCheck ?? true,
    ...(attachment?.AttachmentId === undefined || attachment.Status === "detached"
      ? {}
      : {
          attachment: {
            id: attachment.AttachmentId,
            instanceId: attachment.InstanceId,
            deviceIndex: attachment.DeviceIndex ?? 0,
            isDetaching: attachment.Status === "detaching",
            deleteOnTermination: attachment.DeleteOnTermination ?? false,
          },
        }),
    tags: tagsOf(eni.TagSet),
  };
}

function networkInterfaceRequest(request: NewInterface): sdk.CreateNetworkInterfaceRequest {
  const { privateIp, secondaryPrivateIps: wanted, ipv6Addresses: ipv6 } = request;
  const secondary = wanted !== undefined && "addresses" in wanted ? wanted.addresses : [];
  // The primary one goes into the list where there is one: EC2 takes it from one place only.
  const listed = secondary.length === 0 ? [] : [...(privateIp === undefined ? [] : [privateIp]), ...secondary];
  return {
    SubnetId: request.subnetId,
    PrivateIpAddress: listed.length === 0 ? privateIp : undefined,
    PrivateIpAddresses: listed.map((PrivateIpAddress) => ({
      PrivateIpAddress,
      Primary: PrivateIpAddress === privateIp,
    })),
    SecondaryPrivateIpAddressCount: wanted !== undefined && "count" in wanted ? wanted.count : undefined,
    Ipv6Addresses:
      ipv6 !== undefined && "addresses" in ipv6 ? ipv6.addresses.map((Ipv6Address) => ({ Ipv6Address })) : undefined,
    Ipv6AddressCount: ipv6 === undefined ? undefined : ipv6Count(ipv6),
    Groups: request.securityGroupIds,
    Description: request.description,
    TagSpecifications: tagSpecifications(request.tags, "network-interface"),
    ClientToken: request.clientToken,
  };
}

/** A count of 0 has to be said: the subnet may give an address to each new interface. */
function ipv6Count(wanted: Addresses): number | undefined {
  if ("count" in wanted) {
    return wanted.count;
  }
  return wanted.addresses.length === 0 ? 0 : undefined;
}

const INTERFACES = byFilters(
  "DescribeNetworkInterfaces",
  (client, input) =>
    gathered(sdk.paginateDescribeNetworkInterfaces({ client }, input), (page) =>
      page.NetworkInterfaces?.map(interfaceOf),
    ),
  { "network-interface-id": (it) => it.id, description: (it) => it.description },
);

export const interfaceCalls = ({ client, call, find }: Caller) => {
  /** EC2 takes one attribute a call. */
  async function modify(input: sdk.ModifyNetworkInterfaceAttributeCommandInput): Promise<void> {
    await call("ModifyNetworkInterfaceAttribute", () =>
      client.send(new sdk.ModifyNetworkInterfaceAttributeCommand(input)),
    );
  }

  return {
    describeNetworkInterfaces: (filters: Filters): Promise<NetworkInterface[]> => find(INTERFACES, filters),

    createNetworkInterface(request: NewInterface): Promise<NetworkInterface> {
      return call("CreateNetworkInterface", async () => {
        const reply = await client.send(new sdk.CreateNetworkInterfaceCommand(networkInterfaceRequest(request)));
        const made = present(reply.NetworkInterface, "network interface");
        return interfaceOf({ ...made, TagSet: toTagList(request.tags) });
      });
    },

    setSecurityGroups: (networkInterfaceId: string, securityGroupIds: string[]): Promise<void> =>
      modify({ NetworkInterfaceId: networkInterfaceId, Groups: securityGroupIds }),

    setSourceDestCheck: (networkInterfaceId: string, enabled: boolean): Promise<void> =>
      modify({ NetworkInterfaceId: networkInterfaceId, SourceDestCheck: { Value: enabled } }),

    /** Sets whether an instance gets a changing public address by this interface, as its primary one. */
    setPublicIpAssignment: (networkInterfaceId: string, enabled: boolean): Promise<void> =>
      modify({ NetworkInterfaceId: networkInterfaceId, AssociatePublicIpAddress: enabled }),

    keepOnTermination(networkInterfaceId: string, attachmentId: string): Promise<void> {
      const Attachment = { AttachmentId: attachmentId, DeleteOnTermination: false };
      return modify({ NetworkInterfaceId: networkInterfaceId, Attachment });
    },

    /**
     * Not repeatable where a count is asked for.
     *
     * @param mayMove whether the addresses may be taken from another interface; never by default
     * @returns what was assigned
     */
    assignPrivateIps(networkInterfaceId: string, wanted: Addresses, mayMove = false): Promise<string[]> {
      const [action, which] =
        "addresses" in wanted
          ? (["AssignPrivateIpAddresses", { PrivateIpAddresses: wanted.addresses }] as const)
          : (["AssignPrivateIpAddresses by count", { SecondaryPrivateIpAddressCount: wanted.count }] as const);
      const input = { NetworkInterfaceId: networkInterfaceId, ...which, AllowReassignment: mayMove };
      return call(action, async () => {
        const reply = await client.send(new sdk.AssignPrivateIpAddressesCommand(input));
        return (reply.AssignedPrivateIpAddresses ?? []).flatMap((it) => it.PrivateIpAddress ?? []);
      });
    },

    async unassignPrivateIps(networkInterfaceId: string, addresses: string[]): Promise<void> {
      const input = { NetworkInterfaceId: networkInterfaceId, PrivateIpAddresses: addresses };
      await call("UnassignPrivateIpAddresses", () => client.send(new sdk.UnassignPrivateIpAddressesCommand(input)));
    },

    /** Not repeatable where a count is asked for. Returns what was assigned. */
    assignIpv6Addresses(networkInterfaceId: string, wanted: Addresses): Promise<string[]> {
      const [action, which] =
        "addresses" in wanted
          ? (["AssignIpv6Addresses", { Ipv6Addresses: wanted.addresses }] as const)
          : (["AssignIpv6Addresses by count", { Ipv6AddressCount: wanted.count }] as const);
      const input = { NetworkInterfaceId: networkInterfaceId, ...which };
      return call(
        action,
        async () => (await client.send(new sdk.AssignIpv6AddressesCommand(input))).AssignedIpv6Addresses ?? [],
      );
    },

    async unassignIpv6Addresses(networkInterfaceId: string, addresses: string[]): Promise<void> {
      const input = { NetworkInterfaceId: networkInterfaceId, Ipv6Addresses: addresses };
      await call("UnassignIpv6Addresses", () => client.send(new sdk.UnassignIpv6AddressesCommand(input)));
    },

    async attachNetworkInterface(networkInterfaceId: string, instanceId: string, deviceIndex: number): Promise<void> {
      const input = { NetworkInterfaceId: networkInterfaceId, InstanceId: instanceId, DeviceIndex: deviceIndex };
      await call("AttachNetworkInterface", () => client.send(new sdk.AttachNetworkInterfaceCommand(input)));
    },

    async detachNetworkInterface(attachmentId: string): Promise<void> {
      const input = { AttachmentId: attachmentId };
      await call("DetachNetworkInterface", () => client.send(new sdk.DetachNetworkInterfaceCommand(input)));
    },

    async deleteNetworkInterface(networkInterfaceId: string): Promise<void> {
      const input = { NetworkInterfaceId: networkInterfaceId };
      await call("DeleteNetworkInterface", () => client.send(new sdk.DeleteNetworkInterfaceCommand(input)));
    },
  };
};
