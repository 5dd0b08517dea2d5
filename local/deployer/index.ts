import { join } from "node:path";
import { describeExit, type Child } from "./child";
import { deleteUnwanted } from "./deletion";
import { DeployError, linesOf } from "./errors";
import { takeLock } from "./lock";
import { Monitor } from "./monitor";
import { printOutputs, readable, type StackOutputs } from "./outputs";
import { startProgram } from "./program";
import { fullKey, readProject, type Project } from "./project";
import { Provider } from "./provider";
import { refreshAll } from "./refresh";
import { Registrar } from "./registrar";
import { Report, type Step } from "./report";
import { Run } from "./run";
import { StackSnapshot } from "./snapshot";
import { StackStateFile, type StackState } from "./state";
import { nameOf, STACK_TYPE } from "./urn";
import { isSecret, plain, secret, secretTexts, type Props, type Value } from "./values";

export { hideSecrets } from "./outputs";

const END_PROGRAM_MS = 1000;

export type DeployKind = "preview" | "up" | "refresh" | "destroy";

export interface DeployOptions {
  projectDir: string;
  stack: string;
  /** By key; one without a namespace is in the project's. Kept in the state for the runs to come, as Pulumi does. */
  config?: Record<string, string>;
  /** As `config`, for values that must not be seen. */
  secretConfig?: Record<string, string>;
  /** By default PROJECT/.local-stacks/STACK.json. */
  stateFile?: string;
  /** For `up` and `preview`: reads the resources as they are first. */
  refresh?: boolean;
  /** URNs of resources that are to be replaced whatever their diff says, as by Pulumi's `--replace`. */
  replace?: readonly string[];
  write?: (line: string) => void;
  colour?: boolean;
  env?: NodeJS.ProcessEnv;
  /** Once aborted, nothing new is begun; what is under way comes to its end and is recorded. */
  signal?: AbortSignal;
}

export interface DeployResult {
  ok: boolean;
  steps: Step[];
  /** Plain values, those of secrets too; unknown ones are "[unknown]". */
  outputs: Record<string, unknown>;
  secretOutputs: string[];
  failures: string[];
}

/** Runs a Pulumi program's dynamic resources with no Pulumi CLI. What goes wrong is in the result, never thrown. */
export async function deploy(kind: DeployKind, options: DeployOptions): Promise<DeployResult> {
  const report = new Report(options.write ?? (() => undefined), kind === "preview", options.colour ?? false);
  let outputs: StackOutputs = { values: {}, secretNames: [] };
  try {
    const project = readProject(options.projectDir, options.stack);
    const unlock = kind === "preview" ? undefined : takeLock(stateFileOf(project, options));
    try {
      outputs = await new Deployment(kind, options, project, report).perform();
    } finally {
      unlock?.();
    }
  } catch (error) {
    report.fail(linesOf(error));
  }
  const { steps, failures } = report;
  return { ok: failures.length === 0, steps, failures, outputs: outputs.values, secretOutputs: outputs.secretNames };
}

/** The outputs that a stack had after its last `up`. */
export function readOutputs(options: Pick<DeployOptions, "projectDir" | "stack" | "stateFile" | "env">): StackOutputs {
  const state = openState(readProject(options.projectDir, options.stack), options).load();
  return readable(state.resources.find(({ type }) => type === STACK_TYPE)?.outputs ?? {});
}

function stateFileOf(project: Project, { stateFile }: Pick<DeployOptions, "stateFile">): string {
  return stateFile ?? join(project.root, ".local-stacks", `${project.stack}.json`);
}

function openState(project: Project, options: Pick<DeployOptions, "stateFile" | "env">): StackStateFile {
  const path = stateFileOf(project, options);
  return new StackStateFile(path, {
    keyFile: `${path}.key`,
    passphrase: (options.env ?? process.env).PULUMI_CONFIG_PASSPHRASE,
  });
}

class Deployment {
  private readonly since = Date.now();
  private readonly snapshot: StackSnapshot;
  private readonly run: Run;
  private readonly config: Record<string, string>;
  private readonly secretKeys: string[];
  private provider: Promise<Provider> | undefined;

