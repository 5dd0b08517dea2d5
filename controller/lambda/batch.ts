/** Reads from a batch of messages what to do: each machine once, however many messages are about it. */
import { explain } from "../../provider/ec2/errors";
import { BadMessage, type Message, type Signal, signalOf } from "../events";
import type { SqsRecord } from "./sqs-event";

/** A message that cannot be read, or could not be handled. */
export interface RefusedMessage {
  record: SqsRecord;
  because: string;
}

/** The work on one machine, and the messages that ask for it. */
export interface Job {
  machineId: string;
  signals: Signal[];
  records: SqsRecord[];
  /** Whether a tick began the job, as the next tick will again; follow-ups of the job carry this along. */
  isOfTick: boolean;
}

export interface Batch {
  jobs: Job[];
  sweeps: SqsRecord[];
  /** Texts that are no messages, and will be none the next time either. */
  poisoned: RefusedMessage[];
  failed: RefusedMessage[];
  /** Number of messages about things that are not ours. */
  ignored: number;
}

interface Read {
  record: SqsRecord;
  signal: Signal;
  isOfTick: boolean;
}

/** @param machineOf finds the machine of an instance; called once for each instance */
export async function batchOf(
  records: readonly SqsRecord[],
  machineOf: (instanceId: string) => Promise<string | undefined>,
): Promise<Batch> {
  const batch: Batch = { jobs: [], sweeps: [], poisoned: [], failed: [], ignored: 0 };
  const asked = new Map<string, Promise<string | undefined>>();
  const ownerOf = (instanceId: string): Promise<string | undefined> => {
    const answer = asked.get(instanceId) ?? machineOf(instanceId);
    asked.set(instanceId, answer);
    return answer;
  };
  const jobs = new Map<string, Job>();
  await Promise.all(
    records.map(async (record) => {
      const read = readRecord(record);
      if (read === undefined) {
        batch.ignored += 1;
      } else if ("because" in read) {
        batch.poisoned.push(read);
      } else if (read.signal.kind === "sweep") {
        batch.sweeps.push(record);
      } else {
        await sort(read, read.signal).catch((error: unknown) => {
          batch.failed.push({ record, because: explain(error) });
        });
      }
    }),
  );
  return { ...batch, jobs: [...jobs.values()] };

  async function sort({ record, isOfTick }: Read, signal: Exclude<Signal, { kind: "sweep" }>): Promise<void> {
    const machineId = "machineId" in signal ? signal.machineId : await ownerOf(signal.instanceId);
    if (machineId === undefined) {
      batch.ignored += 1;
      return;
    }
    const job = jobs.get(machineId) ?? { machineId, signals: [], records: [], isOfTick };
    jobs.set(machineId, job);
    job.signals.push(signal);
    job.records.push(record);
    job.isOfTick &&= isOfTick;
  }
}

/** Reads a message. An error does not show the text: it may be anything, and the dead-letter queue has it. */
function readRecord(record: SqsRecord): Read | RefusedMessage | undefined {
  let message: unknown;
  try {
    message = JSON.parse(record.body);
  } catch {
    return { record, because: "the message is not JSON" };
  }
  try {
    const signal = signalOf(message);
    return signal && { record, signal, isOfTick: isFromTick(message) };
  } catch (error) {
    if (error instanceof BadMessage) {
      return { record, because: error.message };
    }
    throw error;
  }
}

const FROM_TICK = "tick";

function isFromTick(message: unknown): boolean {
  return (message as { from?: unknown }).from === FROM_TICK;
}

/** The text of a follow-up. */
export function bodyOf(message: Message, isOfTick: boolean): string {
  return JSON.stringify(isOfTick ? { ...message, from: FROM_TICK } : message);
}
