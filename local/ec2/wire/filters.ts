import { invalidValue } from "../model/errors";
import type { Tags } from "../model/state";
import { Table } from "../model/table";
import type { World } from "../model/world";
import type { Params } from "./params";

/** The value that a filter looks at: one, several, or none. */
export type Attribute = string | number | boolean | undefined | readonly (string | undefined)[];

/** The filters of one describe call, by the names that EC2 has for them. */
export type FilterTable<Entity> = Readonly<Record<string, (entity: Entity, world: World) => Attribute>>;

type Test<Entity> = (entity: Entity) => boolean;

/** Tag filters come with every kind of object that has tags. */
const TAG_FILTERS: FilterTable<{ tags: Tags }> = {
  "tag-key": ({ tags }) => Object.keys(tags),
  "tag-value": ({ tags }) => Object.values(tags),
};

/**
 * All filters have to fit, any value of each will do. A filter that EC2 does not have is an error and not an empty answer. Of a
 * whole table only those rows are looked at that its index says may fit.
 */
export function filtered<Entity extends object>(
  world: World,
  params: Params,
  entities: Iterable<Entity> | Table<Entity>,
  table: FilterTable<Entity>,
): Entity[] {
  const filters = params.list("Filter");
  const tests = filters.map((filter) => testOf(world, filter, table));
  const candidates = entities instanceof Table ? candidatesOf(entities, filters) : [...entities];
  return candidates.filter((entity) => tests.every((test) => test(entity)));
}

function candidatesOf<Entity>(table: Table<Entity>, filters: readonly Params[]): Entity[] {
  const found = filters.flatMap((filter) => {
    const name = filter.required("Name");
    const values = filter.strings("Value");
    return table.isIndexedBy(name) && !values.some(isPattern) ? [table.find(name, values)] : [];
  });
  const [fewest] = found.sort((some, others) => some.length - others.length);
  return fewest ?? [...table.values()];
}

function testOf<Entity extends object>(world: World, filter: Params, table: FilterTable<Entity>): Test<Entity> {
  const name = filter.required("Name");
  const patterns = filter.strings("Value").map(patternOf);
  if (patterns.length === 0) throw invalidValue(`The filter '${name}' has no values`);
  const read = readerOf(name, table);
  return (entity) => {
    const attribute = read(entity, world);
    const values = isList(attribute) ? attribute : [attribute];
    return values.some((value) => value !== undefined && patterns.some((pattern) => pattern(String(value))));
  };
}

function isList(attribute: Attribute): attribute is readonly (string | undefined)[] {
  return Array.isArray(attribute);
}

function readerOf<Entity extends object>(
  name: string,
  table: FilterTable<Entity>,
): (entity: Entity, world: World) => Attribute {
  if (name.startsWith("tag:")) return (entity) => (hasTags(entity) ? entity.tags[name.slice(4)] : undefined);
  if (Object.hasOwn(table, name)) return table[name] ?? noAttribute;
  const read = Object.hasOwn(TAG_FILTERS, name) ? TAG_FILTERS[name] : undefined;
  if (read === undefined) throw invalidValue(`The filter '${name}' is invalid`);
  return (entity, world) => (hasTags(entity) ? read(entity, world) : undefined);
}

const noAttribute = () => undefined;

function hasTags(entity: object): entity is { tags: Tags } {
  return "tags" in entity;
}

/** `*` stands for any characters, `?` for one; a backslash takes that meaning away (EC2 guide, filters). */
function patternOf(text: string): (value: string) => boolean {
  if (!isPattern(text)) return (value) => value === text;
  const source = text.replace(
    /\\([*?\\])|([*?])|([.+^${}()|[\]\\])/g,
    (_, literal?: string, wild?: string, special?: string) => {
      if (wild !== undefined) return wild === "*" ? "[^]*" : "[^]";
      return `\\${literal ?? special ?? ""}`;
    },
  );
  const pattern = new RegExp(`^${source}$`, "u");
  return (value) => pattern.test(value);
}

function isPattern(text: string): boolean {
  return /[*?\\]/.test(text);
}
