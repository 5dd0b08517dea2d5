/** The queue that the function works from, and sends to; the one file that knows the client of SQS. */
import { ChangeMessageVisibilityCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { CONNECT_TIMEOUT_MS } from "../../provider/ec2/client";

export interface Delayed {
  body: string;
  delaySeconds: number;
}

export interface Queue {
  /** @throws if any of them was not taken */
  send: (messages: readonly Delayed[]) => Promise<void>;
  /** Sets when a received message comes again. */
  showAgain: (receiptHandle: string, afterSeconds: number) => Promise<void>;
}

/** SQS's limit. */
export const LONGEST_DELAY_SECONDS = 900;
/** SQS's limit. */
const MOST_AT_ONCE = 10;
/** SQS answers within milliseconds, and the function has other things to do. */
const REPLY_TIMEOUT_MS = 5_000;

export function createQueue({ region, url }: { region: string; url: string }): Queue {
  const client = new SQSClient({
    region,
    requestHandler: {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: REPLY_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
  });
  return {
    send: async (messages) => {
      for (let first = 0; first < messages.length; first += MOST_AT_ONCE) {
        const Entries = messages.slice(first, first + MOST_AT_ONCE).map(({ body, delaySeconds }, at) => ({
          Id: String(at),
          MessageBody: body,
          DelaySeconds: delaySeconds,
        }));
        const { Failed: [refused] = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
        if (refused !== undefined) {
          throw new Error(`SQS did not take a message: ${refused.Code ?? ""} ${refused.Message ?? ""}`.trim());
        }
      }
    },
    showAgain: async (receiptHandle, afterSeconds) => {
      await client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: afterSeconds,
        }),
      );
    },
  };
}
