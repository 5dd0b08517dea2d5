/** EC2's filters: every name must match, by any of its values. A filter finds nothing where an id would be an error. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** Whether EC2 reads a filter's value as a pattern, which finds other things than the value itself. */
export function isPattern(value: string): boolean {
  return /[*?\\]/.test(value);
}
