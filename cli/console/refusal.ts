/** A request that is refused, with the status and the sentence that it is answered with. */
import type { ErrorCode } from "./wire";

export class Refusal extends Error {
  override readonly name = "Refusal";

  constructor(
    readonly status: number,
    readonly code: ErrorCode,
    /** A sentence. */
    readonly text: string,
  ) {
    super(text);
  }
}
