/** The resources that the component declares, under Pulumi's mocks: all of them, and what of each matters. */
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import {
  ALARM,
  declared,
  FUNCTION,
  LOG_GROUP,
  MAPPING,
  mocked,
  one,
  parsed,
  QUEUE,
  registered,
  RULE,
  statementsOf,
  TARGET,
  valueOf,
} from "./registered";

describe("ManagedInstanceController", function () {
  this.timeout(30_000);
  before(mocked);

  it("declares two queues, four rules, a function with its role and log, and two alarms", async () => {
    await declared("machines");
    assert.deepEqual(registered.map(({ type, name }) => `${type.replace(/.*:/, "")} ${name}`).sort(), [
      "EventRule machines-rebalance",
      "EventRule machines-spot-interruption",
      "EventRule machines-state-change",
      "EventRule machines-tick",
      "EventSourceMapping machines",
      "EventTarget machines-rebalance",
      "EventTarget machines-spot-interruption",
      "EventTarget machines-state-change",
      "EventTarget machines-tick",
      "Function machines",
      "LogGroup machines",
      "ManagedInstanceController machines",
      "MetricAlarm machines-dead-letters",
      "MetricAlarm machines-needs-attention",
      "Queue machines",
      "Queue machines-dead-letters",
      "QueuePolicy machines",
      "Role machines",
      "RolePolicy machines",
    ]);
  });

  it("has outputs that name what an operator looks at", async () => {
    const controller = await declared("machines");
    const { functionName, queueUrl, deadLetterQueueUrl, roleArn, roleName, logGroupName } = controller;
    const outputs = [functionName, queueUrl, deadLetterQueueUrl, roleArn, roleName, logGroupName];
    assert.deepEqual(await Promise.all(outputs.map(valueOf)), [
      "machines",
      "https://sqs/machines",
      "https://sqs/machines-dead-letters",
      "arn:aws:iam:us-east-1:123456789012:machines",
      "machines",
      "/aws/lambda/machines",
    ]);
  });

  it("sends EC2's events about instances that go, and a tick, to the queue", async () => {
    await declared("machines", { tickMinutes: 5 });
    const patterns = ["spot-interruption", "rebalance", "state-change"].map((it) =>
      parsed(one(RULE, `machines-${it}`).eventPattern),
    );
    assert.deepEqual(patterns, [
      { source: ["aws.ec2"], "detail-type": ["EC2 Spot Instance Interruption Warning"] },
      { source: ["aws.ec2"], "detail-type": ["EC2 Instance Rebalance Recommendation"] },
      {
        source: ["aws.ec2"],
        "detail-type": ["EC2 Instance State-change Notification"],
        detail: { state: ["stopping", "stopped", "shutting-down", "terminated"] },
      },
    ]);
    assert.equal(one(RULE, "machines-tick").scheduleExpression, "rate(5 minutes)");
    const target = one(TARGET, "machines-tick");
    assert.deepEqual([target.rule, target.arn], ["machines-tick", "arn:aws:sqs:us-east-1:123456789012:machines"]);
    await declared("machines");
    assert.equal(one(RULE, "machines-tick").scheduleExpression, "rate(1 minute)");
  });

  it("has queues that are encrypted, wait six times as long as the function runs, and put aside what fails five times", async () => {
    await declared("machines");
    const queue = one(QUEUE, "machines");
    const deadLetters = one(QUEUE, "machines-dead-letters");
    assert.deepEqual([queue.sqsManagedSseEnabled, deadLetters.sqsManagedSseEnabled], [true, true]);
    assert.equal(queue.visibilityTimeoutSeconds, 6 * Number(one(FUNCTION, "machines").timeout));
    assert.deepEqual(parsed(queue.redrivePolicy), {
      deadLetterTargetArn: "arn:aws:sqs:us-east-1:123456789012:machines-dead-letters",
      maxReceiveCount: 5,
    });
    assert.ok(Number(deadLetters.messageRetentionSeconds) > Number(queue.messageRetentionSeconds));
  });

  it("takes messages from its own rules only", async () => {
    await declared("machines");
    const [statement, ...others] = statementsOf(one("aws:sqs/queuePolicy:QueuePolicy", "machines").policy);
    assert.deepEqual(others, []);
    assert.deepEqual(statement?.Principal, { Service: "events.amazonaws.com" });
    assert.equal(statement.Action, "sqs:SendMessage");
    assert.deepEqual(
      statement.Condition?.ArnEquals?.["aws:SourceArn"],
      ["spot-interruption", "rebalance", "state-change", "tick"].map(
        (it) => `arn:aws:cloudwatch:us-east-1:123456789012:machines-${it}`,
      ),
    );
  });

  it("runs the bundle of this package on arm64, with the queue in its environment", async () => {
    await declared("machines", { memoryMb: 512, reservedConcurrency: 50 });
    const { runtime, architectures, handler, memorySize, environment, code, loggingConfig, ...other } = one(
      FUNCTION,
      "machines",
    );
    assert.deepEqual([runtime, architectures, handler, memorySize], ["nodejs24.x", ["arm64"], "index.handler", 512]);
    assert.equal(other.reservedConcurrentExecutions, 50);
    assert.deepEqual(environment, {
      variables: {
        MANAGED_INSTANCE_QUEUE_URL: "https://sqs/machines",
      },
    });
    assert.deepEqual(loggingConfig, { logFormat: "Text", logGroup: "/aws/lambda/machines" });
    const { assets } = code as { assets: Promise<Record<string, pulumi.asset.FileAsset>> };
    const { "index.js": file, ...rest } = await assets;
    assert.ok(existsSync((await file?.path) ?? ""));
    assert.deepEqual(rest, {});
  });

  it("runs the function on the runtime that is named, so that a newer one of Lambda's needs no newer package", async () => {
    for (const runtime of ["nodejs22.x", "nodejs26.x"]) {
      await declared("machines", { runtime });
      assert.equal(one(FUNCTION, "machines").runtime, runtime);
    }
  });

  it("names the default runtime on the page that says what to do when AWS retires one", async () => {
    await declared("machines");
    const page = readFileSync(join(__dirname, "../../../docs/operations.md"), "utf8");
    const [, runbook = ""] = page.split("### AWS retires the function's runtime");
    assert.ok(runbook.split("\n### ")[0]?.includes(String(one(FUNCTION, "machines").runtime)));
  });

  it("hands the function batches of which it says what failed", async () => {
    await declared("machines", { maxConcurrency: 7 });
    const mapping = one(MAPPING, "machines");
    assert.deepEqual(
      [mapping.functionResponseTypes, mapping.batchSize, mapping.maximumBatchingWindowInSeconds, mapping.scalingConfig],
      [["ReportBatchItemFailures"], 10, 0, { maximumConcurrency: 7 }],
    );
  });

  it("keeps its log as long as it is told to", async () => {
    await declared("machines");
    assert.equal(one(LOG_GROUP, "machines").retentionInDays, 30);
    await declared("machines", { logRetentionDays: 7 });
    assert.equal(one(LOG_GROUP, "machines").retentionInDays, 7);
  });

  it("raises an alarm about dead letters, and about machines that a person has to look at", async () => {
    const topic = "arn:aws:sns:us-east-1:123456789012:alarms";
    await declared("machines", { alarmActions: [pulumi.output(topic)] });
    const [dead, attention] = ["dead-letters", "needs-attention"].map((it) => one(ALARM, `machines-${it}`));
    assert.deepEqual(
      [dead?.namespace, dead?.metricName, dead?.dimensions],
      ["AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: "machines-dead-letters" }],
    );
    assert.deepEqual(
      [attention?.namespace, attention?.metricName, attention?.dimensions],
      ["ManagedInstance", "NeedsAttention", undefined],
    );
    for (const alarm of [dead, attention]) {
      assert.deepEqual(alarm?.alarmActions, [topic]);
      assert.deepEqual([alarm.threshold, alarm.comparisonOperator], [0, "GreaterThanThreshold"]);
    }
  });

  it("tags what can be tagged", async () => {
    const tags = { Team: "db" };
    await declared("machines", { tags });
    const untagged = registered.filter((it) => JSON.stringify(it.inputs.tags) !== JSON.stringify(tags));
    assert.deepEqual([...new Set(untagged.map((it) => it.type.replace(/.*:/, "")))].sort(), [
      "EventTarget",
      "ManagedInstanceController",
      "QueuePolicy",
      "RolePolicy",
    ]);
  });
});
