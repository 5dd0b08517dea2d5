/** Sentences for screen readers, spoken when the user is not busy. */
import { signal } from "@preact/signals";

/** The text of the page's live region. */
export const announcement = signal("");

export function announce(text: string): void {
  // The same text again is no change, and would not be spoken.
  announcement.value = text === announcement.peek() ? `${text}\u00A0` : text;
}
