import assert from "node:assert/strict";
import { AssociateSecurityGroupVpcCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { group, NO_GROUP, ofCreate, ofUpdate, only, scene } from "./scene";

describe("a security group", () => {
  it("has to exist", async () => {
    const given = { securityGroupIds: [WELL_KNOWN.otherSecurityGroup, NO_GROUP] };
    assert.deepEqual(await only(ofCreate(scene(), given)), {
      property: "securityGroupIds[1]",
      reason: `securityGroupIds[1]: ${NO_GROUP} does not exist in us-east-1; check it, and the region`,
    });
  });

  it("has to be of the subnet's VPC, or associated with it", async () => {
    const the = scene();
    const id = await group(the, "elsewhere", WELL_KNOWN.defaultVpcId);
    const { property, reason } = await only(ofCreate(the, { securityGroupIds: [id] }));
    assert.equal(property, "securityGroupIds[0]");
    assert.equal(
      reason,
      `securityGroupIds[0]: ${id} is of ${WELL_KNOWN.defaultVpcId}, but subnetId: ${WELL_KNOWN.subnetA} is in ${WELL_KNOWN.vpcId}; name a security group of ${WELL_KNOWN.vpcId}, or associate this one with it`,
    );
    await the.somebody.send(new AssociateSecurityGroupVpcCommand({ GroupId: id, VpcId: WELL_KNOWN.vpcId }));
    const later = scene();
    later.simulator.restore(the.simulator.snapshot());
    assert.deepEqual(await ofCreate(later, { securityGroupIds: [id] }), []);
  });

  it("is judged again in another subnet, and not where neither changes", async () => {
    const the = scene();
    const before = { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] };
    const [moved] = await ofUpdate(the, before, { subnetId: WELL_KNOWN.defaultSubnets[0] });
    assert.match(moved?.reason ?? "", /is of vpc-\w+, but subnetId: /);
    assert.deepEqual(await ofUpdate(the, { securityGroupIds: [NO_GROUP] }, { tags: { Team: "a" } }), []);
  });

  it("is one of at most as many as the account may put on an interface, which is asked for with more than five", async () => {
    const the = scene();
    const securityGroupIds: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) {
      securityGroupIds.push(await group(the, name));
    }
    the.calls();
    assert.deepEqual(await ofCreate(the, { securityGroupIds }), []);
    assert.ok(!the.calls().includes("DescribeAccountAttributes"));
    const more = { securityGroupIds: [...securityGroupIds, WELL_KNOWN.otherSecurityGroup] };
    const { property, reason } = await only(ofCreate(the, more));
    assert.equal(property, "securityGroupIds");
    assert.match(reason, /^securityGroupIds has 6 groups, and this account can put 5 on .*us-east-1; .*L-2AFB9258/);
    const raised = scene();
    raised.simulator.restore(the.simulator.snapshot());
    raised.simulator.quotas.set("security-groups-per-interface", 6);
    assert.deepEqual(await ofCreate(raised, more), []);
  });

  it("has to be named in a subnet that another account shares", async () => {
    const the = scene();
    const state = the.simulator.snapshot();
    Object.assign(state.subnets[WELL_KNOWN.subnetA] ?? {}, { ownerId: "999999999999" });
    Reflect.deleteProperty(state.securityGroups, WELL_KNOWN.securityGroup);
    the.simulator.restore(state);
    const { property, reason } = await only(ofCreate(the));
    assert.equal(property, "securityGroupIds");
    assert.match(
      reason,
      /^securityGroupIds: name at least one; .* subnetId: subnet-\w+ is in vpc-\w+, .*another account's/,
    );
    assert.deepEqual(await ofCreate(the, { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] }), []);
    const dropped = await ofUpdate(
      the,
      { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] },
      { securityGroupIds: undefined },
    );
    assert.equal(dropped.length, 1);
    // An adopted interface has its groups.
    assert.deepEqual(await ofCreate(the, { adopt: { networkInterfaceId: "eni-0a1b2c3d4e5f60718" } }), []);
  });
});
