import type { Random } from "./random";
import type { InstanceState, InterruptionAction } from "./state";

/** An event as EventBridge delivers it (EC2 guide: spot-instance-termination-notices, rebalance-recommendations, instance-state-changes). */
export interface Ec2Event {
  version: "0";
  id: string;
  "detail-type": string;
  source: "aws.ec2";
  account: string;
  time: string;
  region: string;
  resources: string[];
  detail: { "instance-id": string; "instance-action"?: InterruptionAction; state?: InstanceState };
}

export interface LoggedEvent {
  /** Counted up from 1: where a reader goes on. */
  sequence: number;
  event: Ec2Event;
}

/** The number of events that are kept; who reads later than that has missed the oldest, as with EventBridge. */
const LIMIT = 10_000;

type Detail = Ec2Event["detail"];

/** An event by what makes it differ from the others: ten thousand of them are kept. */
interface Told {
  id: string;
  type: string;
  time: number;
  detail: Detail;
}

/** The events that EventBridge would be sent, in order. */
export class EventLog {
  private log: Told[] = [];
  private forgotten = 0;
  private readonly listeners = new Set<(logged: LoggedEvent) => void>();

  constructor(
    private readonly place: { readonly region: string; readonly accountId: string; readonly now: number },
    private readonly random: Random,
  ) {}

  stateChange(instanceId: string, state: InstanceState): void {
    this.emit("EC2 Instance State-change Notification", { "instance-id": instanceId, state });
  }

  interruptionWarning(instanceId: string, action: InterruptionAction): void {
    this.emit("EC2 Spot Instance Interruption Warning", { "instance-id": instanceId, "instance-action": action });
  }

  rebalanceRecommendation(instanceId: string): void {
    this.emit("EC2 Instance Rebalance Recommendation", { "instance-id": instanceId });
  }

  /** Lists the events after a sequence number, the oldest first. */
  list(since = 0): LoggedEvent[] {
    const first = Math.max(0, since - this.forgotten);
    return this.log.slice(first).map((told, index) => this.logged(told, this.forgotten + first + index + 1));
  }

  /** Calls back for every event from now on, until the returned function is called. */
  subscribe(listener: (logged: LoggedEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private emit(type: string, detail: Detail): void {
    const told = { id: this.random.hex(32), type, time: this.place.now, detail };
    this.log.push(told);
    const sequence = this.forgotten + this.log.length;
    if (this.log.length >= LIMIT * 2) {
      this.log = this.log.slice(-LIMIT);
      this.forgotten = sequence - LIMIT;
    }
    for (const listener of this.listeners) listener(this.logged(told, sequence));
  }

  private logged({ id, type, time, detail }: Told, sequence: number): LoggedEvent {
    const { accountId: account, region } = this.place;
    const event: Ec2Event = {
      version: "0",
      id: id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5"),
      "detail-type": type,
      source: "aws.ec2",
      account,
      // EventBridge has whole seconds.
      time: new Date(time).toISOString().replace(/\.\d+Z$/, "Z"),
      region,
      resources: [`arn:aws:ec2:${region}:${account}:instance/${detail["instance-id"]}`],
      detail: { ...detail },
    };
    return { sequence, event };
  }
}
