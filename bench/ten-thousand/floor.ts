/** The soonest that an account's launch bucket lets everybody be back. */
import { type Distribution, EC2_LATENCY, EC2_LIMITS } from "../../local/ec2";

export interface Lost {
  lostAt: number;
  /** From when on its interface takes a new instance. */
  freeAt: number;
  /** How long EC2 took from the launch's acceptance until the new instance ran. */
  launchMs: number;
}

/** RunInstances: one call for each, as each has an interface of its own. */
const LAUNCHES = EC2_LIMITS.actions.RunInstances ?? { capacity: 0, refillPerSecond: Infinity };
const CALL_MS = meanOf(EC2_LATENCY.RunInstances);

/** Seconds for each, if launches were sent in the order in which interfaces come free, each as soon as there is a token. */
export function floorOf(lost: readonly Lost[]): number[] {
  const { capacity, refillPerSecond } = LAUNCHES;
  const msPerToken = 1000 / refillPerSecond;
  const sentAt = new Map<Lost, number>();
  let tokens = capacity;
  let now = 0;
  for (const it of [...lost].sort((a, b) => a.freeAt - b.freeAt)) {
    const since = now;
    now = Math.max(now, it.freeAt);
    tokens = Math.min(capacity, tokens + (now - since) / msPerToken);
    const wait = Math.max(0, 1 - tokens) * msPerToken;
    now += wait;
    tokens += wait / msPerToken - 1;
    sentAt.set(it, now);
  }
  return lost.map((it) => ((sentAt.get(it) ?? 0) + CALL_MS + it.launchMs - it.lostAt) / 1000);
}

function meanOf(distribution: Distribution | undefined): number {
  if (typeof distribution !== "object" || !("mean" in distribution)) {
    throw new Error("a floor needs to know how long it usually takes");
  }
  return distribution.mean;
}
