import assert from "node:assert/strict";
import { CreateNetworkInterfaceCommand, DeleteNetworkInterfaceCommand } from "@aws-sdk/client-ec2";
import { type Statement, WELL_KNOWN } from "../../../../local/ec2";
import { type Asked, verdictOn } from "../../../../local/ec2/conditions/policy";
import { refused } from "../scenes";
import { simulated } from "../support";

const ASKED: Asked = {
  permission: "ec2:StopInstances",
  resource: "arn:aws:ec2:us-east-1:123456789012:instance/i-0a1b2c3d",
  context: { "aws:ResourceTag/Team": "blue" },
};
const ALLOW: Statement = { Effect: "Allow", Action: "ec2:*", Resource: "*" };

const verdict = (...parts: Partial<Statement>[]): string =>
  verdictOn(
    parts.map((part) => ({ ...ALLOW, ...part })),
    ASKED,
  );

describe("a policy", () => {
  it("allows what one of its statements allows, and nothing else", () => {
    assert.equal(verdict({}), "allowed");
    assert.equal(verdict({ Action: ["ec2:Start*", "ec2:Stop*"] }), "allowed");
    assert.equal(verdict({ Action: "ec2:Start*" }), "not allowed");
    assert.equal(verdict(), "not allowed");
  });

  it("denies what one of its statements denies, whatever another allows", () => {
    assert.equal(verdict({}, { Effect: "Deny", Action: "ec2:StopInstances" }), "denied");
    assert.equal(verdict({}, { Effect: "Deny", Action: "ec2:StartInstances" }), "allowed");
  });

  it("is about resources by ARN, with patterns in which case counts", () => {
    assert.equal(verdict({ Resource: "arn:*:ec2:*:*:instance/*" }), "allowed");
    assert.equal(verdict({ Resource: ["arn:aws:ec2:*:*:volume/*", ASKED.resource] }), "allowed");
    assert.equal(verdict({ Resource: "arn:*:ec2:*:*:Instance/*" }), "not allowed");
    assert.equal(verdict({ Resource: "arn:*:ec2:*:*:instance/i-0a1b2c3?" }), "allowed");
  });

  it("holds under all of its conditions, each by any of its values", () => {
    const team = (wanted: string | string[]): Statement["Condition"] => ({
      StringEquals: { "aws:ResourceTag/Team": wanted },
    });
    assert.equal(verdict({ Condition: team("blue") }), "allowed");
    assert.equal(verdict({ Condition: team(["red", "blue"]) }), "allowed");
    assert.equal(verdict({ Condition: team("bl*") }), "not allowed");
    assert.equal(verdict({ Condition: { StringLike: { "aws:ResourceTag/Team": "bl*" } } }), "allowed");
    const stage = { Null: { "aws:ResourceTag/Stage": "true" } };
    assert.equal(verdict({ Condition: { ...team("blue"), ...stage } }), "allowed");
    assert.equal(verdict({ Condition: { ...team("red"), ...stage } }), "not allowed");
    assert.equal(verdict({ Condition: { StringLike: { "aws:ResourceTag/Stage": "*" } } }), "not allowed");
  });

  it("is refused by the simulator where it has an operator that is not modelled", () => {
    assert.throws(
      () => verdict({ Condition: { DateLessThan: {} } }),
      /does not model the condition operator "DateLess/,
    );
  });

  it("is asked about each thing that a call names or makes, with the tags of each", async () => {
    const { ec2, simulator } = simulated();
    const SubnetId = WELL_KNOWN.subnetA;
    const byTag = { "aws:RequestTag/Team": "blue" };
    simulator.iam.attach([
      { ...ALLOW, Resource: "arn:*:ec2:*:*:network-interface/*", Condition: { StringEquals: byTag } },
      { ...ALLOW, Resource: "arn:*:ec2:*:*:subnet/*" },
      { ...ALLOW, Condition: { StringEquals: { "aws:ResourceTag/Team": "blue" } } },
    ]);
    const tagged = (Value: string): CreateNetworkInterfaceCommand =>
      new CreateNetworkInterfaceCommand({
        SubnetId,
        TagSpecifications: [{ ResourceType: "network-interface", Tags: [{ Key: "Team", Value }] }],
      });
    const because = /ec2:CreateNetworkInterface on resource: \S+:network-interface\/\* because no/;
    await refused(ec2.send(tagged("red")), "UnauthorizedOperation", because, 403);
    const { NetworkInterface } = await ec2.send(tagged("blue"));
    simulator.iam.clear();
    const { NetworkInterface: other } = await ec2.send(tagged("red"));
    simulator.iam.attach([{ ...ALLOW, Condition: { StringEquals: { "aws:ResourceTag/Team": "blue" } } }]);
    const drop = (id: string | undefined): DeleteNetworkInterfaceCommand =>
      new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: id });
    await refused(ec2.send(drop(other?.NetworkInterfaceId)), "UnauthorizedOperation", /network-interface\/eni-/, 403);
    await ec2.send(drop(NetworkInterface?.NetworkInterfaceId));
  });
});
