import { createHash } from "node:crypto";

import { Ec2Error } from "./errors";
import type { World } from "./world";

/** A call that carries a client token: which action, which token, and what exactly was asked for. */
export interface TokenUse {
  action: string;
  token: string;
  /** The parameters without the token, in an order of their own, so that equal requests are equal texts. */
  fingerprint: string;
}

/** API reference; 128 for launch templates, and where nothing is said. */
const MAX_TOKEN: Readonly<Record<string, number>> = { RunInstances: 64 };
const MAX_TOKEN_ELSEWHERE = 128;

/** A launch's token is good for a day after its instances have ended (EC2 guide, idempotency: "at least 24 hours"). */
const LIFE_AFTER_END_MS = 86_400_000;

/** Finds the ids that the same call made before; undefined when the token is new. */
export function madeBefore(world: World, use: TokenUse): string[] | undefined {
  const longest = MAX_TOKEN[use.action] ?? MAX_TOKEN_ELSEWHERE;
  if (use.token.length > longest || !/^[\x21-\x7e]*$/.test(use.token)) {
    throw new Ec2Error(
      "InvalidParameterValue",
      `Invalid value for parameter clientToken: ASCII characters only, at most ${longest}.`,
    );
  }
  const record = world.account.tokens.get(keyOf(use));
  if (record === undefined || world.now >= (record.endedAt ?? Infinity) + LIFE_AFTER_END_MS) return undefined;
  if (record.fingerprint === digestOf(use)) return record.made;
  throw new Ec2Error(
    "IdempotentParameterMismatch",
    "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
  );
}

/** Failed calls are not remembered: the same token may be used again after them. */
export function remember(world: World, use: TokenUse, made: string[]): void {
  world.account.tokens.set(keyOf(use), { fingerprint: digestOf(use), made });
}

/** All that a launch made has ended: from here on its token has a day. */
export function endToken(world: World, token: string | undefined): void {
  const record = token === undefined ? undefined : world.account.tokens.get(keyOf({ action: "RunInstances", token }));
  const isOver = record?.made.every((id) => (world.account.instances.get(id)?.state ?? "terminated") === "terminated");
  if (record !== undefined && isOver === true) record.endedAt ??= world.now;
}

/** A request may be long, and is kept for long: its digest will do. */
function digestOf({ fingerprint }: TokenUse): string {
  return createHash("sha256").update(fingerprint).digest("base64");
}

function keyOf({ action, token }: Pick<TokenUse, "action" | "token">): string {
  return `${action}/${token}`;
}
