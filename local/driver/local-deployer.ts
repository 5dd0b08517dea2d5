import { join } from "node:path";
import type { Commands, DriverOptions } from ".";

/** The built one, also when this file itself runs from source, as in tests. */
const MAIN = __filename.endsWith(".ts")
  ? join(__dirname, "..", "..", "dist", "local", "main.js")
  : join(__dirname, "..", "main.js");

export function deployerCommands({ projectDir, workDir, stack }: DriverOptions): Commands {
  const where = ["-C", projectDir, "--stack", stack, "--state", join(workDir, `${stack}.json`)];
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
    outputs: () => [process.execPath, MAIN, "outputs", ...where],
  };
}
