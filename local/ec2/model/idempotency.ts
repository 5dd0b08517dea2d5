import { Ec2Error } from "./errors";
import type { World } from "./world";

/** A call that carries a client token: which action, which token, and what exactly was asked for. */
export interface TokenUse {
  action: string;
  token: string;
  /** The parameters without the token, in an order of their own, so that equal requests are equal texts. */
  fingerprint: string;
}

/** 64 for most actions, 128 for launch templates (API reference). */
const MAX_TOKEN = 128;

/** What the same call made before; undefined when the token is new. */
export function madeBefore(world: World, use: TokenUse): string[] | undefined {
  if (use.token.length > MAX_TOKEN || !/^[\x21-\x7e]*$/.test(use.token)) {
    throw new Ec2Error(
      "InvalidParameterValue",
      "Invalid value for parameter clientToken: ASCII characters only, at most 64 (128 for launch templates).",
    );
  }
  const record = world.account.tokens.get(keyOf(use));
  if (record === undefined) return undefined;
  if (record.fingerprint === use.fingerprint) return record.made;
  throw new Ec2Error(
    "IdempotentParameterMismatch",
    "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).",
  );
}

/** Failed calls are not remembered: the same token may be used again after them. */
export function remember(world: World, use: TokenUse, made: string[]): void {
  world.account.tokens.set(keyOf(use), { fingerprint: use.fingerprint, made });
}

function keyOf({ action, token }: TokenUse): string {
  return `${action}/${token}`;
}
