/** A failure that is told to the user in sentences, one per line, without a stack. */
export class DeployError extends Error {
  readonly lines: readonly string[];

  constructor(lines: string | readonly string[]) {
    const all = typeof lines === "string" ? [lines] : lines;
    super(all.join("\n"));
    this.name = "DeployError";
    this.lines = all;
  }
}

/** The resource failed, and what exists of it has been recorded. */
export class PartialFailure extends DeployError {}

/** Not begun, because the deployment has stopped for a reason that the user has been told. */
export class Stopped extends Error {}

export function linesOf(error: unknown): readonly string[] {
  if (error instanceof DeployError) return error.lines;
  return [error instanceof Error ? (error.stack ?? error.message) : String(error)];
}
