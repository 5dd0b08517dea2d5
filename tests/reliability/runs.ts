/** One run of a scene under watch, and whether the world is sound after it. */
import assert from "node:assert/strict";
import { goingOn } from "../provider/kills";
import { type InProcess, program, type Stack, type StackOptions } from "../provider/support";
import { later, settled } from "../provider/world";
import { ENDING, type Properties, purposeOf } from "./purpose";
import { isAsDeclared, onlyRetainedIsLeft } from "./outcome";
import { type Watch } from "./invariants";

/** The program as it is now, nothing for a destroy; and as it was before. */
export interface Programs {
  after?: Properties;
  before?: Properties;
}

/** Another process with what the state has, watched. `through` is what stands between EC2 and the watch. */
export function watched(owner: Stack, watch: Watch, { after, before }: Programs, options: StackOptions = {}): Stack {
  const { through = (handler: InProcess) => handler } = options;
  const watching = watch.process(owner.recorded, after === undefined ? ENDING : purposeOf(before, after));
  return goingOn(owner, { ...options, through: (handler) => watching(through(handler) as InProcess) });
}

/** Runs the command that the program asks for: nothing, a destroy. */
export async function command(stack: Stack, after: Properties | undefined): Promise<void> {
  await (after === undefined ? stack.destroy() : stack.up(program(after)));
}

export async function run(stack: Stack, after: Properties | undefined): Promise<void> {
  await command(stack, after);
  later(stack);
}

/** @param at the point in question */
export async function isSound(
  stack: Stack,
  after: Properties | undefined,
  others: ReadonlySet<string>,
  at: string,
): Promise<void> {
  try {
    if (after === undefined) {
      onlyRetainedIsLeft(stack, others);
    } else {
      isAsDeclared(stack, after, others);
      await settled(stack, after);
    }
  } catch (error) {
    throw new assert.AssertionError({ message: `${at}: ${error instanceof Error ? error.message : String(error)}` });
  }
}
