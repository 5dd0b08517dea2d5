/** Runs a Pulumi project as a user would: with the `pulumi` CLI where it is on the PATH, else with the local deployer. */
import { spawn, type ChildProcess } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import type { Commands, DriverOptions, Verb } from "./commands";
import { deployerCommands } from "./local-deployer";
import { pulumiCommands } from "./pulumi-cli";

export type { DriverOptions, Verb } from "./commands";

export type DriverName = "pulumi CLI" | "local deployer";

export interface Finished {
  ok: boolean;
  /** All that was printed. */
  output: string;
}

/** A run that has begun. */
export interface Running {
  process: ChildProcess;
  finished: Promise<Finished>;
}

export class Driver {
  constructor(
    readonly name: DriverName,
    private readonly options: DriverOptions,
    private readonly commands: Commands,
  ) {}

  /** @param more options that both tools have, such as `--replace URN` */
  async run(verb: Verb, config: Record<string, string> = {}, more: readonly string[] = []): Promise<Finished> {
    const running = await this.begin(verb, config, more);
    return running.finished;
  }

  /** Begins a run and returns at once, for tests that end it from outside. */
  async begin(verb: Verb, config: Record<string, string> = {}, more: readonly string[] = []): Promise<Running> {
    const all = { ...this.options.config, ...config };
    for (const [command = "", ...args] of this.commands.prepare(all)) {
      const { ok, output } = await this.start(command, args, () => undefined).finished;
      if (!ok) {
        throw new Error(`${command} ${args.join(" ")} failed:\n${output}`);
      }
    }
    const [command = "", ...args] = this.commands.verb(verb, all);
    return this.start(command, [...args, ...more], this.options.write);
  }

  async outputs(): Promise<Record<string, unknown>> {
    const outputs = this.commands.outputs();
    if (!Array.isArray(outputs)) {
      return outputs;
    }
    const [command = "", ...args] = outputs;
    const { output } = await this.start(command, args, () => undefined).finished;
    return JSON.parse(output.slice(output.indexOf("{"))) as Record<string, unknown>;
  }

  async unlock(): Promise<void> {
    const [command, ...args] = this.commands.unlock?.() ?? [];
    if (command !== undefined) {
      await this.start(command, args, () => undefined).finished;
    }
  }

  private start(command: string, args: string[], write: (chunk: string) => void): Running {
    const child = spawn(command, args, {
      cwd: this.options.projectDir,
      env: { ...process.env, ...this.options.env, ...this.commands.env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        output += chunk;
        write(chunk);
      });
    }
    const finished = new Promise<Finished>((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        resolve({ ok: code === 0, output });
      });
    });
    return { process: child, finished };
  }
}

/** Every tool that can be used here; the Pulumi CLI first, where it is. */
export function availableDrivers(): DriverName[] {
  const found = (process.env.PATH ?? "").split(delimiter).some((dir) => existsSync(join(dir, "pulumi")));
  return found ? ["pulumi CLI", "local deployer"] : ["local deployer"];
}

export function createDriver(name: DriverName, options: DriverOptions): Driver {
  const commands = name === "pulumi CLI" ? pulumiCommands(options) : deployerCommands(options);
  return new Driver(name, options, commands);
}
