import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deploy, type DeployKind, type DeployOptions, type DeployResult } from "../../../local/deployer";

/** One call of a handler, as the fixture's provider noted it down. */
export interface Call {
  call: string;
  label: string;
  /** The provider process. */
  pid: number;
  id?: string;
  props?: Record<string, unknown>;
  olds?: Record<string, unknown>;
  news?: Record<string, unknown>;
}

export interface LabRun extends DeployResult {
  text: string;
  calls: Call[];
}

export interface SavedResource {
  urn: string;
  id: string;
  inputs: Record<string, unknown>;
  outputs: Record<string, unknown>;
  initErrors: string[];
}

export const LAB_PROJECT = join(__dirname, "fixtures", "lab");

/** A stack of its own, to run the programs of one test on. */
export class Lab {
  readonly folder = mkdtempSync(join(tmpdir(), "deployer-lab-"));
  readonly stateFile = join(this.folder, "state", "lab.json");
  private readonly log = join(this.folder, "calls.jsonl");

  env(program: string): NodeJS.ProcessEnv {
    return { ...process.env, PULUMI_CONFIG_PASSPHRASE: undefined, LAB_PROGRAM: program, LAB_LOG: this.log };
  }

  async run(kind: DeployKind, program = "", options: Partial<DeployOptions> = {}): Promise<LabRun> {
    rmSync(this.log, { force: true });
    const lines: string[] = [];
    const result = await deploy(kind, {
      projectDir: LAB_PROJECT,
      stack: "test",
      stateFile: this.stateFile,
      write: (line) => lines.push(line),
      env: this.env(program),
      ...options,
    });
    return { ...result, text: lines.join("\n"), calls: this.calls() };
  }

  up(program: string, options?: Partial<DeployOptions>): Promise<LabRun> {
    return this.run("up", program, options);
  }

  preview(program: string, options?: Partial<DeployOptions>): Promise<LabRun> {
    return this.run("preview", program, options);
  }

  /** Sets the outputs that `read` finds from now on, or null for a thing that is gone. */
  changeWorld(world: Record<string, Record<string, unknown> | null>): void {
    writeFileSync(`${this.log}.world`, JSON.stringify(world));
  }

  calls(): Call[] {
    if (!existsSync(this.log)) return [];
    return readFileSync(this.log, "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as Call);
  }

  stateText(): string {
    return readFileSync(this.stateFile, "utf8");
  }

  saved(label: string): SavedResource | undefined {
    const { resources } = JSON.parse(this.stateText()) as { resources: SavedResource[] };
    return resources.find(({ urn }) => urn.endsWith(`::${label}`));
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Such as `["a create", "b same"]`. */
export function stepsOf(run: DeployResult): string[] {
  return run.steps.map(({ name, op }) => `${name} ${op}`);
}

/** The calls that act, such as `["create a", "create done a"]`. */
export function actsOf(run: LabRun): string[] {
  return run.calls
    .filter(({ call }) => !["check", "diff", "read"].includes(call))
    .map(({ call, label }) => `${call} ${label}`);
}

export function callOf(run: LabRun, call: string, label: string): Call | undefined {
  return run.calls.find((one) => one.call === call && one.label === label);
}
