/** The question that stands before whatever takes something away. */
import { EXIT, CommandError } from "./exit";
import type { Terminal } from "./terminal";

/** @throws CommandError unless somebody said yes, with `--yes` or at the terminal */
export async function confirmed(terminal: Terminal, question: string, yes: boolean): Promise<void> {
  if (yes) {
    return;
  }
  if (!terminal.isInteractive) {
    throw new CommandError(
      `${question} Nobody is there to answer, so nothing was done; --yes answers it.`,
      EXIT.refused,
    );
  }
  const isYes = await terminal.confirm(question);
  if (terminal.interrupted.aborted) {
    throw new CommandError("ended by Ctrl-C; nothing was done", EXIT.interrupted);
  }
  if (!isYes) {
    throw new CommandError("not confirmed; nothing was done", EXIT.refused);
  }
}
