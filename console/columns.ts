/** The columns that this user wants to see. */
import { effect, signal } from "@preact/signals";
import { type Column, COLUMNS } from "./route";

const KEY = "columns";

/** Drift stands under its machine anyway, and the generation is for those who look for it. */
const USUAL = COLUMNS.filter((it) => it !== "drift" && it !== "generation");

export const shownColumns = signal<readonly Column[]>(kept());

/** Begins to keep the choice. */
export function keepColumns(): void {
  effect(() => {
    const text = JSON.stringify(shownColumns.value);
    try {
      localStorage.setItem(KEY, text);
    } catch {
      // A browser may refuse it; then the choice lasts as long as the page.
    }
  });
}

function kept(): readonly Column[] {
  try {
    const names: unknown = JSON.parse(localStorage.getItem(KEY) ?? "null");
    const found = Array.isArray(names) ? COLUMNS.filter((it) => names.includes(it)) : [];
    return found.length > 0 ? found : USUAL;
  } catch {
    return USUAL;
  }
}
