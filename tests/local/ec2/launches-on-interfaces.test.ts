import assert from "node:assert/strict";

import { type RunInstancesCommandInput } from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";
import { LONG, launched, launchedOn, madeInterface, present, refused, seenInterface, terminated } from "./scenes";
import { simulated } from "./support";

describe("a launch on an interface that exists", () => {
  const combinations: [
    what: string,
    input: Partial<RunInstancesCommandInput>,
    extra: object,
    code: string,
    message: RegExp,
  ][] = [
    ["a subnet", { SubnetId: WELL_KNOWN.subnetA }, {}, "InvalidParameterCombination", /instance-level subnet ID/],
    [
      "security groups",
      { SecurityGroupIds: [WELL_KNOWN.securityGroup] },
      {},
      "InvalidParameterCombination",
      /Network interfaces and an instance-level security groups may not be specified on the same request/,
    ],
    ["a private address", { PrivateIpAddress: "10.0.1.7" }, {}, "InvalidParameterCombination", /private IP address/],
    [
      "deletion on termination",
      {},
      { DeleteOnTermination: true },
      "InvalidParameterCombination",
      /A network interface may not specify a network interface ID and delete on termination as true/,
    ],
    ["groups of its own", {}, { Groups: [WELL_KNOWN.securityGroup] }, "InvalidParameterCombination", /security groups/],
    ["a subnet of its own", {}, { SubnetId: WELL_KNOWN.subnetA }, "InvalidParameterCombination", /subnet/],
    ["no index 0", {}, { DeviceIndex: 1 }, "InvalidParameterValue", /device at index 0/],
    ["more than one instance", { MaxCount: 2 }, {}, "InvalidParameterCombination", /more than one instance/],
    [
      "another zone",
      { Placement: { AvailabilityZone: "us-east-1b" } },
      {},
      "InvalidParameterCombination",
      /us-east-1b/,
    ],
    [
      "tags for it",
      { TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "a", Value: "b" }] }] },
      {},
      "InvalidParameterValue",
      /no network interfaces being created/,
    ],
  ];
  for (const [what, input, extra, code, message] of combinations) {
    it(`does not go with ${what}`, async () => {
      const { ec2 } = simulated();
      const { NetworkInterfaceId: id } = await madeInterface(ec2);
      const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: id, ...extra }];
      await refused(launched(ec2, { NetworkInterfaces, ...input }), code, message);
      assert.equal((await seenInterface(ec2, id)).Status, "available");
    });
  }

  it("needs one that is there", async () => {
    const { ec2 } = simulated();
    await refused(launchedOn(ec2, "eni-0aaaaaaaaaaaaaaaa"), "InvalidNetworkInterfaceID.NotFound");
    await refused(launchedOn(ec2, "eni-1"), "InvalidNetworkInterfaceId.Malformed");
  });

  it("needs a type that takes as many addresses as it has", async () => {
    const { ec2 } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2, { SecondaryPrivateIpAddressCount: 2 });
    await refused(launchedOn(ec2, id, { InstanceType: "t3.micro" }), "InvalidInterface.IpAddressLimitExceeded");
    await launchedOn(ec2, id, { InstanceType: "t3.small" });
  });

  it("can add new interfaces beside it, which stay where nothing else is said", async () => {
    const { ec2, clock } = simulated();
    const { NetworkInterfaceId: id } = await madeInterface(ec2);
    const NetworkInterfaces = [
      { DeviceIndex: 0, NetworkInterfaceId: id },
      { DeviceIndex: 1, SubnetId: WELL_KNOWN.tinySubnet, Description: "second" },
    ];
    const instance = await launched(ec2, { NetworkInterfaces });
    const second = present(instance.NetworkInterfaces?.[1]);
    assert.equal(second.Description, "second");
    await terminated(ec2, instance);
    clock.advance(LONG);
    assert.equal((await seenInterface(ec2, present(second.NetworkInterfaceId))).Status, "available");
  });
});
