/** The CPU time and memory that the processes of a run took, as Linux counts them. */
import { readdirSync, readFileSync } from "node:fs";

export interface Usage {
  cpuSeconds: number;
  /** The most memory that it ever held. */
  peakMib: number;
}

/** The kernel's clock ticks, which are hundredths of a second everywhere that Node runs. */
const TICKS_PER_SECOND = 100;
const LOOK_EVERY_MS = 100;

interface Stat {
  parent: number;
  ticks: number;
}

function statOf(pid: number): Stat | undefined {
  const text = readOrNothing(`/proc/${pid}/stat`);
  // The second field, the name, may hold anything; what follows it is numbers.
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ");
  return fields === undefined
    ? undefined
    : { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
}

function readOrNothing(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined; // It ended meanwhile.
  }
}

/** The CPU time and memory of a process so far; undefined if it is gone. */
export function usageOf(pid: number): Usage | undefined {
  const stat = statOf(pid);
  const peak = /VmHWM:\s+(\d+) kB/.exec(readOrNothing(`/proc/${pid}/status`) ?? "")?.[1];
  return stat === undefined || peak === undefined
    ? undefined
    : { cpuSeconds: stat.ticks / TICKS_PER_SECOND, peakMib: Number(peak) / 1024 };
}

function childrenOf(pid: number): number[] {
  return readdirSync("/proc")
    .filter((it) => /^\d+$/.test(it))
    .map(Number)
    .filter((it) => statOf(it)?.parent === pid);
}

/** Looks at the children of a process for as long as it lives, and keeps what was seen last of each kind. */
export class Watch<Kind extends string> {
  private readonly seen = new Map<Kind, Usage>();
  private readonly kinds = new Map<number, Kind>();
  private readonly looking: NodeJS.Timeout;

  /** @param kindOf what a process is by its command line; undefined for one that is not looked at */
  constructor(
    private readonly parent: number,
    private readonly kindOf: (command: string) => Kind | undefined,
  ) {
    this.looking = setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
  }

  end(): ReadonlyMap<Kind, Usage> {
    clearInterval(this.looking);
    return this.seen;
  }

  private look(): void {
    for (const pid of childrenOf(this.parent)) {
      const kind = this.kinds.get(pid) ?? this.kindOf(readOrNothing(`/proc/${pid}/cmdline`) ?? "");
      const usage = usageOf(pid);
      if (kind !== undefined && usage !== undefined) {
        this.kinds.set(pid, kind);
        this.seen.set(kind, usage);
      }
    }
  }
}
