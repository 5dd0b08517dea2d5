import { join } from "node:path";
import { hideSecrets, readOutputs } from "../deployer";
import type { Commands, DriverOptions } from "./commands";

/** The built one, also when this file itself runs from source, as in tests. */
const MAIN = __filename.endsWith(".ts")
  ? join(__dirname, "..", "..", "dist", "local", "main.js")
  : join(__dirname, "..", "main.js");

export function deployerCommands({ projectDir, workDir, stack, env }: DriverOptions): Commands {
  const stateFile = join(workDir, `${stack}.json`);
  const where = ["-C", projectDir, "--stack", stack, "--state", stateFile];
  return {
    env: {},
    prepare: () => [],
    verb: (verb, config) => [
      process.execPath,
      MAIN,
      verb,
      ...where,
      ...Object.entries(config).flatMap(([key, value]) => ["--config", `${key}=${value}`]),
    ],
    // As its command `outputs` prints them, without a process of its own: they are asked for after nearly every run.
    outputs: () => {
      const { values, secretNames } = readOutputs({ projectDir, stack, stateFile, env: { ...process.env, ...env } });
      return hideSecrets(values, secretNames);
    },
  };
}
