import { resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { deploy, hideSecrets, readOutputs, type DeployKind } from "./deployer";

const ABOUT =
  "local deployer: runs a Pulumi program's dynamic resources for development and tests; it is not Pulumi, and its state is not Pulumi's.";

interface StackOptions {
  directory: string;
  stack: string;
  config: Record<string, string>;
  secret: Record<string, string>;
  state?: string;
  refresh?: boolean;
  replace?: string[];
  json?: boolean;
  showSecrets?: boolean;
}

interface Ec2Options {
  port: number;
  host?: string;
  allowRemote?: boolean;
  timeScale: number;
  state?: string;
  seed?: number;
}

function keyValue(text: string, previous: Record<string, string>): Record<string, string> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) throw new InvalidArgumentError("It has to be KEY=VALUE.");
  return { ...previous, [key]: value };
}

/** `npm run` changes to the package's folder, and says where the user was. */
function fromCaller(directory: string): string {
  return resolve(process.env.INIT_CWD ?? ".", directory);
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError("It has to be a number above 0.");
  return value;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It has to be a whole number.");
  return value;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Ctrl-C once lets what is under way come to its end; twice ends us, and with us the provider process. */
function interruptible(): AbortSignal {
  const interrupted = new AbortController();
  process.on("SIGINT", () => {
    if (interrupted.signal.aborted) process.exit(130);
    interrupted.abort();
  });
  process.once("SIGTERM", () => {
    interrupted.abort();
  });
  return interrupted.signal;
}

async function runDeployment(kind: DeployKind, options: StackOptions): Promise<void> {
  const write = options.json === true ? complain : print;
  write(ABOUT);
  write("");
  const result = await deploy(kind, {
    projectDir: fromCaller(options.directory),
    stack: options.stack,
    config: options.config,
    secretConfig: options.secret,
    stateFile: options.state,
    refresh: options.refresh,
    replace: options.replace,
    write,
    colour: process.stdout.isTTY && options.json !== true,
    signal: interruptible(),
  });
  if (options.json === true) {
    const outputs = hideSecrets(result.outputs, result.secretOutputs);
    print(JSON.stringify({ ...result, outputs }, undefined, 2));
  }
  process.exitCode = result.ok ? 0 : 1;
}

function printStackOutputs(options: StackOptions): void {
  const { values, secretNames } = readOutputs({
    projectDir: fromCaller(options.directory),
    stack: options.stack,
    stateFile: options.state,
  });
  print(JSON.stringify(options.showSecrets === true ? values : hideSecrets(values, secretNames), undefined, 2));
}

function stackCommand(program: Command, name: string, about: string): Command {
  return program
    .command(name)
    .description(about)
    .option("-C, --directory <dir>", "the folder of Pulumi.yaml", ".")
    .requiredOption("--stack <name>", "the stack")
    .option("--state <file>", "the state file (default: DIR/.local-stacks/STACK.json)");
}

function deployCommand(program: Command, kind: DeployKind, about: string): Command {
  return stackCommand(program, kind, about)
    .option("--config <key=value>", "a config value, kept for later runs (repeatable)", keyValue, {})
    .option("--secret <key=value>", "a secret config value, kept for later runs (repeatable)", keyValue, {})
    .option("--json", "print the result as JSON, and all else to stderr")
    .action((options: StackOptions) => runDeployment(kind, options));
}

function main(): Promise<Command> {
  const program = new Command("local").description(
    `The tools to work with no AWS account and no Pulumi CLI.\n${ABOUT}`,
  );
  program
    .command("ec2")
    .description("run the EC2 simulator")
    .requiredOption("--port <number>", "the port to listen at, on 127.0.0.1", wholeNumber)
    .option("--host <address>", "where to listen instead; beyond this machine only with --allow-remote")
    .option("--allow-remote", "let others in: anybody who reaches the simulator can do anything with it")
    .option("--time-scale <factor>", "how much faster than EC2's its clock goes", positiveNumber, 1)
    .option("--state <file>", "keep the simulated account in this file")
    .option("--seed <number>", "make its ids and times repeatable", wholeNumber)
    .action(async (options: Ec2Options) => {
      const { runEc2Command } = await import("./ec2/protocol/command.js");
      await runEc2Command(options);
    });
  for (const [kind, about] of [
    ["preview", "show what up would do"],
    ["up", "create and update what the program declares, delete what it no longer does"],
  ] as const) {
    deployCommand(program, kind, about)
      .option("--refresh", "look at what really exists first")
      .option("--replace <urn...>", "resources to replace, whatever their diff says");
  }
  deployCommand(program, "refresh", "read what really exists into the state");
  deployCommand(program, "destroy", "delete all of the stack's resources");
  stackCommand(program, "outputs", "print the stack's outputs as JSON")
    .option("--show-secrets", "print the secret ones too")
    .action(printStackOutputs);
  return program.parseAsync();
}

main().catch((error: unknown) => {
  complain(`error: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
