/** A value as JSON that does not depend on the order of keys, so that equal values have one text. (pure) */
export function canonical(value: unknown): string {
  return JSON.stringify(value ?? null, (_key, it: unknown) =>
    typeof it === "object" && it !== null && !Array.isArray(it)
      ? Object.fromEntries(Object.entries(it).sort(([a], [b]) => (a < b ? -1 : 1)))
      : it,
  );
}
