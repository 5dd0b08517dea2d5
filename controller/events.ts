/** Reads what comes in, EventBridge's events and messages of the controller's own, as signals about a machine. (pure) */

/** The content of an event. The machine is observed in any case, which shows most of it. */
export type Signal =
  /** AWS takes a spot instance back in two minutes. */
  | { kind: "interruption-warning"; instanceId: string; at: number }
  /** AWS may take a spot instance back soon. */
  | { kind: "rebalance"; instanceId: string; at: number }
  | { kind: "state-change"; instanceId: string; state: string; at: number }
  /** A run that had to stop goes on. */
  | { kind: "continue"; machineId: string }
  /** A machine is to be looked at: something was to be waited for, or a sweep found something to do. */
  | { kind: "look"; machineId: string }
  /** Every machine is to be looked at. */
  | { kind: "sweep" };

/** A message of the controller's to itself. */
export type Message = { continue: string } | { look: string };

/** A message that is no event at all: it goes to the dead letters, with the reason. */
export class BadMessage extends Error {
  override readonly name = "BadMessage";
}

const MACHINE_ID = /^mi-[0-9a-f]{17}$/;

const KINDS = {
  "EC2 Spot Instance Interruption Warning": "interruption-warning",
  "EC2 Instance Rebalance Recommendation": "rebalance",
  "EC2 Instance State-change Notification": "state-change",
} as const;

/**
 * @param message parsed JSON: an event as EventBridge delivers it, or a {@link Message}
 * @returns undefined for an event that is about something else
 */
export function signalOf(message: unknown): Signal | undefined {
  const { continue: goesOn, look, source, "detail-type": type, detail, time } = objectOf(message, "the message");
  if (goesOn !== undefined) {
    return { kind: "continue", machineId: textOf(goesOn, "continue", MACHINE_ID) };
  }
  if (look !== undefined) {
    return { kind: "look", machineId: textOf(look, "look", MACHINE_ID) };
  }
  const from = textOf(source, "source");
  if (from === "aws.events" || from === "aws.scheduler") {
    return { kind: "sweep" };
  }
  const kind = from === "aws.ec2" ? kindOf(textOf(type, "detail-type")) : undefined;
  if (kind === undefined) {
    return undefined;
  }
  const said = objectOf(detail, "detail");
  const instanceId = textOf(said["instance-id"], "detail.instance-id", /^i-[0-9a-f]{8,17}$/);
  const at = Date.parse(textOf(time, "time"));
  if (Number.isNaN(at)) {
    throw new BadMessage("the time of the message is not a time");
  }
  return kind === "state-change"
    ? { kind, instanceId, state: textOf(said.state, "detail.state"), at }
    : { kind, instanceId, at };
}

function kindOf(type: string): (typeof KINDS)[keyof typeof KINDS] | undefined {
  return Object.hasOwn(KINDS, type) ? KINDS[type as keyof typeof KINDS] : undefined;
}

function objectOf(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new BadMessage(`${what} is not an object`);
  }
  return value as Record<string, unknown>;
}

function textOf(value: unknown, what: string, pattern = /./): string {
  if (typeof value !== "string" || !pattern.test(value)) {
    throw new BadMessage(`${what} is missing in the message, or is not what it should be`);
  }
  return value;
}
