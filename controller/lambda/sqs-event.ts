/** Of what Lambda hands over and takes back, that which is used (Lambda guide, "Using Lambda with Amazon SQS"). */

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

/** Only these come again. */
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}
