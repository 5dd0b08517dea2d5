/** The rights of the component's function. */
import assert from "node:assert/strict";
import { policyOf } from "../../../provider/ec2/policies";
import { declared, mocked, one, ROLE_POLICY, type Statement, statementsOf } from "./registered";

describe("ManagedInstanceController", function () {
  this.timeout(30_000);
  before(mocked);

  it("may do what docs/permissions.md says of a controller, and beside it use its own queue and log", async () => {
    await declared("machines");
    const statements = statementsOf(one(ROLE_POLICY, "machines").policy);
    const general = policyOf("controller").Statement;
    assert.deepEqual(statements.slice(0, general.length), general);
    assert.deepEqual(
      statements.slice(general.length).map(({ Resource, Action }) => [Resource, Action]),
      [
        [
          "arn:aws:sqs:us-east-1:123456789012:machines",
          [
            "sqs:ChangeMessageVisibility",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ReceiveMessage",
            "sqs:SendMessage",
          ],
        ],
        ["arn:aws:cloudwatch:us-east-1:123456789012:machines:*", ["logs:CreateLogStream", "logs:PutLogEvents"]],
      ],
    );
    // IAM's limit on what a role has inline.
    assert.ok(JSON.stringify(statements).length < 10_240);
  });

  it("gives instances only the roles that are named", async () => {
    const role = "arn:aws:iam::123456789012:role/machine";
    await declared("machines", { instanceRoleArns: [role] });
    const passing = (): Statement | undefined =>
      statementsOf(one(ROLE_POLICY, "machines").policy).find((it) => it.Action === "iam:PassRole");
    assert.deepEqual(passing()?.Resource, [role]);
    await declared("machines", { instanceRoleArns: [] });
    assert.equal(passing(), undefined);
  });
});
