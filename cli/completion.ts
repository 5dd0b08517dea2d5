/** `managed-instance completion SHELL`: commands, options and machine names, for the shell to complete. */
import type { OptionHandler, RootCommand } from "@bomb.sh/tab" with { "resolution-mode": "import" };
import type { Command, Option } from "commander";
import { listNames } from "../controller/record";
import { connect, type GlobalOptions, type Shell } from "./connection";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export const NAME = "managed-instance";
/** The name of an argument that is a machine. */
export const MACHINE = "name|id";

/** The script that the shell reads; it calls `complete` for the words. */
export async function completion(shell: (typeof SHELLS)[number]): Promise<void> {
  const { script } = await import("@bomb.sh/tab");
  script(shell, NAME, NAME);
}

/** Answers the script, which gives the words so far; the last one is to be completed. */
export async function complete(shell: Shell, program: Command, words: readonly string[]): Promise<void> {
  const { RootCommand } = await import("@bomb.sh/tab");
  const root = new RootCommand();
  const names = wantsNames(program, words)
    ? await machineNames(shell, { ...program.opts<GlobalOptions>(), ...optionsIn(words) })
    : [];
  describeTo(root, program, names);
  root.parse([...words]);
}

type Describable = Pick<RootCommand, "option">;

function describeTo(root: RootCommand, program: Command, names: readonly string[]): void {
  const global = program.options;
  for (const option of global) {
    addOption(root, option);
  }
  for (const command of visibleIn(program)) {
    const described = root.command(command.name(), command.description());
    for (const option of [...command.options, ...global]) {
      addOption(described, option);
    }
    for (const argument of command.registeredArguments) {
      const values = argument.argChoices ?? (argument.name() === MACHINE ? names : []);
      described.argument(
        argument.name(),
        (give) => {
          values.forEach((it) => {
            give(it, "");
          });
        },
        argument.variadic,
      );
    }
  }
}

function visibleIn(program: Command): Command[] {
  return program.commands.filter((it) => it.name() !== "complete");
}

function addOption(to: Describable, option: Option): void {
  const name = option.long?.replace(/^--/, "") ?? "";
  const { argChoices = [] } = option;
  const values: OptionHandler = (give) => {
    argChoices.forEach((it) => {
      give(it, "");
    });
  };
  if (option.isBoolean()) {
    to.option(name, option.description);
  } else {
    to.option(name, option.description, values);
  }
}

/** Whether the last word may be a machine: only then EC2 is asked. */
function wantsNames(program: Command, words: readonly string[]): boolean {
  const command = visibleIn(program).find((it) => words.slice(0, -1).includes(it.name()));
  return command?.registeredArguments.some((it) => it.name() === MACHINE) === true && !words.at(-1)?.startsWith("-");
}

/** The options among the words so far that say where to look. */
function optionsIn(words: readonly string[]): Partial<GlobalOptions> {
  return Object.fromEntries(
    (["region", "profile", "endpoint"] as const).flatMap((name) => {
      const at = words.indexOf(`--${name}`);
      const joined = words.find((it) => it.startsWith(`--${name}=`))?.slice(name.length + 3);
      const value = at < 0 ? joined : words[at + 1];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

const PATIENCE_MS = 3000;
/** Text that a shell takes as one word as it is. */
const TAME = /^[\w.@:+/-]+$/;

/** The names of the machines; none where EC2 does not answer, or not soon: nobody asked for an error. */
async function machineNames(shell: Shell, options: GlobalOptions): Promise<string[]> {
  const late = new Promise<[]>((resolve) => {
    setTimeout(() => {
      resolve([]);
    }, PATIENCE_MS).unref();
  });
  const asked = connect(shell, options, () => undefined).then(({ ec2 }) => listNames(ec2));
  try {
    const found = await Promise.race([asked, late]);
    const isOnly = (name: string): boolean => found.filter((it) => it.name === name).length === 1;
    return found.map(({ id, name }) => (TAME.test(name) && isOnly(name) ? name : id)).sort();
  } catch {
    return [];
  }
}
