import { sample, type Distribution } from "../model/distribution";
import type { Random } from "../model/random";
import { Replica } from "../model/replica";
import type { World } from "../model/world";

export interface ConsistencyLags {
  /** For how long after its creation an object is unknown to describes and to other calls: NotFound. */
  unknownMs?: Distribution;
  /** For how long after a change, or after its end, describes still show an object as it was. */
  staleMs?: Distribution;
}

/** EC2 is eventually consistent; the simulator is at once, unless it is told otherwise. */
export class Consistency {
  private lags: ConsistencyLags = {};
  private replica: Replica | undefined;

  constructor(private readonly random: Random) {}

  set(world: World, lags: ConsistencyLags): void {
    this.lags = lags;
    this.follow(world);
  }

  list(): ConsistencyLags {
    return this.lags;
  }

  /** From now on this is the account that is looked at. */
  follow(world: World): void {
    this.replica?.detach();
    const { unknownMs = 0, staleMs = 0 } = this.lags;
    const isOff = unknownMs === 0 && staleMs === 0;
    this.replica = isOff ? undefined : new Replica(world, (isNew) => sample(this.random, isNew ? unknownMs : staleMs));
  }

  /** The account as describes see it. */
  seen(world: World): World {
    return this.replica?.catchUp() ?? world;
  }

  /** Reads a call's parameters: what it names has to be known by now. */
  asCaller<Result>(world: World, read: () => Result): Result {
    const seen = this.replica?.catchUp();
    if (seen === undefined) return read();
    world.isUnknown = (table, id) => world.account[table].has(id) && !seen.account[table].has(id);
    try {
      return read();
    } finally {
      world.isUnknown = () => false;
    }
  }
}
