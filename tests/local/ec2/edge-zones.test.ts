import assert from "node:assert/strict";

import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateSubnetCommand,
  DescribeAddressesCommand,
  DescribeAvailabilityZonesCommand,
  DescribeInstanceTypeOfferingsCommand,
  type EC2Client,
  ModifyAvailabilityZoneGroupCommand,
  ReleaseAddressCommand,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { launched, madeInterface, present, refused } from "./scenes";
import { simulated } from "./support";

const LOCAL = { zone: "us-east-1-bos-1a", group: "us-east-1-bos-1" };
const WAVELENGTH = { zone: "us-east-1-wl1-bos-wlz-1", group: "us-east-1-wl1", border: "us-east-1-wl1-bos-wlz-1" };

async function optIn(ec2: EC2Client, GroupName: string): Promise<void> {
  await ec2.send(new ModifyAvailabilityZoneGroupCommand({ GroupName, OptInStatus: "opted-in" }));
}

async function subnetIn(ec2: EC2Client, AvailabilityZone: string): Promise<string> {
  const input = { VpcId: WELL_KNOWN.vpcId, CidrBlock: "10.0.20.0/24", AvailabilityZone };
  return present((await ec2.send(new CreateSubnetCommand(input))).Subnet?.SubnetId);
}

describe("a Local Zone and a Wavelength Zone", () => {
  it("are there for an account that has opted in to their group only", async () => {
    const { ec2 } = simulated();
    const names = async () =>
      (await ec2.send(new DescribeAvailabilityZonesCommand({}))).AvailabilityZones?.map((it) => it.ZoneName);
    assert.deepEqual(await names(), ["us-east-1a", "us-east-1b", "us-east-1c"]);
    await refused(subnetIn(ec2, LOCAL.zone), "InvalidParameterValue", /availabilityZone/);
    await optIn(ec2, LOCAL.group);
    assert.deepEqual(await names(), ["us-east-1a", "us-east-1b", "us-east-1c", LOCAL.zone]);
    const all = await ec2.send(new DescribeAvailabilityZonesCommand({ AllAvailabilityZones: true }));
    assert.deepEqual(
      all.AvailabilityZones?.slice(3).map((it) => [it.ZoneId, it.ZoneType, it.NetworkBorderGroup, it.OptInStatus]),
      [
        ["use1-bos1-az1", "local-zone", LOCAL.group, "opted-in"],
        ["use1-wl1-bos-wlz1", "wavelength-zone", WAVELENGTH.border, "not-opted-in"],
      ],
    );
    await refused(optIn(ec2, "us-east-1"), "InvalidParameterValue");
  });

  it("offer few types", async () => {
    const { ec2 } = simulated();
    await optIn(ec2, LOCAL.group);
    const Filters = [{ Name: "location", Values: [LOCAL.zone] }];
    const input = { LocationType: "availability-zone", Filters } as const;
    const { InstanceTypeOfferings = [] } = await ec2.send(new DescribeInstanceTypeOfferingsCommand(input));
    assert.deepEqual(
      InstanceTypeOfferings.map((it) => it.InstanceType),
      ["t3.medium", "t3.xlarge", "m5.2xlarge"],
    );
    const SubnetId = await subnetIn(ec2, LOCAL.zone);
    await launched(ec2, { SubnetId, InstanceType: "t3.medium" });
    await refused(launched(ec2, { SubnetId, InstanceType: "t3.micro" }), "Unsupported", /choosing us-east-1a,/);
  });

  it("take Elastic IPs of their own network border group only, which are released with its name", async () => {
    const { ec2 } = simulated();
    await optIn(ec2, LOCAL.group);
    const { NetworkInterfaceId } = await madeInterface(ec2, { SubnetId: await subnetIn(ec2, LOCAL.zone) });
    const ofRegion = await ec2.send(new AllocateAddressCommand({}));
    const associate = new AssociateAddressCommand({ AllocationId: ofRegion.AllocationId, NetworkInterfaceId });
    await refused(ec2.send(associate), "InvalidParameterCombination", /network border group/);
    const { AllocationId, NetworkBorderGroup, PublicIp } = await ec2.send(
      new AllocateAddressCommand({ NetworkBorderGroup: LOCAL.group }),
    );
    assert.equal(NetworkBorderGroup, LOCAL.group);
    assert.ok(PublicIp !== undefined);
    const free = await madeInterface(ec2);
    const elsewhere = new AssociateAddressCommand({ AllocationId, NetworkInterfaceId: free.NetworkInterfaceId });
    await refused(ec2.send(elsewhere), "InvalidParameterCombination", /network border group/);
    await refused(ec2.send(new ReleaseAddressCommand({ AllocationId })), "InvalidAddress.NotFound");
    await ec2.send(new ReleaseAddressCommand({ AllocationId, NetworkBorderGroup: LOCAL.group }));
    const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({}));
    assert.deepEqual(
      Addresses.map((it) => [it.AllocationId, it.NetworkBorderGroup]),
      [[ofRegion.AllocationId, "us-east-1"]],
    );
  });

  it("give carrier IPs where the zone is of a carrier", async () => {
    const { ec2 } = simulated();
    const allocate = new AllocateAddressCommand({ NetworkBorderGroup: WAVELENGTH.border });
    await refused(ec2.send(allocate), "InvalidParameterValue", /networkBorderGroup/);
    await optIn(ec2, WAVELENGTH.group);
    const { CarrierIp, PublicIp, AllocationId = "" } = await ec2.send(allocate);
    assert.ok(CarrierIp !== undefined);
    assert.equal(PublicIp, undefined);
    const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [AllocationId] }));
    assert.deepEqual([Addresses[0]?.CarrierIp, Addresses[0]?.PublicIp], [CarrierIp, undefined]);
  });
});
