/** A property that is absent and one that is undefined are the same to Pulumi, and not to `in`. (pure) */
export function withoutUndefined(properties: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined));
}
