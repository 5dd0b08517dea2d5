import { isProps, isSecret, type Props, type Value } from "./values";

/** The new inputs, with the old value wherever the option `ignoreChanges` names a path (`a`, `a.b`, `a[0]`, `*`). */
export function keepIgnored(inputs: Props, old: Props, paths: readonly string[]): Props {
  return paths.reduce((kept, path) => keepPath(kept, old, split(path)), inputs);
}

function split(path: string): string[] {
  return [...path.matchAll(/\["((?:[^"\\]|\\.)*)"\]|\[(\d+|\*)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, key]) => quoted ?? index ?? key ?? "",
  );
}

function keepPath(inputs: Props, old: Props, [key = "", ...rest]: readonly string[]): Props {
  const keys = key === "*" ? [...new Set([...Object.keys(inputs), ...Object.keys(old)])] : [key];
  const kept = { ...inputs };
  for (const one of keys) {
    const value = keepValue(kept[one], old[one], rest);
    if (value === undefined) Reflect.deleteProperty(kept, one);
    else kept[one] = value;
  }
  return kept;
}

function keepValue(value: Value | undefined, old: Value | undefined, rest: readonly string[]): Value | undefined {
  if (rest.length === 0) return old;
  if (Array.isArray(value) && Array.isArray(old)) return Object.values(keepPath(byIndex(value), byIndex(old), rest));
  if (isProps(value) && isProps(old) && !isSecret(value) && !isSecret(old)) return keepPath(value, old, rest);
  return value;
}

function byIndex(list: Value[]): Props {
  return Object.fromEntries(list.entries());
}
