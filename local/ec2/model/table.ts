/** Says whether rows that are handed out may be changed by who gets them. */
export interface Watch {
  isOn: boolean;
}

/** The keys by which rows can be found: the name of the id's own filter, and for each row the names and values of all others. */
export interface Indexing<Row> {
  idFilter: string;
  names: readonly string[];
  hasTags: boolean;
  keysOf: (row: Row) => string[];
}

interface Filed {
  /** Rows are answered in the order in which they came. */
  sequence: number;
  keys: string[];
}

const NO_KEYS: string[] = [];

/** One string for a filter and a value of it: what the index goes by. */
export function indexKey(name: string, value: string): string {
  return `${name}\n${value}`;
}

/**
 * One kind of object, by id, and by what else it is looked for. Rows are plain objects that are changed in place, so a row may
 * change once it was handed out: until the call ends in which that was, such rows are filed anew before each question. That
 * keeps the index right whoever changes what.
 */
export class Table<Row> extends Map<string, Row> {
  private readonly filed = new Map<string, Filed>();
  private readonly index = new Map<string, string | Set<string>>();
  private readonly touched = new Set<string>();
  private isAllTouched = false;
  private nextSequence = 0;

  constructor(
    private readonly watch: Watch = { isOn: true },
    private readonly indexing?: Indexing<Row>,
  ) {
    super();
  }

  override get(id: string): Row | undefined {
    if (this.indexing !== undefined && this.watch.isOn) this.touched.add(id);
    return super.get(id);
  }

  /** Looks at a row without taking it in hand. */
  peek(id: string): Row | undefined {
    return super.get(id);
  }

  override set(id: string, row: Row): this {
    if (this.indexing !== undefined) {
      if (!this.filed.has(id)) this.filed.set(id, { sequence: this.nextSequence++, keys: NO_KEYS });
      this.touched.add(id);
    }
    return super.set(id, row);
  }

  override delete(id: string): boolean {
    this.unfile(id, this.filed.get(id)?.keys ?? NO_KEYS);
    this.filed.delete(id);
    if (this.indexing !== undefined) this.touched.add(id);
    return super.delete(id);
  }

  override clear(): void {
    for (const id of [...this.keys()]) this.delete(id);
  }

  override values() {
    this.touchAll();
    return super.values();
  }

  override entries() {
    this.touchAll();
    return super.entries();
  }

  override [Symbol.iterator]() {
    return this.entries();
  }

  override forEach(visit: (row: Row, id: string, table: Map<string, Row>) => void): void {
    this.touchAll();
    super.forEach(visit);
  }

  /** Whether `find` knows this filter. */
  isIndexedBy(filter: string): boolean {
    if (this.indexing === undefined) return false;
    const { idFilter, names, hasTags } = this.indexing;
    return filter === idFilter || names.includes(filter) || (hasTags && filter.startsWith("tag:"));
  }

  /** The rows that have one of these values, in their order. */
  find(filter: string, values: readonly string[]): Row[] {
    this.refile();
    const ids = filter === this.indexing?.idFilter ? new Set(values) : this.idsOf(filter, values);
    const found = [...ids].filter((id) => this.filed.has(id));
    if (found.length > 1) found.sort((a, b) => this.sequenceOf(a) - this.sequenceOf(b));
    return found.flatMap((id) => this.get(id) ?? []);
  }

  /** Nobody has a row in their hands any more: a call has ended. Tells which rows may have changed in it. */
  takeBack(tell?: (ids: Iterable<string>) => void): void {
    if (this.touched.size === 0 && !this.isAllTouched) return;
    this.refile();
    tell?.(this.isAllTouched ? new Set([...this.filed.keys(), ...this.touched]) : this.touched);
    this.touched.clear();
    this.isAllTouched = false;
  }

  private refile(): void {
    if (this.indexing === undefined) return;
    const { keysOf } = this.indexing;
    for (const id of this.isAllTouched ? this.filed.keys() : this.touched) {
      const row = super.get(id);
      if (row !== undefined) this.file(id, keysOf(row));
    }
  }

  private idsOf(filter: string, values: readonly string[]): Set<string> {
    const ids = new Set<string>();
    for (const value of values) {
      const found = this.index.get(indexKey(filter, value));
      if (typeof found === "string") ids.add(found);
      else for (const id of found ?? []) ids.add(id);
    }
    return ids;
  }

  private sequenceOf(id: string): number {
    return this.filed.get(id)?.sequence ?? 0;
  }

  private touchAll(): void {
    if (this.indexing !== undefined && this.watch.isOn) this.isAllTouched = true;
  }

  private file(id: string, keys: string[]): void {
    const filed = this.filed.get(id);
    if (filed === undefined || areEqual(filed.keys, keys)) return;
    this.unfile(id, filed.keys);
    filed.keys = keys;
    for (const key of keys) {
      const there = this.index.get(key);
      // Most keys belong to one row: a set for each would be most of the memory.
      if (there === undefined) this.index.set(key, id);
      else if (typeof there === "string") this.index.set(key, new Set([there, id]));
      else there.add(id);
    }
  }

  private unfile(id: string, keys: readonly string[]): void {
    for (const key of keys) {
      const there = this.index.get(key);
      if (there === id) this.index.delete(key);
      else if (there instanceof Set) {
        there.delete(id);
        if (there.size === 0) this.index.delete(key);
      }
    }
  }
}

function areEqual(some: readonly string[], others: readonly string[]): boolean {
  return some.length === others.length && some.every((key, index) => key === others[index]);
}
