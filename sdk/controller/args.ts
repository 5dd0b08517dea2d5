import type { Input } from "@pulumi/pulumi";

/** The inputs of {@link ManagedInstanceController}; each has a default. */
export interface ManagedInstanceControllerArgs {
  /**
   * How often every machine is looked at, in whole minutes, 1 to 15. Events come at once; ticks are for lost events, for
   * schedules, and for failures without an event, such as those of status checks.
   *
   * @default 1
   */
  tickMinutes?: number;
  /**
   * How long the log is kept, in days, as CloudWatch has it: 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, … or 0 for ever.
   *
   * @default 30
   */
  logRetentionDays?: number;
  /**
   * The ARNs that an alarm notifies: SNS topics, mostly. The alarms exist without them, too.
   *
   * @default nobody
   */
  alarmActions?: Input<Input<string>[]>;
  /**
   * The function's memory in MB, 128 to 10240.
   *
   * @default 256
   */
  memoryMb?: number;
  /**
   * The Lambda runtime of the function, `nodejs22.x` or a newer Node.js runtime of AWS's list. When AWS retires the default, name a newer one
   * here: no update of this package is needed (docs/operations.md).
   *
   * @default "nodejs24.x"
   */
  runtime?: string;
  /**
   * How many batches of messages are worked on at the same time at most, 2 to 1000. Further batches wait for their turn.
   *
   * @default 20
   */
  maxConcurrency?: number;
  /**
   * Sets so many of the account's concurrent executions aside for the function; at least `maxConcurrency`, so that no message is
   * turned away.
   *
   * @default none are set aside
   */
  reservedConcurrency?: number;
  /**
   * The ARNs of the IAM roles behind `iamInstanceProfile`: the function may give these to instances, and no others. `[]` where no
   * machine has one.
   *
   * @default any role of the account that EC2 may have
   */
  instanceRoleArns?: Input<Input<string>[]>;
  /**
   * Tags for everything that is made.
   *
   * @default none
   */
  tags?: Input<Record<string, Input<string>>>;
}
