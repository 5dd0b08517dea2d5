import { INDEXES } from "./indexes";
import { TABLE_NAMES, type Account, type TableName, type Tables } from "./state";
import { Table, type Watch } from "./table";

/** The tables as JSON has them: an object per table, keyed as the table is. */
export type SavedTables = { [Name in TableName]: Record<string, Tables[Name]> };

export function emptyAccount(watch: Watch): Account {
  const table = <Name extends TableName>(name: Name) => new Table<Tables[Name]>(watch, INDEXES[name]);
  return Object.fromEntries(TABLE_NAMES.map((name) => [name, table(name)])) as unknown as Account;
}

export function saveTables(account: Account): SavedTables {
  return Object.fromEntries(
    TABLE_NAMES.map((name) => [name, Object.fromEntries<unknown>(account[name])]),
  ) as unknown as SavedTables;
}

/** A table that was not known when the state was saved is empty. */
export function restoreTables(saved: Partial<SavedTables>, watch: Watch): Account {
  const account = emptyAccount(watch);
  for (const name of TABLE_NAMES) {
    const table = account[name] as unknown as Map<string, unknown>;
    for (const [id, row] of Object.entries<unknown>(saved[name] ?? {})) table.set(id, row);
  }
  return account;
}
