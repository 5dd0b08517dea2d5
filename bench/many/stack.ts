/** One stack of many managed instances, run by real processes: the program, the provider, the deployer between them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDriver, type Driver, type Verb } from "../../local/driver";
import { type ActionSummary, nothingBut, type Timeline, WELL_KNOWN } from "../../local/ec2";
import { type OwnTimes, ownTimesIn } from "../bound";
import { type Usage, Watch } from "./processes";
import { SimulatorProcess } from "./simulator";

export const PROGRAM_DIR = join(__dirname, "program");
export const STACK = "many";

/** How many calls of one action there were. */
export interface Calls {
  mutating: boolean;
  sent: number;
  /** How many of the calls sent only asked whether they would be accepted. */
  dryRuns: number;
  /** How many of the calls sent EC2 refused because they were too many. */
  throttled: number;
}

export interface Measured {
  wallSeconds: number;
  /** From the first EC2 call to the last, in simulated time. */
  makespanSeconds: number;
  calls: Record<string, Calls>;
  /** Errors that the run ended with. */
  failures: string[];
  cpuSeconds: { program: number; provider: number; deployer: number; simulator: number };
  peakMib: { program: number; provider: number };
  /** The time that EC2 took by itself. */
  took: OwnTimes;
  /** The addresses that were without a running instance meanwhile. */
  outage?: { count: number; meanSeconds: number; maxSeconds: number };
}

const THROTTLED = "RequestLimitExceeded";
const SHOWN_FAILURES = 5;

const NOTHING: Usage = { cpuSeconds: 0, peakMib: 0 };

type Kind = "deployer" | "program" | "provider";

function kindOf(command: string): Kind | undefined {
  return command.includes("dynamic-provider") ? "provider" : command.includes("cmd/run") ? "program" : undefined;
}

/** The args of all machines of the stack; the subnet has room for thousands. */
export function argsOf(imageId: string): Record<string, unknown> {
  return { subnetId: WELL_KNOWN.defaultSubnets[0], imageId, instanceType: "m7i.large", publicIpAssignment: "none" };
}

export class Stack {
  private constructor(
    readonly simulator: SimulatorProcess,
    private readonly driver: Driver,
    readonly workDir: string,
  ) {}

  static async open(count: number, timeScale: number): Promise<Stack> {
    const workDir = mkdtempSync(join(tmpdir(), "managed-instance-many-"));
    const simulator = await SimulatorProcess.start(timeScale);
    const driver = createDriver("local deployer", {
      projectDir: PROGRAM_DIR,
      workDir,
      stack: STACK,
      env: nothingBut(simulator.url, timeScale),
      config: { count: String(count) },
      write: () => undefined,
    });
    return new Stack(simulator, driver, workDir);
  }

  get stateFile(): string {
    return join(this.workDir, `${STACK}.json`);
  }

  close(): void {
    this.simulator.close();
    rmSync(this.workDir, { recursive: true, force: true });
  }

  async run(verb: Verb, imageId: string): Promise<Measured> {
    await this.simulator.forgetCalls();
    const before = await this.simulator.timeline();
    const simulatorBefore = this.simulator.usage.cpuSeconds;
    const start = performance.now();
    const running = await this.driver.begin(verb, { args: JSON.stringify(argsOf(imageId)) });
    const outer = new Watch<Kind>(process.pid, (command) =>
      command.includes(this.stateFile) ? "deployer" : undefined,
    );
    const inner = new Watch(running.process.pid ?? 0, kindOf);
    const { ok, output } = await running.finished;
    const wallSeconds = (performance.now() - start) / 1000;
    const used = (watch: Watch<Kind>, kind: Kind): Usage => watch.end().get(kind) ?? NOTHING;
    const [deployer, program, provider] = [used(outer, "deployer"), used(inner, "program"), used(inner, "provider")];
    const calls = await this.simulator.calls();
    const timeline = await this.simulator.timeline();
    return {
      wallSeconds,
      makespanSeconds: makespan(Object.values(calls)),
      calls: Object.fromEntries(Object.entries(calls).map(([action, summary]) => [action, callsOf(summary)])),
      failures: failuresIn(output, ok),
      cpuSeconds: {
        program: program.cpuSeconds,
        provider: provider.cpuSeconds,
        deployer: deployer.cpuSeconds,
        simulator: this.simulator.usage.cpuSeconds - simulatorBefore,
      },
      peakMib: { program: program.peakMib, provider: provider.peakMib },
      took: ownTimesIn(timeline, before.now),
      outage: outageSince(timeline, before.now),
    };
  }
}

/** From the first call to the last, in simulated seconds. */
function makespan(calls: ActionSummary[]): number {
  const [from, to] = [calls.map((it) => it.firstAt), calls.map((it) => it.lastAt)];
  return calls.length === 0 ? 0 : (Math.max(...to) - Math.min(...from)) / 1000;
}

function callsOf({ mutating, dryRuns, results }: ActionSummary): Calls {
  const sent = Object.values(results).reduce((sum, it) => sum + it, 0);
  return { mutating, sent, dryRuns, throttled: results[THROTTLED] ?? 0 };
}

function failuresIn(output: string, ok: boolean): string[] {
  const lines = output.split("\n").filter((it) => it.startsWith("error:"));
  return ok ? [] : lines.length === 0 ? ["it failed and said nothing"] : lines;
}

/** All of them may say the same. */
export function shown(failures: string[]): string[] {
  return failures.slice(0, SHOWN_FAILURES);
}

function outageSince({ privateIps }: Timeline, since: number): Measured["outage"] {
  const outages = Object.values(privateIps)
    .flatMap((it) => it.outages.filter(({ to }) => to > since))
    .map((it) => it.seconds);
  if (outages.length === 0) {
    return undefined;
  }
  const sum = outages.reduce((total, it) => total + it, 0);
  return { count: outages.length, meanSeconds: sum / outages.length, maxSeconds: Math.max(...outages) };
}
