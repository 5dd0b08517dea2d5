import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import type { ManagedInstanceControllerArgs } from "./args";
import { functionCode } from "./bundle";
import { type CheckedArgs, checkedArgs } from "./checked-args";
import { ASSUMED_BY_LAMBDA, queuePolicy, rolePolicy } from "./role-policy";
import { EVENT_RULES, TICK } from "./rules";

const TYPE = "pulumi-managed-instance:index:ManagedInstanceController";

/** A run that takes longer is cut off, and the next run goes on with it. */
const TIMEOUT_SECONDS = 300;
/** AWS's advice is six times the function's. A failed message comes again sooner: the function says when. */
const VISIBILITY_SECONDS = 6 * TIMEOUT_SECONDS;
/** After so many tries a message is put aside. */
const MOST_TRIES = 5;
const DAY_SECONDS = 24 * 60 * 60;

/**
 * Looks after every managed instance of one account and region between two runs of `pulumi up`: instances that AWS takes back, that
 * are stopped or terminated, or that are unwell, and schedules. Declare it once for an account and region, in any stack.
 *
 * EventBridge's events about instances, and a tick every so often, go through a queue to a function in your account; it costs a
 * dollar or two a month (docs/operations.md).
 *
 * @example
 * ```ts
 * import { ManagedInstanceController } from "pulumi-managed-instance/controller";
 *
 * new ManagedInstanceController("managed-instances", { alarmActions: [topic.arn] });
 * ```
 */
export class ManagedInstanceController extends pulumi.ComponentResource {
  /** The name of the function. */
  readonly functionName: pulumi.Output<string>;
  /** The URL of the queue that the function works from. */
  readonly queueUrl: pulumi.Output<string>;
  /** The URL of the queue with the messages that could not be handled. */
  readonly deadLetterQueueUrl: pulumi.Output<string>;
  /** The ARN of the function's role. */
  readonly roleArn: pulumi.Output<string>;
  /** The name of the function's role, for further rights: on a KMS key, or an SSM parameter. */
  readonly roleName: pulumi.Output<string>;
  /** The name of the function's log group. */
  readonly logGroupName: pulumi.Output<string>;

  /**
   * @param name the name of the resource, and of the queue, the function and the rules in AWS: what is there twice is refused
   * @param args all of it has a default
   * @param opts Pulumi's resource options; `provider` says in which account and region
   */
  constructor(name: string, args: ManagedInstanceControllerArgs = {}, opts?: pulumi.ComponentResourceOptions) {
    const checked = checkedOrFail(name, args);
    super(TYPE, name, {}, opts);
    const parts = new Parts(this, name, checked);
    const queues = parts.queues();
    parts.rules(queues.queue);
    const { role, logGroup, lambda } = parts.worker(queues.queue);
    parts.alarms(queues.deadLetters);
    this.functionName = lambda.name;
    this.queueUrl = queues.queue.url;
    this.deadLetterQueueUrl = queues.deadLetters.url;
    this.roleArn = role.arn;
    this.roleName = role.name;
    this.logGroupName = logGroup.name;
    this.registerOutputs({
      functionName: this.functionName,
      queueUrl: this.queueUrl,
      deadLetterQueueUrl: this.deadLetterQueueUrl,
      roleArn: this.roleArn,
      roleName: this.roleName,
      logGroupName: this.logGroupName,
    });
  }
}

/** Pulumi prints a `RunError` as it is, without a stack of ours. */
function checkedOrFail(name: string, args: ManagedInstanceControllerArgs): CheckedArgs {
  try {
    return checkedArgs(name, args);
  } catch (error) {
    throw new pulumi.RunError((error as Error).message);
  }
}

interface Queues {
  queue: aws.sqs.Queue;
  deadLetters: aws.sqs.Queue;
}

interface Worker {
  role: aws.iam.Role;
  logGroup: aws.cloudwatch.LogGroup;
  lambda: aws.lambda.Function;
}

/** The resources of a controller, each its child and named after it. */
class Parts {
  private readonly opts: pulumi.CustomResourceOptions;

  constructor(
    parent: pulumi.Resource,
    private readonly name: string,
    private readonly args: CheckedArgs,
  ) {
    this.opts = { parent };
  }

  private get tags(): ManagedInstanceControllerArgs["tags"] {
    return this.args.tags;
  }

  queues(): Queues {
    const { name, opts, tags } = this;
    const common = { sqsManagedSseEnabled: true, tags };
    const deadLetters = new aws.sqs.Queue(
      `${name}-dead-letters`,
      // Kept for so long that a person who comes back from holiday still finds them.
      { ...common, name: `${name}-dead-letters`, messageRetentionSeconds: 14 * DAY_SECONDS },
      opts,
    );
    const queue = new aws.sqs.Queue(
      name,
      {
        ...common,
        name,
        visibilityTimeoutSeconds: VISIBILITY_SECONDS,
        // Older messages are of no use: every tick looks at what there is.
        messageRetentionSeconds: DAY_SECONDS,
        redrivePolicy: pulumi.jsonStringify({ deadLetterTargetArn: deadLetters.arn, maxReceiveCount: MOST_TRIES }),
      },
      opts,
    );
    return { queue, deadLetters };
  }

