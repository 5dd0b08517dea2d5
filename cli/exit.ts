/** The end of a command: the text for an error, and the exit code by which a script tells one end from another. (pure) */
import { AmbiguousName } from "../controller/record";
import { Cancelled } from "../provider/kit/clock";
import { type Ec2Error, explain, isEc2Error } from "../provider/ec2/errors";
import { RightsMissing } from "../provider/engine/steps/rights";
import { sentence } from "../provider/failure";

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  denied: 4,
  refused: 5,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The meanings of the exit codes, as `--help` and docs/cli.md have them. */
export const MEANINGS: Readonly<Record<ExitCode, string>> = {
  [EXIT.done]: "done; doctor: nothing found",
  [EXIT.failed]: "failed; doctor: something found",
  [EXIT.usage]: "bad usage, or no region",
  [EXIT.notFound]: "no such machine, or several of that name",
  [EXIT.denied]: "no usable credentials, or a right is missing",
  [EXIT.refused]: "not confirmed",
  [EXIT.interrupted]: "ended by Ctrl-C",
};

/** An error that a user can put right, as a sentence. */
export class CommandError extends Error {
  override readonly name = "Problem";

  constructor(
    message: string,
    readonly exit: ExitCode,
  ) {
    super(message);
  }
}

/** The error and its causes. */
function chain(error: unknown): unknown[] {
  const found: unknown[] = [];
  for (let at = error; at !== undefined && !found.includes(at); at = at instanceof Error ? at.cause : undefined) {
    found.push(at);
  }
  return found;
}

export function exitOf(error: unknown): ExitCode {
  const causes = chain(error);
  const problem = causes.find((it) => it instanceof CommandError);
  if (causes.some((it) => it instanceof Cancelled)) {
    return EXIT.interrupted;
  }
  if (problem !== undefined) {
    return problem.exit;
  }
  if (causes.some((it) => it instanceof AmbiguousName)) {
    return EXIT.notFound;
  }
  const isDenied = causes.some((it) => it instanceof RightsMissing || isEc2Error(it, "denied", "no-credentials"));
  return isDenied ? EXIT.denied : EXIT.failed;
}

/** The sentence for an error, with what to do about it here. */
export function textOf(error: unknown): string {
  const missing = chain(error).find((it): it is Ec2Error => isEc2Error(it, "no-credentials"));
  if (missing !== undefined) {
    const said = missing.said.replace(/\.$/, "");
    return sentence(
      `there are no usable AWS credentials (${said}); give --profile NAME, or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and check that they are still valid`,
    );
  }
  return sentence(explain(error));
}
