/** The commands and options of `managed-instance`, and how a run of it ends. */
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { POLICY_NAMES, type PolicyName } from "../provider/ec2/policies";
import { printable } from "../provider/kit/printable";
import type { ActOptions } from "./act";
import { consoleCommand, type ConsoleOptions } from "./console/command";
import { complete, completion, MACHINE, NAME, SHELLS } from "./completion";
import type { GlobalOptions, Shell } from "./connection";
import { doctor, type DoctorOptions } from "./doctor";
import { EXIT, type ExitCode, exitOf, MEANINGS, CommandError, textOf } from "./exit";
import { history, type HistoryOptions } from "./history";
import { iamPolicy } from "./iam-policy";
import { list, type ListOptions } from "./list";
import { pauseCommand } from "./pause";
import { recycleCommand } from "./recycle";
import { releaseCommand, type ReleaseOptions } from "./release";
import { resumeCommand } from "./resume";
import { status, type StatusOptions } from "./status";
import { watch, type WatchOptions } from "./watch";

const ABOUT =
  "Looks at managed instances, and pauses, resumes and recycles them. They are found in EC2 by their tags; Pulumi's state is not needed.";

/** @param args without the names of the interpreter and of the script */
export async function run(args: readonly string[], shell: Shell): Promise<ExitCode> {
  const { terminal } = shell;
  const outcome: { exit: ExitCode } = { exit: EXIT.done };
  try {
    await programFor(shell, outcome).parseAsync([...args], { from: "user" });
    return outcome.exit;
  } catch (error) {
    if (error instanceof CommanderError) {
      // Commander has printed what is wrong, or the help that was asked for.
      return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    }
    terminal.complain(`${NAME}: ${printable(textOf(error))}`);
    return exitOf(error);
  }
}

function programFor(shell: Shell, outcome: { exit: ExitCode }): Command {
  const { terminal } = shell;
  const program = new Command(NAME)
    .description(ABOUT)
    .option("--region <region>", "the AWS region; by default as the provider finds it: AWS_REGION, or the profile's")
    .option("--profile <name>", "the AWS profile; by default AWS_PROFILE, or what the environment has")
    .option("--endpoint <url>", "where EC2 is, for a simulator; or AWS_ENDPOINT_URL", url)
    .option("--no-color", "no colours; there are none in a pipe, or with NO_COLOR")
    .showHelpAfterError(`(\`${NAME} --help\` says what there is)`)
    .addHelpText("after", `\nExit codes:\n${exitCodes()}`)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        terminal.print(tame(text));
      },
      writeErr: (text) => {
        terminal.complain(tame(text));
      },
    })
    .hook("preAction", () => {
      if (!program.opts<GlobalOptions>().color) {
        terminal.hasColour = false;
      }
    });
  addLooks(program, shell);
  addDeeds(program, shell);
  addChecks(program, shell, outcome);
  addConsole(program, shell);
  addCompletion(program, shell);
  return program;
}

/** Makes Commander's text safe to print: it repeats what it was given. */
function tame(text: string): string {
  return text.replace(/\n$/, "").split("\n").map(printable).join("\n");
}

/** Runs a command that only looks, and has nothing to finish: Ctrl-C ends it at once, even if EC2 has not answered. */
async function looking<T>({ terminal: { interrupted } }: Shell, work: Promise<T>): Promise<T> {
  const ended = new Promise<never>((_resolve, reject) => {
    interrupted.addEventListener("abort", () => {
      reject(new CommandError("ended by Ctrl-C", EXIT.interrupted));
    });
  });
  return Promise.race([work, ended]);
}

function exitCodes(): string {
  return Object.entries(MEANINGS)
    .map(([code, meaning]) => `  ${code.padEnd(5)}${meaning}`)
    .join("\n");
}

/** The option `--yes`. Every command that acts takes it, so that a script can pass it to each of them. */
function yesOption(neverAsks: boolean): [flags: string, about: string] {
  return ["-y, --yes", neverAsks ? "accepted for scripts; this command never asks" : "do not ask"];
}

const JSON_OPTION = ["--json", "print JSON, under the names of docs/cli.md"] as const;

function addLooks(program: Command, shell: Shell): void {
  program
    .command("list")
    .description("list the machines of the account and region, a line each")
    .option(...JSON_OPTION)
    .action((_options, command: Command) => looking(shell, list(shell, command.optsWithGlobals<ListOptions>())));
  program
    .command("status")
    .argument(`[${MACHINE}]`, "one machine; by default all")
    .description("show all that is known of a machine")
    .option(...JSON_OPTION)
    .action((name: string | undefined, _options, command: Command) =>
      looking(shell, status(shell, name, command.optsWithGlobals<StatusOptions>())),
    );
  program
    .command("history")
    .argument(`<${MACHINE}>`)
    .description("show the history of a machine: from its tags, and from CloudTrail where allowed and installed")
    .option("--limit <number>", "show the last N events", positive, 30)
    .option(...JSON_OPTION)
    .action((name: string, _options, command: Command) =>
      looking(shell, history(shell, name, command.optsWithGlobals<HistoryOptions>())),
    );
}