  rules(queue: aws.sqs.Queue): void {
    const { name, opts, tags } = this;
    const { tickMinutes } = this.args;
    const rate = `rate(${tickMinutes} ${tickMinutes === 1 ? "minute" : "minutes"})`;
    const rules = [...EVENT_RULES, TICK].map(({ suffix, description, pattern }) => {
      const when = pattern === undefined ? { scheduleExpression: rate } : { eventPattern: JSON.stringify(pattern) };
      const rule = new aws.cloudwatch.EventRule(
        `${name}-${suffix}`,
        { name: `${name}-${suffix}`, description, ...when, tags },
        opts,
      );
      return { suffix, rule };
    });
    const policy = new aws.sqs.QueuePolicy(
      name,
      {
        queueUrl: queue.url,
        policy: pulumi
          .all([queue.arn, pulumi.all(rules.map(({ rule }) => rule.arn))])
          .apply(([arn, ruleArns]) => queuePolicy(arn, ruleArns)),
      },
      opts,
    );
    for (const { suffix, rule } of rules) {
      // After the policy: an event that EventBridge may not deliver is lost.
      const after = { ...opts, dependsOn: [policy] };
      new aws.cloudwatch.EventTarget(`${name}-${suffix}`, { rule: rule.name, arn: queue.arn }, after);
    }
  }

  worker(queue: aws.sqs.Queue): Worker {
    const { name, opts, tags, args } = this;
    const logGroup = new aws.cloudwatch.LogGroup(
      name,
      { name: `/aws/lambda/${name}`, retentionInDays: args.logRetentionDays, tags },
      opts,
    );
    const description = "Looks after the managed instances of this account and region";
    // Named by Pulumi: roles are an account's, and there may be a controller in each of its regions.
    const role = new aws.iam.Role(name, { description, assumeRolePolicy: ASSUMED_BY_LAMBDA, tags }, opts);
    const rights = new aws.iam.RolePolicy(
      name,
      {
        role: role.id,
        policy: pulumi
          .all([queue.arn, logGroup.arn, pulumi.output(args.instanceRoleArns)])
          .apply(([queueArn, logGroupArn, instanceRoleArns]) =>
            rolePolicy({ queueArn, logGroupArn, instanceRoleArns }),
          ),
      },
      opts,
    );
    const lambda = new aws.lambda.Function(
      name,
      {
        name,
        description,
        role: role.arn,
        code: functionCode(),
        handler: "index.handler",
        runtime: args.runtime,
        architectures: ["arm64"],
        timeout: TIMEOUT_SECONDS,
        memorySize: args.memoryMb,
        reservedConcurrentExecutions: args.reservedConcurrency,
        environment: { variables: { MANAGED_INSTANCE_QUEUE_URL: queue.url } },
        loggingConfig: { logFormat: "Text", logGroup: logGroup.name },
        tags,
      },
      { ...opts, dependsOn: [rights] },
    );
    new aws.lambda.EventSourceMapping(
      name,
      {
        functionName: lambda.arn,
        eventSourceArn: queue.arn,
        batchSize: 10,
        maximumBatchingWindowInSeconds: 0,
        functionResponseTypes: ["ReportBatchItemFailures"],
        scalingConfig: { maximumConcurrency: args.maxConcurrency },
        tags,
      },
      { ...opts, dependsOn: [rights] },
    );
    return { role, logGroup, lambda };
  }

  alarms(deadLetters: aws.sqs.Queue): void {
    const { name, opts, tags } = this;
    const common: Omit<aws.cloudwatch.MetricAlarmArgs, "name"> = {
      statistic: "Maximum",
      period: 300,
      evaluationPeriods: 1,
      threshold: 0,
      comparisonOperator: "GreaterThanThreshold",
      treatMissingData: "notBreaching",
      alarmActions: this.args.alarmActions,
      okActions: this.args.alarmActions,
      tags,
    };
    new aws.cloudwatch.MetricAlarm(
      `${name}-dead-letters`,
      {
        ...common,
        name: `${name}-dead-letters`,
        alarmDescription: "The controller of managed instances could not handle messages (docs/operations.md)",
        namespace: "AWS/SQS",
        metricName: "ApproximateNumberOfMessagesVisible",
        dimensions: { QueueName: deadLetters.name },
      },
      opts,
    );
    new aws.cloudwatch.MetricAlarm(
      `${name}-needs-attention`,
      {
        ...common,
        name: `${name}-needs-attention`,
        alarmDescription: "Managed instances that nothing is done for until a person has looked (docs/operations.md)",
        namespace: "ManagedInstance",
        metricName: "NeedsAttention",
        // With ticks that are further apart than a period, most periods would have none.
        period: Math.max(300, this.args.tickMinutes * 60),
        // In the middle of an `up` a record cannot be read for a moment.
        evaluationPeriods: 2,
      },
      opts,
    );
  }
}
