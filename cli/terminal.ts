/** The way to the user: lines, colours, questions, Ctrl-C. Tests give their own. */
import { styleText } from "node:util";

export interface Terminal {
  /** One line on standard output: what was asked for. */
  print: (line: string) => void;
  /** One line on standard error: what is not. */
  complain: (line: string) => void;
  /** Whether somebody can be asked. */
  isInteractive: boolean;
  hasColour: boolean;
  columns: number;
  /** Asks a question that is answered with yes or no; no where nothing is answered. */
  confirm: (question: string) => Promise<boolean>;
  /** Aborted by Ctrl-C. */
  interrupted: AbortSignal;
}

/** https://no-color.org */
function wantsColour(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): boolean {
  const isOff = (env.NO_COLOR ?? "") !== "" || env.TERM === "dumb";
  return stream.isTTY === true && !isOff;
}

const WIDTH_OF_A_PIPE = 120;

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process;
  const interrupted = interruptible();
  return {
    print: (line) => void stdout.write(`${line}\n`),
    complain: (line) => void stderr.write(`${line}\n`),
    isInteractive: stdin.isTTY && stderr.isTTY,
    hasColour: wantsColour(stdout, env),
    columns: stdout.isTTY ? stdout.columns : WIDTH_OF_A_PIPE,
    confirm: (question) => ask(question, interrupted),
    interrupted: interrupted.signal,
  };
}

/** Ctrl-C once ends what is waited for, and says what is left; twice ends the process as it is. */
function interruptible(): AbortController {
  const interrupted = new AbortController();
  const interrupt = (): void => {
    if (interrupted.signal.aborted) {
      process.exit(130);
    }
    interrupted.abort();
  };
  process.on("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  return interrupted;
}

/** Asks on standard error, so that the output can be piped all the same. */
async function ask(message: string, interrupted: AbortController): Promise<boolean> {
  const { default: confirm } = await import("@inquirer/confirm");
  try {
    return await confirm({ message, default: false }, { output: process.stderr, signal: interrupted.signal });
  } catch (error) {
    // The prompt reads keys by itself, so Ctrl-C reaches nobody else.
    if (error instanceof Error && ["ExitPromptError", "AbortPromptError"].includes(error.name)) {
      interrupted.abort();
      return false;
    }
    throw error;
  }
}

export type Paint = Parameters<typeof styleText>[0];

/** The text in a colour, where there are colours. */
export function paint(terminal: Pick<Terminal, "hasColour">, format: Paint, text: string): string {
  return terminal.hasColour ? styleText(format, text) : text;
}
