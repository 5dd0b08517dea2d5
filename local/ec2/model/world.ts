import { Ledger } from "./ledger";
import { Random } from "./random";
import { Schedule, type Due } from "./schedule";
import { TABLE_NAMES, emptyAccount, type Account, type TableName, type Tables } from "./state";
import type { Timing } from "./timings";

/** The tables as JSON has them: an object per table, keyed as the map is. */
export type SavedTables = { [Name in TableName]: Record<string, Tables[Name]> };

export interface SavedWorld extends SavedTables {
  now: number;
  region: string;
  accountId: string;
  random: number;
  schedule: readonly Due[];
  ledger: ReturnType<Ledger["save"]>;
}

export interface Identity {
  region: string;
  accountId: string;
}

interface WorldParts extends Identity {
  random: Random;
  now: number;
  account?: Account;
  schedule?: Schedule;
  ledger?: Ledger;
}

/** One account in one region, at one moment. The modules beside this one are functions over it. */
export class World {
  readonly region: string;
  readonly accountId: string;
  readonly random: Random;
  /** The time of the call, or of the transition, that is being carried out. */
  now: number;
  readonly account: Account;
  readonly schedule: Schedule;
  readonly ledger: Ledger;
  /** The reasons with which the next launches shall fail after they were accepted. */
  readonly launchFailures: string[] = [];

  constructor(parts: WorldParts) {
    this.region = parts.region;
    this.accountId = parts.accountId;
    this.random = parts.random;
    this.now = parts.now;
    this.account = parts.account ?? emptyAccount();
    this.schedule = parts.schedule ?? new Schedule();
    this.ledger = parts.ledger ?? new Ledger();
  }

  /** Ids as EC2 gives them out today: 17 hexadecimal digits. */
  newId(prefix: string): string {
    return `${prefix}-0${this.random.hex(16)}`;
  }

  /** Lets something happen by itself after about this time. */
  later(timing: Timing, due: Omit<Due, "at">): void {
    this.schedule.add({ ...due, at: this.now + this.random.around(timing.mean, timing.spread) });
  }

  save(): SavedWorld {
    const tables = Object.fromEntries(
      TABLE_NAMES.map((name) => [name, Object.fromEntries<unknown>(this.account[name])]),
    ) as unknown as SavedTables;
    return structuredClone({
      now: this.now,
      region: this.region,
      accountId: this.accountId,
      random: this.random.save(),
      ...tables,
      schedule: this.schedule.entries(),
      ledger: this.ledger.save(),
    });
  }

  static restore(saved: SavedWorld): World {
    const copy = structuredClone(saved);
    const account = Object.fromEntries(
      TABLE_NAMES.map((name) => [name, new Map<string, unknown>(Object.entries(copy[name]))]),
    ) as unknown as Account;
    return new World({
      ...copy,
      account,
      random: new Random(copy.random),
      schedule: new Schedule(copy.schedule),
      ledger: new Ledger(copy.ledger),
    });
  }
}
