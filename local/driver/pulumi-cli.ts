import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Commands, DriverOptions } from "./commands";

/** The CLI with its file backend in the work folder: nothing of the user's own Pulumi set-up is touched. */
export function pulumiCommands({ projectDir, workDir, stack }: DriverOptions): Commands {
  const backend = join(workDir, "backend");
  mkdirSync(backend, { recursive: true });
  // `stack init` writes the stack's settings beside a Pulumi.yaml: here, beside a copy, so that the project stays clean.
  copyFileSync(join(projectDir, "Pulumi.yaml"), join(workDir, "Pulumi.yaml"));
  const configFile = ["--config-file", join(workDir, `Pulumi.${stack}.yaml`)];
  const quiet = ["--non-interactive", "--color", "never"];
  let made = false;
  return {
    env: {
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_HOME: join(workDir, "home"),
      PULUMI_CONFIG_PASSPHRASE: "local",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    },
    prepare: (config) => {
      const values = Object.entries(config).flatMap(([key, value]) => ["--plaintext", `${key}=${value}`]);
      const set = values.length === 0 ? [] : [["pulumi", "config", "set-all", "-s", stack, ...configFile, ...values]];
      const init = made ? [] : [["pulumi", "stack", "init", stack, "--cwd", workDir, ...quiet]];
      made = true;
      return [...init, ...set];
    },
    verb: (verb) => [
      "pulumi",
      verb,
      "-s",
      stack,
      ...configFile,
      ...quiet,
      ...(verb === "preview" ? ["--diff"] : ["--yes", "--skip-preview"]),
    ],
    unlock: () => ["pulumi", "cancel", "--yes", "-s", stack],
    outputs: () => ["pulumi", "stack", "output", "--json", "-s", stack],
  };
}
