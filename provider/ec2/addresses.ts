/** Elastic IPs. */
import * as sdk from "@aws-sdk/client-ec2";
import type { ElasticIp, Tags } from "../model/things";
import type { Caller } from "./caller";
import type { Filters } from "./filters";
import { byFilters } from "./reads";
import { present } from "./replies";
import { tagSpecifications, tagsOf, toTagList } from "./tagging";

function elasticIpOf(address: sdk.Address): ElasticIp {
  return {
    allocationId: present(address.AllocationId, "allocation id"),
    publicIp: present(address.PublicIp ?? address.CarrierIp, "public IP"),
    ...(address.NetworkBorderGroup === undefined ? {} : { networkBorderGroup: address.NetworkBorderGroup }),
    ...(address.AssociationId === undefined
      ? {}
      : {
          association: {
            id: address.AssociationId,
            networkInterfaceId: address.NetworkInterfaceId,
            privateIp: address.PrivateIpAddress,
            instanceId: address.InstanceId === "" ? undefined : address.InstanceId,
          },
        }),
    tags: tagsOf(address.Tags),
  };
}

const ELASTIC_IPS = byFilters(
  "DescribeAddresses",
  async (client, input) =>
    ((await client.send(new sdk.DescribeAddressesCommand(input))).Addresses ?? []).map(elasticIpOf),
  {
    "allocation-id": (it) => it.allocationId,
    "public-ip": (it) => it.publicIp,
    "network-interface-id": (it) => it.association?.networkInterfaceId,
  },
);

export const addressCalls = ({ client, call, find }: Caller) => ({
  describeAddresses: (filters: Filters): Promise<ElasticIp[]> => find(ELASTIC_IPS, filters),

  /**
   * The one call that may not be repeated blindly: it has no client token.
   *
   * @param networkBorderGroup another one than the region's
   */
  allocateAddress(tags: Tags, networkBorderGroup?: string): Promise<ElasticIp> {
    return call("AllocateAddress", async () => {
      const { AllocationId, PublicIp, CarrierIp, NetworkBorderGroup } = await client.send(
        new sdk.AllocateAddressCommand({
          Domain: "vpc",
          TagSpecifications: tagSpecifications(tags, "elastic-ip"),
          NetworkBorderGroup: networkBorderGroup,
        }),
      );
      return elasticIpOf({ AllocationId, PublicIp, CarrierIp, NetworkBorderGroup, Tags: toTagList(tags) });
    });
  },

  /** Never takes an address from a holder. */
  associateAddress(allocationId: string, networkInterfaceId: string, privateIp: string): Promise<string> {
    return call("AssociateAddress", async () => {
      const reply = await client.send(
        new sdk.AssociateAddressCommand({
          AllocationId: allocationId,
          NetworkInterfaceId: networkInterfaceId,
          PrivateIpAddress: privateIp,
          AllowReassociation: false,
        }),
      );
      return present(reply.AssociationId, "association id");
    });
  },

  async disassociateAddress(associationId: string): Promise<void> {
    const input = { AssociationId: associationId };
    await call("DisassociateAddress", () => client.send(new sdk.DisassociateAddressCommand(input)));
  },

  /** EC2 finds an address only in its network border group. */
  async releaseAddress(elasticIp: Pick<ElasticIp, "allocationId" | "networkBorderGroup">): Promise<void> {
    const input = { AllocationId: elasticIp.allocationId, NetworkBorderGroup: elasticIp.networkBorderGroup };
    await call("ReleaseAddress", () => client.send(new sdk.ReleaseAddressCommand(input)));
  },
});
