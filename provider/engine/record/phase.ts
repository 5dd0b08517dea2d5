/** Whose a record is, as its tags say it. (pure) */
import { TagText, tagText, UnknownGrammar } from "./tag-text";

/**
 * Whose a record is. `creating`: no state has the machine yet; `by` is the create that makes it, and without `by` an older version
 * of this package made it, and may have given it to a state. `ready`: a state has it; `by` is the create that gave it to that state.
 */
export type Phase = { state: "creating"; by?: string; at?: number } | { state: "ready"; by?: string };

export function phaseTag(phase: Phase): string {
  return phase.state === "ready"
    ? tagText("ready", { by: phase.by })
    : tagText("creating", { by: phase.by, at: phase.at === undefined ? undefined : toSeconds(phase.at) });
}

const NONCE = /^[0-9a-f]{8,64}$/;
const SECONDS = /^\d{1,12}$/;

/** A text that this version cannot read is taken for a state's: nothing of that is ever taken over. */
export function readPhase(text: string | undefined): Phase {
  try {
    const read = new TagText(text ?? "");
    const state = read.oneOf(read.word, "creating", "ready");
    const by = read.optional("by", NONCE);
    const at = state === "creating" ? read.optional("at", SECONDS) : undefined;
    read.end();
    return state === "ready" ? { state, by } : { state, by, at: at === undefined ? undefined : Number(at) * 1000 };
  } catch (error) {
    if (error instanceof UnknownGrammar) {
      return { state: "ready" };
    }
    throw error;
  }
}

/** The time at which the maker of an unfinished machine last showed that it lives, as a tag. */
export function leaseTag(at: number): string {
  return tagText("", { at: toSeconds(at) });
}

export function readLease(text: string | undefined): number | undefined {
  const [, at] = /^at=(\d{1,12})$/.exec(text ?? "") ?? [];
  return at === undefined ? undefined : Number(at) * 1000;
}

function toSeconds(ms: number): number {
  return Math.round(ms / 1000);
}