  constructor(
    private readonly kind: DeployKind,
    private readonly options: DeployOptions,
    private readonly project: Project,
    private readonly report: Report,
  ) {
    const file = openState(project, options);
    const state = file.load();
    this.warnOfPending(state);
    state.config = { ...state.config, ...givenConfig(project, options) };
    report.hide(secretTexts(state.config));
    for (const { inputs, outputs } of state.resources) report.hide([...secretTexts(inputs), ...secretTexts(outputs)]);
    this.config = { ...plainConfig(state.config), ...project.config, ...plainConfig(givenConfig(project, options)) };
    this.secretKeys = Object.keys(state.config).filter((key) => isSecret(state.config[key]));
    this.snapshot = new StackSnapshot(state, kind === "preview" ? undefined : file);
    this.run = new Run({
      project,
      preview: kind === "preview",
      snapshot: this.snapshot,
      report,
      provider: () => (this.provider ??= this.startProvider()),
    });
  }

  async perform(): Promise<StackOutputs> {
    const before = this.snapshot.root()?.outputs ?? {};
    const abort = (): void => {
      this.run.fail(new DeployError("interrupted: what was under way ends and is recorded, nothing else is begun"));
      this.provider?.then(
        (it) => {
          it.cancel();
        },
        () => undefined,
      );
    };
    this.options.signal?.addEventListener("abort", abort);
    try {
      if (this.options.signal?.aborted === true) abort();
      await this.work();
    } finally {
      this.options.signal?.removeEventListener("abort", abort);
      await this.run.idle();
      await this.stopProvider();
    }
    const after = this.snapshot.root()?.outputs ?? {};
    const ranProgram = this.kind === "up" || this.kind === "preview";
    if (ranProgram && this.report.failures.length === 0) printOutputs(this.report, before, after);
    this.report.summary(this.since);
    return readable(after);
  }

  private async work(): Promise<void> {
    if (this.kind === "refresh" || this.options.refresh === true) await refreshAll(this.run);
    if (this.kind === "destroy" && !this.run.isStopped()) await deleteUnwanted(this.run, () => false);
    if (this.kind === "up" || this.kind === "preview") await this.runProgram();
    if (this.kind !== "preview") this.snapshot.save();
  }

  private async runProgram(): Promise<void> {
    if (this.run.isStopped()) return;
    const registrar = new Registrar(this.run, new Set(this.options.replace));
    const monitor = new Monitor(this.run, registrar);
    try {
      const child = startProgram({
        project: this.project,
        config: this.config,
        secretKeys: this.secretKeys,
        env: this.options.env ?? process.env,
        preview: this.run.preview,
        address: await monitor.listen(),
        onLine: (line) => {
          this.report.passOn(line);
        },
      });
      this.run.stopSignal.addEventListener("abort", () => void this.endProgram(child));
      const ending = await child.ended;
      await this.run.idle();
      if (this.report.failures.length === 0 && ending.code !== 0) this.report.failProgram(describeExit(ending));
    } finally {
      monitor.close();
    }
    if (this.report.failures.length > 0) return;
    // The runtime says what the program exports as the last thing. What is not declared by then is to be deleted: a
    // program that has ended early must not be taken at its word.
    if (monitor.stackOutputs === undefined)
      throw new DeployError("The program ended before it was done (process.exit?): nothing is deleted.");
    this.keepOutputs(monitor.stackOutputs);
    await deleteUnwanted(this.run, (urn) => registrar.seen.has(urn));
  }

  /** A program that is told that the deployment is over ends by itself, unless something else keeps it alive. */
  private async endProgram(child: Child): Promise<void> {
    await this.run.idle();
    setTimeout(() => {
      child.kill("SIGKILL");
    }, END_PROGRAM_MS).unref();
  }

  private keepOutputs(outputs: Props): void {
    const root = this.snapshot.root();
    if (root !== undefined) this.snapshot.put({ ...root, outputs }, root);
  }

  private startProvider(): Promise<Provider> {
    return Provider.start({
      project: this.project,
      config: this.config,
      env: this.options.env ?? process.env,
      onLine: (line) => {
        this.report.passOn(line);
      },
    });
  }

  private async stopProvider(): Promise<void> {
    const provider = await this.provider?.catch(() => undefined);
    await provider?.stop();
  }

  private warnOfPending(state: StackState): void {
    for (const { operation, urn } of state.pending)
      this.report.warn(
        `the last run was killed during the ${operation} of ${nameOf(urn)}: what came of it is not recorded`,
      );
    state.pending = [];
  }
}

function givenConfig(project: Project, { config, secretConfig }: DeployOptions): Props {
  const given: Props = {};
  for (const [key, value] of Object.entries(config ?? {})) given[fullKey(key, project.name)] = value;
  for (const [key, value] of Object.entries(secretConfig ?? {})) given[fullKey(key, project.name)] = secret(value);
  return given;
}

function textOf(value: Value): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function plainConfig(config: Props): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, value]) => [key, textOf(plain(value))]));
}
