/** The rights of the function: to look after managed instances, work from its own queue and write its own log. */
import { policyOf, type Statement } from "../../provider/ec2/policies";

export interface Own {
  queueArn: string;
  logGroupArn: string;
  /** Roles that the function may pass; absent: any. */
  instanceRoleArns?: readonly string[];
}

export function rolePolicy({ queueArn, logGroupArn, instanceRoleArns }: Own): string {
  const { Statement: controller } = policyOf("controller");
  const own: Statement[] = [
    {
      Sid: "WorkFromItsQueue",
      Effect: "Allow",
      Action: [
        "sqs:ChangeMessageVisibility",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ReceiveMessage",
        "sqs:SendMessage",
      ],
      Resource: queueArn,
    },
    {
      Sid: "WriteItsLog",
      Effect: "Allow",
      Action: ["logs:CreateLogStream", "logs:PutLogEvents"],
      Resource: `${logGroupArn}:*`,
    },
  ];
  return policyText([...controller.flatMap((it) => passing(it, instanceRoleArns)), ...own]);
}

function policyText(statements: readonly object[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}

/** The statement with the named roles, or none, without the right to pass a role, where the list is empty. */
function passing(statement: Statement, roles: readonly string[] | undefined): Statement[] {
  if (statement.Sid !== "PassRole" || roles === undefined) {
    return [statement];
  }
  return roles.length === 0 ? [] : [{ ...statement, Resource: roles }];
}

export const ASSUMED_BY_LAMBDA = policyText([
  { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
]);

/** A policy by which the queue takes events only from the controller's own rules, so that nobody else's fill it. */
export function queuePolicy(queueArn: string, ruleArns: readonly string[]): string {
  return policyText([
    {
      Sid: "TakeFromItsRules",
      Effect: "Allow",
      Action: "sqs:SendMessage",
      Principal: { Service: "events.amazonaws.com" },
      Resource: queueArn,
      Condition: { ArnEquals: { "aws:SourceArn": ruleArns } },
    },
  ]);
}