function addDeeds(program: Command, shell: Shell): void {
  const deeds = [
    ["pause", pauseCommand, "give up the instance, keep the addresses; asks first"],
    ["resume", resumeCommand, "start or launch an instance on the addresses that were kept"],
    ["recycle", recycleCommand, "replace the instance, with nothing else changed; asks first"],
  ] as const;
  for (const [name, deed, about] of deeds) {
    const command = program
      .command(name)
      .argument(`<${MACHINE}>`)
      .description(about)
      .option("--no-wait", "record the change and return; the controller or `watch` carries it out")
      .option("--json", "print the result as JSON, and all else on standard error")
      .option(...yesOption(name === "resume"));
    command.action((idOrName: string) => deed(shell, idOrName, command.optsWithGlobals<ActOptions>()));
  }
  program
    .command("release")
    .argument(`<${MACHINE}>`)
    .description(
      "give up a machine that no stack has any more: what was made is deleted, what was given is left; asks first",
    )
    .option("-y, --yes", "do not ask")
    .option("--retain-elastic-ip", "keep the Elastic IP allocated")
    .option("--retain-network-interface", "keep the network interface, and with it the private IP")
    .option("--delete-data-volumes", "delete the data volumes, which stay by default")
    .action((idOrName: string, _options, command: Command) =>
      releaseCommand(shell, idOrName, command.optsWithGlobals<ReleaseOptions>()),
    );
  program
    .command("watch")
    .argument(`[${MACHINE}...]`, "which machines; by default all")
    .description(
      "run the controller's loop in the foreground: it handles interruptions, failures and schedules; Ctrl-C ends it",
    )
    .option("--interval <seconds>", "how often to look", positive, 30)
    .option(...yesOption(true))
    .action((names: string[], _options, command: Command) =>
      watch(shell, names, command.optsWithGlobals<WatchOptions>()),
    );
}

function addChecks(program: Command, shell: Shell, outcome: { exit: ExitCode }): void {
  program
    .command("doctor")
    .argument(`[${MACHINE}]`, "the machine to ask the rights of; by default any")
    .description("check credentials, rights and quotas, and find what is left over or in the way; changes nothing")
    .addOption(
      new Option("--rights <policy>", "the policy that the credentials are to have")
        .choices(["reader", "operator", "up"])
        .default("operator"),
    )
    .option(...JSON_OPTION)
    .action(async (name: string | undefined, _options, command: Command) => {
      outcome.exit = await looking(shell, doctor(shell, name, command.optsWithGlobals<DoctorOptions>()));
    });
  program
    .command("iam-policy")
    .addArgument(new Argument("[policy]", "the user of the policy").choices(POLICY_NAMES).default("operator"))
    .description("print a least-privilege IAM policy, to be attached as it is")
    .action((name: PolicyName) => {
      iamPolicy(shell, name);
    });
}

function addConsole(program: Command, shell: Shell): void {
  program
    .command("console")
    .description("show the machines in a browser, served from this computer with these credentials; Ctrl-C ends it")
    .option("--port <number>", "the port on 127.0.0.1; by default one that is free", port, 0)
    .option("--no-open", "only print the link; a browser is opened from a terminal alone, and not over SSH")
    .action((_options, command: Command) => consoleCommand(shell, command.optsWithGlobals<ConsoleOptions>()));
}

function addCompletion(program: Command, shell: Shell): void {
  program
    .command("completion")
    .addArgument(new Argument("<shell>").choices(SHELLS))
    .description("print the script with which a shell completes commands, options and machine names")
    .action((name: (typeof SHELLS)[number]) => completion(name));
  program
    .command("complete", { hidden: true })
    .argument("[words...]")
    .action((words: string[]) => complete(shell, program, words));
}

function positive(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new InvalidArgumentError("It has to be a whole number above 0.");
  }
  return value;
}

function port(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) {
    throw new InvalidArgumentError("It has to be a port: 0 to 65535.");
  }
  return value;
}

function url(text: string): string {
  if (!URL.canParse(text) || !/^https?:$/.test(new URL(text).protocol)) {
    throw new InvalidArgumentError("It has to be a URL, such as http://127.0.0.1:4599.");
  }
  return text;
}
