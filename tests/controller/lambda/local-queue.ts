/** As much of SQS as the function and its event source need: delays, visibility, tries, dead letters; JSON over HTTP. */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { SqsRecord } from "../../../controller/lambda/sqs-event";

interface Held {
  id: string;
  body: string;
  /** On the real clock. */
  visibleAt: number;
  tries: number;
}

export interface QueueOptions {
  timeScale: number;
  visibilitySeconds: number;
  mostTries: number;
}

export class LocalQueue {
  readonly deadLetters: Held[] = [];
  /** All that the function sent. */
  readonly sent: { body: string; delaySeconds: number }[] = [];
  /** How many sends are to fail from now on. */
  failing = 0;
  private readonly held = new Map<string, Held>();
  private count = 0;

  private constructor(
    private readonly options: QueueOptions,
    private readonly server = createServer((request, response) => {
      void answered(request, (target, body) => this.answer(target, body)).then(({ status, reply }) => {
        response.writeHead(status, { "content-type": "application/x-amz-json-1.0" }).end(JSON.stringify(reply));
      });
    }),
  ) {}

  static async open(options: QueueOptions): Promise<LocalQueue> {
    const queue = new LocalQueue(options);
    await new Promise<void>((resolve) => queue.server.listen(0, "127.0.0.1", resolve));
    return queue;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `${this.endpoint}/123456789012/managed-instances`;
  }

  get isEmpty(): boolean {
    return this.held.size === 0;
  }

  close(): Promise<void> {
    this.server.closeAllConnections();
    return new Promise((resolve) => {
      this.server.close(() => {
        resolve();
      });
    });
  }

  put(body: string, delaySeconds = 0): string {
    const id = `message-${++this.count}`;
    this.held.set(id, { id, body, visibleAt: this.in(delaySeconds), tries: 0 });
    return id;
  }

  /** The messages that the event source hands to the function. A message that was tried often enough is put aside. */
  receive(most: number): SqsRecord[] {
    const now = Date.now();
    const visible = [...this.held.values()].filter((it) => it.visibleAt <= now);
    const records: SqsRecord[] = [];
    for (const message of visible) {
      if (message.tries >= this.options.mostTries) {
        this.held.delete(message.id);
        this.deadLetters.push(message);
      } else if (records.length < most) {
        message.tries += 1;
        message.visibleAt = this.in(this.options.visibilitySeconds);
        const attributes = { ApproximateReceiveCount: String(message.tries) };
        records.push({ messageId: message.id, receiptHandle: message.id, body: message.body, attributes });
      }
    }
    return records;
  }

  delete(messageId: string): void {
    this.held.delete(messageId);
  }

  private in(seconds: number): number {
    return Date.now() + (seconds * 1000) / this.options.timeScale;
  }

  private answer(target: string, body: Record<string, unknown>): object {
    switch (target) {
      case "AmazonSQS.SendMessageBatch":
        return this.take(body.Entries as { Id: string; MessageBody: string; DelaySeconds: number }[]);
      case "AmazonSQS.ChangeMessageVisibility": {
        const message = this.held.get(String(body.ReceiptHandle));
        if (message !== undefined) {
          message.visibleAt = this.in(Number(body.VisibilityTimeout));
        }
        return {};
      }
      default:
        throw new Error(`the local queue does not know ${target}`);
    }
  }

  private take(entries: { Id: string; MessageBody: string; DelaySeconds: number }[]): object {
    if (this.failing > 0) {
      this.failing -= 1;
      return { Failed: entries.map(({ Id }) => ({ Id, Code: "InternalError", SenderFault: false })), Successful: [] };
    }
    return {
      Failed: [],
      Successful: entries.map(({ Id, MessageBody: text, DelaySeconds: delaySeconds }) => {
        this.sent.push({ body: text, delaySeconds });
        const MessageId = this.put(text, delaySeconds);
        return { Id, MessageId, MD5OfMessageBody: createHash("md5").update(text).digest("hex") };
      }),
    };
  }
}

async function answered(
  request: IncomingMessage,
  answer: (target: string, body: Record<string, unknown>) => object,
): Promise<{ status: number; reply: object }> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) {
    chunks.push(chunk);
  }
  try {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
    return { status: 200, reply: answer(String(request.headers["x-amz-target"]), body) };
  } catch (error) {
    return { status: 400, reply: { __type: "com.amazonaws.sqs#InvalidAddress", message: String(error) } };
  }
}
