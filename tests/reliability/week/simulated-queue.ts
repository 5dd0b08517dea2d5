/** SQS in simulated time, as far as the function needs it: delays, visibility, tries and dead letters. */
import type { SqsRecord } from "../../../controller/lambda/sqs-event";
import type { Account } from "./account";
import { MINUTE } from "./time";

/** As ManagedInstanceController sets them. */
const VISIBILITY_MS = 30 * MINUTE;
const MOST_TRIES = 5;

interface Message {
  id: string;
  body: string;
  visibleAt: number;
  tries: number;
}

export class SimulatedQueue {
  readonly deadLetters: Message[] = [];
  private readonly messages = new Map<string, Message>();
  private count = 0;

  /** @param wake called when a message may be there to receive */
  constructor(
    private readonly account: Pick<Account, "time" | "now" | "note">,
    private readonly wake: () => void,
  ) {}

  get size(): number {
    return this.messages.size;
  }

  put(body: string, delayMs = 0): void {
    const message = { id: `m-${++this.count}`, body, visibleAt: 0, tries: 0 };
    this.messages.set(message.id, message);
    this.hide(message, delayMs);
  }

  receive(most: number): SqsRecord[] {
    const now = this.account.now();
    const records: SqsRecord[] = [];
    for (const message of this.messages.values()) {
      if (message.visibleAt > now || records.length === most) {
        continue;
      }
      if (message.tries >= MOST_TRIES) {
        this.messages.delete(message.id);
        this.deadLetters.push(message);
        this.account.note(`dead letter: ${message.body}`);
        continue;
      }
      message.tries++;
      this.hide(message, VISIBILITY_MS);
      const attributes = { ApproximateReceiveCount: String(message.tries) };
      records.push({ messageId: message.id, receiptHandle: message.id, body: message.body, attributes });
    }
    return records;
  }

  showAgain(receiptHandle: string, afterMs: number): void {
    const message = this.messages.get(receiptHandle);
    if (message !== undefined) {
      this.hide(message, afterMs);
    }
  }

  delete(ids: readonly string[]): void {
    ids.forEach((id) => this.messages.delete(id));
  }

  private hide(message: Message, ms: number): void {
    message.visibleAt = this.account.now() + ms;
    void this.account.time.sleep(ms).then(this.wake);
  }
}
