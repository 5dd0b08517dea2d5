/** A machine in a Local Zone: its Elastic IP is of the zone's network border group, and is released there. */
import assert from "node:assert/strict";
import { CreateSubnetCommand, ModifyAvailabilityZoneGroupCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { program, type Stack } from "./support";
import { failureOf, made, nothingIsLeft, only, quick, somebody } from "./world";
import { machineOf } from "./machine";

async function inBoston(): Promise<{ owner: Stack; wanted: Record<string, unknown> }> {
  const owner = quick();
  const ec2 = somebody(owner);
  await ec2.send(new ModifyAvailabilityZoneGroupCommand({ GroupName: "us-east-1-bos-1", OptInStatus: "opted-in" }));
  const input = { VpcId: WELL_KNOWN.vpcId, CidrBlock: "10.0.20.0/24", AvailabilityZone: "us-east-1-bos-1a" };
  const { Subnet } = await ec2.send(new CreateSubnetCommand(input));
  return { owner, wanted: { subnetId: Subnet?.SubnetId, instanceType: "t3.medium", elasticIp: true } };
}

describe("a machine in a Local Zone", () => {
  it("has an Elastic IP of the zone's network border group, and leaves none behind", async () => {
    const { owner, wanted } = await inBoston();
    await owner.up(program(wanted));
    machineOf(owner);
    assert.equal(only(made(owner).elasticIps).networkBorderGroup, "us-east-1-bos-1");
    await owner.up(program({ ...wanted, elasticIp: false }));
    assert.deepEqual(made(owner).elasticIps, []);
    await owner.up(program(wanted));
    await owner.destroy();
    nothingIsLeft(owner);
  });

  it("says which right it takes to find the group", async () => {
    const { owner, wanted } = await inBoston();
    owner.simulator.iam.deny("DescribeAvailabilityZones");
    const { message } = await failureOf(owner.up(program(wanted)));
    assert.match(message, /could not allocate an Elastic IP: DescribeAvailabilityZones was denied: .*Kept: eni-/);
  });
});
