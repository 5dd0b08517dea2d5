import { createRequire } from "node:module";
import { join } from "node:path";
import { Child } from "./child";
import { DeployError } from "./errors";
import type { Project } from "./project";

const PARALLEL = 16;

export interface ProgramOptions {
  project: Project;
  config: Record<string, string>;
  secretKeys: readonly string[];
  env: NodeJS.ProcessEnv;
  preview: boolean;
  /** Where ResourceMonitor and Engine are served. */
  address: string;
  onLine: (line: string) => void;
}

/** Starts the Pulumi program under the unmodified Node language runtime, as Pulumi's language host would. */
export function startProgram({ project, address, preview, onLine, ...options }: ProgramOptions): Child {
  const args = [
    resolveFromProgram(project, "@pulumi/pulumi/cmd/run"),
    ...["--monitor", address],
    ...["--engine", address],
    ...["--organization", "organization"],
    ...["--project", project.name],
    ...["--root-directory", project.root],
    ...["--stack", project.stack],
    ...["--pwd", project.programDir],
    ...(preview ? ["--dry-run"] : []),
    ...["--parallel", String(PARALLEL)],
    project.entryPoint,
  ];
  return new Child(args, { cwd: project.programDir, env: environment(project, options), onLine });
}

function environment(
  project: Project,
  { env, config, secretKeys }: Pick<ProgramOptions, "env" | "config" | "secretKeys">,
) {
  const own: NodeJS.ProcessEnv = {
    ...env,
    PULUMI_CONFIG: JSON.stringify(config),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(secretKeys),
  };
  delete own.PULUMI_NODEJS_DRY_RUN;
  if (project.typescript) own.PULUMI_NODEJS_TYPESCRIPT = "true";
  else delete own.PULUMI_NODEJS_TYPESCRIPT;
  return own;
}

export function resolveFromProgram(project: Project, module: string): string {
  try {
    return createRequire(join(project.programDir, "package.json")).resolve(module);
  } catch {
    throw new DeployError(
      `@pulumi/pulumi is not installed for the program in ${project.programDir}: run npm install there.`,
    );
  }
}
