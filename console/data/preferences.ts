/** Choices of the user that outlive the page, kept in the browser; where it refuses that, they last as long as the page. */
import { effect, signal, type Signal } from "@preact/signals";
import { DEFAULT_COLUMNS } from "../model/columns";

function kept<T>(name: string, fallback: T, read: (value: unknown) => T | undefined): Signal<T> {
  const key = `managed-instance.${name}`;
  const choice = signal(stored(key, read) ?? fallback);
  let isFirst = true;
  effect(() => {
    const text = JSON.stringify(choice.value);
    if (isFirst) {
      isFirst = false;
      return;
    }
    try {
      localStorage.setItem(key, text);
    } catch {
      // Refused, or full: the choice holds until the page is closed.
    }
  });
  return choice;
}

function stored<T>(key: string, read: (value: unknown) => T | undefined): T | undefined {
  try {
    return read(JSON.parse(localStorage.getItem(key) ?? "null"));
  } catch {
    return undefined;
  }
}

/** Ids of the columns of the fleet's table that are shown. */
export const chosenColumns = kept<readonly string[]>("columns", DEFAULT_COLUMNS, (it) =>
  Array.isArray(it) && it.every((id) => typeof id === "string") ? it : undefined,
);

/** Whether single keys, such as `/`, do something: speech input and some keyboards press them unasked. */
export const hasKeys = kept("keys", true, (it) => (typeof it === "boolean" ? it : undefined));
