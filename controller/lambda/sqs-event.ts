/** The parts that are used of what Lambda hands over and takes back (Lambda guide, "Using Lambda with Amazon SQS"). */

export interface SqsRecord {
  messageId: string;
  receiptHandle: string;
  body: string;
  attributes?: { ApproximateReceiveCount?: string };
}

export interface SqsEvent {
  Records: SqsRecord[];
}

export interface LambdaContext {
  getRemainingTimeInMillis: () => number;
}

/** Names the messages that come again; all others are done. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
