/** The reads of what a program only names. */
import assert from "node:assert/strict";
import {
  AssociateSecurityGroupVpcCommand,
  CreateSecurityGroupCommand,
  ModifyAvailabilityZoneGroupCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { CALLER, simulated } from "../../local/ec2/support";
import { createEc2 } from "../../../provider/ec2/client";
import { TAGS } from "./account";

function account() {
  const { simulator, ec2: somebody, clock } = simulated();
  const ec2 = createEc2({
    region: "us-east-1",
    clock: {
      now: () => clock.now(),
      sleep: (ms: number) => {
        clock.advance(ms);
        return Promise.resolve();
      },
    },
    requestHandler: simulator.requestHandler(),
    ...CALLER,
  });
  return { ec2, somebody };
}

describe("the EC2 client and what a program names", () => {
  it("finds a security group, a key pair and a placement group by name, and nothing where there is none", async () => {
    const { ec2 } = account();
    assert.deepEqual(await ec2.describeSecurityGroup(WELL_KNOWN.otherSecurityGroup), {
      id: WELL_KNOWN.otherSecurityGroup,
      vpcId: WELL_KNOWN.vpcId,
    });
    assert.deepEqual(await ec2.describeKeyPair("demo"), { name: "demo" });
    assert.deepEqual(await ec2.describePlacementGroup("demo"), { name: "demo", strategy: "spread" });
    assert.equal(await ec2.describeSecurityGroup("sg-0a1b2c3d"), undefined);
    assert.equal(await ec2.describeKeyPair("nobody"), undefined);
    assert.equal(await ec2.describePlacementGroup("nowhere"), undefined);
  });

  it("knows whether a security group can be used in a VPC, and how many an interface takes", async () => {
    const { ec2, somebody } = account();
    const input = { GroupName: "shared", Description: "shared", VpcId: WELL_KNOWN.defaultVpcId };
    const { GroupId = "" } = await somebody.send(new CreateSecurityGroupCommand(input));
    assert.equal(await ec2.canUseSecurityGroup(GroupId, WELL_KNOWN.vpcId), false);
    await somebody.send(new AssociateSecurityGroupVpcCommand({ GroupId, VpcId: WELL_KNOWN.vpcId }));
    assert.equal(await ec2.canUseSecurityGroup(GroupId, WELL_KNOWN.vpcId), true);
    assert.equal(await ec2.findMostSecurityGroups(), 5);
  });

  it("allocates and releases an address in the network border group of a Local Zone or of a Wavelength Zone", async () => {
    const { ec2, somebody } = account();
    for (const GroupName of ["us-east-1-bos-1", "us-east-1-wl1"]) {
      await somebody.send(new ModifyAvailabilityZoneGroupCommand({ GroupName, OptInStatus: "opted-in" }));
    }
    for (const name of ["us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1"]) {
      const zone = await ec2.describeZone(name);
      assert.notEqual(zone?.networkBorderGroup, "us-east-1");
      const made = await ec2.allocateAddress(TAGS, zone?.networkBorderGroup);
      assert.equal(made.networkBorderGroup, zone?.networkBorderGroup);
      assert.match(made.publicIp, /^\d+\.\d+\.\d+\.\d+$/);
      const [seen] = await ec2.describeAddresses({ "allocation-id": [made.allocationId] });
      assert.deepEqual(seen, made);
      await ec2.releaseAddress(made);
      assert.deepEqual(await ec2.describeAddresses({ "allocation-id": [made.allocationId] }), []);
    }
    assert.equal(await ec2.describeZone("us-east-1z"), undefined);
  });
});
