import { INDEXES } from "./indexes";
import { Random } from "./random";
import type { Account, TableName } from "./state";
import { Table } from "./table";
import { World } from "./world";

/** The tables that are known late. Parts that an account is set up with, such as its subnets, are always known. */
const LATE: readonly TableName[] = [
  "instances",
  "networkInterfaces",
  "addresses",
  "volumes",
  "launchTemplates",
  "spotRequests",
];

interface Change {
  at: number;
  table: TableName;
  id: string;
  /** The row as JSON; undefined where it is gone. */
  row: string | undefined;
}

/** A copy of the account that learns of every change a while later: what describes are answered from. */
export class Replica {
  private readonly copy: World;
  private readonly watch = { isOn: true };
  /** The version of each row that was last noticed, and from when on it is known. */
  private readonly noticed = new Map<string, { row: string | undefined; at: number }>();
  private waiting: Change[] = [];

  constructor(
    private readonly world: World,
    private readonly lagOf: (isNew: boolean) => number,
  ) {
    const late = LATE.map((name) => [name, new Table<never>(this.watch, INDEXES[name] as never)]);
    const account = { ...world.account, ...Object.fromEntries(late) } as Account;
    const { region, accountId, now, timings } = world;
    this.copy = new World({ region, accountId, now, timings, random: new Random(0), watch: this.watch, account });
    for (const name of LATE) this.notice(name, [...world.account[name].keys()], () => 0);
    world.observer = (name, ids) => {
      if (LATE.includes(name)) this.notice(name, ids, this.lagOf);
    };
  }

  detach(): void {
    this.world.observer = undefined;
  }

  /** The account as it is known at the time of the world. */
  catchUp(): World {
    this.world.begin();
    const { now } = this.world;
    this.copy.now = now;
    const due = this.waiting.filter(({ at }) => at <= now);
    if (due.length === 0) return this.copy;
    this.waiting = this.waiting.filter(({ at }) => at > now);
    for (const change of due) this.apply(change);
    return this.copy;
  }

  private notice(table: TableName, ids: Iterable<string>, lagOf: (isNew: boolean) => number): void {
    for (const id of ids) {
      const key = `${table}/${id}`;
      const before = this.noticed.get(key);
      const now = this.world.account[table].peek(id);
      const row = now === undefined ? undefined : JSON.stringify(now);
      if (before?.row === row) continue;
      // Never before what was noticed earlier: a row's past does not come back.
      const at = Math.max(before?.at ?? 0, this.world.now + lagOf(before === undefined));
      this.noticed.set(key, { row, at });
      this.waiting.push({ at, table, id, row });
    }
  }

  private apply({ table, id, row }: Change): void {
    const rows = this.copy.account[table] as unknown as Map<string, unknown>;
    if (row === undefined) rows.delete(id);
    else rows.set(id, JSON.parse(row));
  }
}
