/**
 * Who may ask: whoever opened the printed URL. Its token is good for one use within a minute; after that a cookie tells the browser, as long as
 * the process lives.
 */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { Clock } from "../../provider/kit/clock";
import { Refusal } from "./refusal";

const BYTES = 32;
const TOKEN_MS = 60_000;

export class Sessions {
  readonly token = secret();
  private readonly cookie = secret();
  private readonly issuedAt: number;
  private isUsed = false;

  constructor(private readonly clock: Pick<Clock, "now">) {
    this.issuedAt = clock.now();
  }

  /**
   * @returns the cookie's value
   * @throws Refusal if the token is another one, was used, or is too old
   */
  begin(token: string): string {
    const isLate = this.clock.now() - this.issuedAt > TOKEN_MS;
    if (this.isUsed || isLate || !isSame(token, this.token)) {
      const why = this.isUsed ? "was used already" : isLate ? "is more than a minute old" : "is not this console's";
      throw new Refusal(
        401,
        "bad-session",
        `The link ${why}. Run \`managed-instance console\` again, and open the link that it prints.`,
      );
    }
    this.isUsed = true;
    return this.cookie;
  }

  has(cookie: string | undefined): boolean {
    return cookie !== undefined && isSame(cookie, this.cookie);
  }
}

function secret(): string {
  return randomBytes(BYTES).toString("base64url");
}

/** In constant time, so that how long it takes tells nothing of the secret. */
function isSame(given: string, own: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(own)];
  return a.length === b.length && timingSafeEqual(a, b);
}
