import { emptyAccount, restoreTables, saveTables, type SavedTables } from "./account";
import { sample } from "./distribution";
import { EventLog } from "./events";
import { Ledger } from "./ledger";
import { Random } from "./random";
import { Schedule, type Due } from "./schedule";
import { TABLE_NAMES, type Account, type RootVolumeFailure, type StatusCheck, type TableName } from "./state";
import type { Table, Watch } from "./table";
import { Timings, type Timing } from "./timings";

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
  watch?: Watch;
  account?: Account;
  schedule?: Schedule;
  ledger?: Ledger;
  timings?: Timings;
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
  readonly timings: Timings;
  readonly events: EventLog;
  /** The reasons with which the next launches shall fail after they were accepted. */
  readonly launchFailures: string[] = [];
  /** The status checks that shall fail after the next boots. */
  readonly impairedBoots: StatusCheck[] = [];
  /** How the next replacements of root volumes shall fail. */
  readonly rootVolumeFailures: RootVolumeFailure[] = [];
  /** Whether callers cannot know this object yet, although it exists: eventual consistency. */
  isUnknown: (table: TableName, id: string) => boolean = () => false;
  /** Is told which objects a call or a step of the schedule may have made, changed or deleted. */
  observer: ((table: TableName, ids: Iterable<string>) => void) | undefined;

  private readonly watch: Watch;
  private readonly tables: readonly (readonly [TableName, Pick<Table<unknown>, "takeBack">])[];

  constructor(parts: WorldParts) {
    this.region = parts.region;
    this.accountId = parts.accountId;
    this.random = parts.random;
    this.now = parts.now;
    this.watch = parts.watch ?? { isOn: true };
    this.account = parts.account ?? emptyAccount(this.watch);
    this.tables = TABLE_NAMES.map((name) => [name, this.account[name]] as const);
    this.schedule = parts.schedule ?? new Schedule();
    this.ledger = parts.ledger ?? new Ledger();
    this.timings = parts.timings ?? new Timings();
    // Its own generator: what is told about the account does not change what is made in it.
    this.events = new EventLog(this, new Random(this.random.save() + 1));
  }

  /** Ids as EC2 gives them out today: 17 hexadecimal digits. */
  newId(prefix: string): string {
    return `${prefix}-0${this.random.hex(16)}`;
  }

  /** Lets something happen by itself after about this time. */
  later(timing: Timing, due: Omit<Due, "at">): void {
    this.schedule.add({ ...due, at: this.now + this.durationOf(timing) });
  }

  durationOf(timing: Timing): number {
    return sample(this.random, this.timings.of(timing));
  }

  /** A call, or a step of the schedule, begins: what the one before had in its hands changes no more. */
  begin(): void {
    const { observer } = this;
    for (const [name, table] of this.tables) {
      const tell = (ids: Iterable<string>) => {
        observer?.(name, ids);
      };
      table.takeBack(observer && tell);
    }
  }

  /** Does something that only looks. */
  look<Result>(work: () => Result): Result {
    this.begin();
    this.watch.isOn = false;
    try {
      return work();
    } finally {
      this.watch.isOn = true;
    }
  }

  save(): SavedWorld {
    return this.look(() =>
      structuredClone({
        now: this.now,
        region: this.region,
        accountId: this.accountId,
        random: this.random.save(),
        ...saveTables(this.account),
        schedule: this.schedule.entries(),
        ledger: this.ledger.save(),
      }),
    );
  }

  static restore(saved: SavedWorld, timings?: Timings): World {
    const copy = structuredClone(saved);
    const watch: Watch = { isOn: true };
    return new World({
      ...copy,
      watch,
      account: restoreTables(copy, watch),
      random: new Random(copy.random),
      schedule: new Schedule(copy.schedule),
      ledger: new Ledger(copy.ledger),
      timings,
    });
  }
}
