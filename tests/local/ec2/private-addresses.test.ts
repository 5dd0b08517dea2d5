import assert from "node:assert/strict";

import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DescribeSubnetsCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { launched, launchedOn, madeInterface, present, refused } from "./scenes";
import { simulated } from "./support";

describe("private addresses", () => {
  async function freeCount(ec2: EC2Client, subnetId: string): Promise<number | undefined> {
    const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({ SubnetIds: [subnetId] }));
    return Subnets[0]?.AvailableIpAddressCount;
  }

  it("are unique in their subnet, and free again with their interface", async () => {
    const { ec2 } = simulated();
    const first = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
    await refused(
      madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" }),
      "InvalidIPAddress.InUse",
      /^Address 10\.0\.1\.7 is in use\.$/,
    );
    await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: first.NetworkInterfaceId }));
    await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7" });
  });

  it("must lie in the subnet, and not be one of the five that EC2 keeps", async () => {
    const { ec2 } = simulated();
    await refused(
      madeInterface(ec2, { PrivateIpAddress: "10.0.2.7" }),
      "InvalidParameterValue",
      /Address does not fall within the subnet's address range/,
    );
    for (const reserved of ["10.0.1.0", "10.0.1.1", "10.0.1.2", "10.0.1.3", "10.0.1.255"]) {
      await refused(madeInterface(ec2, { PrivateIpAddress: reserved }), "InvalidParameterValue", /reserved/);
    }
    await refused(madeInterface(ec2, { PrivateIpAddress: "10.0.1.300" }), "InvalidParameterValue");
  });

  it("run out: eleven in a /28, counted as they go", async () => {
    const { ec2 } = simulated();
    const SubnetId = WELL_KNOWN.tinySubnet;
    assert.equal(await freeCount(ec2, SubnetId), 11);
    const made = [];
    for (let count = 0; count < 11; count += 1) made.push(await madeInterface(ec2, { SubnetId }));
    assert.equal(new Set(made.map(({ PrivateIpAddress }) => PrivateIpAddress)).size, 11);
    assert.equal(await freeCount(ec2, SubnetId), 0);
    await refused(madeInterface(ec2, { SubnetId }), "InsufficientFreeAddressesInSubnet");
    await refused(launched(ec2, { SubnetId }), "InsufficientFreeAddressesInSubnet");
    const instance = await launchedOn(ec2, present(made[0]).NetworkInterfaceId);
    assert.equal(instance.State?.Name, "pending");
  });

  it("may be several on one interface, asked for by number or one by one", async () => {
    const { ec2 } = simulated();
    const counted = await madeInterface(ec2, { PrivateIpAddress: "10.0.1.7", SecondaryPrivateIpAddressCount: 2 });
    assert.equal(counted.PrivateIpAddresses?.length, 3);
    assert.deepEqual(
      counted.PrivateIpAddresses.map(({ Primary }) => Primary),
      [true, false, false],
    );
    const PrivateIpAddresses = [
      { PrivateIpAddress: "10.0.1.20", Primary: true },
      { PrivateIpAddress: "10.0.1.21", Primary: false },
    ];
    const listed = await madeInterface(ec2, { PrivateIpAddresses });
    assert.equal(listed.PrivateIpAddress, "10.0.1.20");
    await refused(
      ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddresses })),
      "InvalidIPAddress.InUse",
    );
  });
});
