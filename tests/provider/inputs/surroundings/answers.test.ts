/** Looks that the credentials may not take. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { deny, group, NO_GROUP, ofCreate, scene } from "./scene";

describe("credentials that may not look something up", () => {
  it("pass a preview that says nothing of it, and are not asked twice", async () => {
    const the = scene();
    const id = await group(the, "elsewhere", WELL_KNOWN.defaultVpcId);
    const securityGroupIds: string[] = [id];
    for (const name of ["a", "b", "c", "d", "e"]) {
      securityGroupIds.push(await group(the, name));
    }
    deny(
      the,
      "DescribeAccountAttributes",
      "DescribeAvailabilityZones",
      "DescribeKeyPairs",
      "DescribePlacementGroups",
      "GetSecurityGroupsForVpc",
    );
    the.calls();
    const given = { securityGroupIds, keyName: "nobody", placementGroup: "nowhere" };
    assert.deepEqual(await ofCreate(the, given), []);
    assert.ok(the.calls().includes("DescribeKeyPairs"));
    assert.deepEqual(await ofCreate(the, given), []);
    assert.deepEqual(the.calls(), []);
    deny(the, "DescribeSecurityGroups");
    assert.deepEqual(await ofCreate(the, { securityGroupIds: [NO_GROUP] }), []);
  });

  it("are told apart from an EC2 that does not answer, which is thrown", async () => {
    for (const action of ["DescribeKeyPairs", "DescribeSecurityGroups", "DescribePlacementGroups"]) {
      const the = scene();
      the.simulator.faults.add({ action, error: { code: "PendingVerification" } });
      const given = { keyName: "nobody", placementGroup: "nowhere" };
      await assert.rejects(ofCreate(the, given), /PendingVerification/, action);
    }
  });
});
