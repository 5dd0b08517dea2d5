import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDriver, type Driver, type DriverName, type Finished, type Verb } from "../../local/driver";
import { contentsOf, nothingBut, type RunningServer, startServer, WELL_KNOWN } from "../../local/ec2";

/** Fast enough for tests, slow enough that a run can be caught in the middle of a step. */
export const TIME_SCALE = 50;

/** Far longer than anything takes, also on a machine that is slow and busy. */
const PATIENCE_MS = 300_000;

/** A simulator, a stack on it, and the tool that runs it; real processes throughout. */
export class Lab {
  private constructor(
    readonly server: RunningServer,
    readonly driver: Driver,
    readonly workDir: string,
    /** With which any process finds the simulator, and no account. */
    readonly env: Readonly<Record<string, string>>,
  ) {}

  static async open(name: DriverName, options: { project?: string; env?: Record<string, string> } = {}): Promise<Lab> {
    const server = await startServer({ port: 0, timeScale: TIME_SCALE });
    const workDir = mkdtempSync(join(tmpdir(), "managed-instance-e2e-"));
    const env = { ...nothingBut(server.url, TIME_SCALE), ...options.env };
    const driver = createDriver(name, {
      projectDir: join(__dirname, "fixtures", options.project ?? "machine"),
      workDir,
      stack: "test",
      env,
      config: {},
      write: () => undefined,
    });
    return new Lab(server, driver, workDir, env);
  }

  async close(): Promise<void> {
    await this.server.close();
    rmSync(this.workDir, { recursive: true, force: true });
  }

  run(
    verb: Verb,
    args: Record<string, unknown>,
    config: Record<string, string> = {},
    more: readonly string[] = [],
  ): Promise<Finished> {
    return this.driver.run(verb, { args: JSON.stringify({ ...BASE, ...args }), ...config }, more);
  }

  begin(verb: Verb, args: Record<string, unknown>): ReturnType<Driver["begin"]> {
    return this.driver.begin(verb, { args: JSON.stringify({ ...BASE, ...args }) });
  }

  /** The things in the account, by kind of id: `{ i: 1, eni: 1, … }`. */
  contents(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const id of contentsOf(this.server.simulator.snapshot())) {
      const kind = id.slice(0, id.indexOf("-"));
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  /** Waits, on the real clock because real processes are at work, until `condition` holds; gives up only on what hangs. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const start = Date.now();
    while (!condition()) {
      if (Date.now() - start > PATIENCE_MS) {
        throw new Error(`gave up waiting until ${what}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  called(action: string): () => boolean {
    return () => this.server.simulator.calls().some((it) => it.action === action && !it.dryRun);
  }
}

/** On-demand, so that nothing but what a test is about varies. */
export const BASE = {
  subnetId: WELL_KNOWN.subnetA,
  privateIp: "10.0.1.7",
  elasticIp: true,
  imageId: WELL_KNOWN.imageV1,
  instanceType: "m7i.large",
};

/** A whole machine with everything that belongs to it. */
export const WHOLE = { i: 1, eni: 1, eipalloc: 1, vol: 1, lt: 1 };

interface ProcessInfo {
  pid: number;
  parent: number;
  command: string;
}

function processes(): ProcessInfo[] {
  return readdirSync("/proc")
    .filter((it) => /^\d+$/.test(it))
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
        return [{ pid: Number(pid), parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8") }];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

/** The dynamic provider's process under `ancestor`. */
export function providerOf(ancestor: number): number | undefined {
  const all = processes();
  const isUnder = (pid: number): boolean => {
    const parent = all.find((it) => it.pid === pid)?.parent;
    return parent !== undefined && parent > 1 && (parent === ancestor || isUnder(parent));
  };
  const isProvider = (it: ProcessInfo): boolean =>
    it.command.includes("node") && it.command.includes("dynamic-provider");
  return all.find((it) => isProvider(it) && isUnder(it.pid))?.pid;
}

export function isRunning(pid: number): boolean {
  return processes().some((it) => it.pid === pid);
}
