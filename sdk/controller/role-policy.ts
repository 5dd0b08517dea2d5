/** What the function may do: look after managed instances, work from its own queue, write its own log. */
import { policyOf, type Statement } from "../../provider/ec2/policies";

export interface Own {
  queueArn: string;
  logGroupArn: string;
  /** Absent: any. */
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

/** With the roles that are named, or without the right to pass one where there are none. */
function passing(statement: Statement, roles: readonly string[] | undefined): Statement[] {
  if (statement.Sid !== "PassRole" || roles === undefined) {
    return [statement];
  }
  return roles.length === 0 ? [] : [{ ...statement, Resource: roles }];
}

export const ASSUMED_BY_LAMBDA = policyText([
  { Effect: "Allow", Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } },
]);

/** Only what the controller's own rules send is taken, so that nobody else's rules fill the queue. */
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
