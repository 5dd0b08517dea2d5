import { madeBefore, remember } from "../model/idempotency";
import type { World } from "../model/world";
import { fingerprint, type Params } from "./params";
import type { XmlObject } from "./xml";

/** The function that carries a call out, once its parameters have passed. */
export type Commit = () => XmlObject;

/**
 * One EC2 action. `prepare` reads the parameters and refuses what can be refused by them alone, and changes nothing: a dry run
 * ends after it. The commit that it returns looks at who holds what, and changes it.
 */
export interface Action {
  readonly mutating: boolean;
  prepare(world: World, params: Params): Commit;
}

export type Actions = Readonly<Record<string, Action>>;

export function reads(answer: (world: World, params: Params) => XmlObject): Action {
  return {
    mutating: false,
    prepare: (world, params) => () => {
      const reply = answer(world, params);
      params.checkAllRead();
      return reply;
    },
  };
}

export function changes(prepare: (world: World, params: Params) => Commit): Action {
  return {
    mutating: true,
    prepare: (world, params) => {
      const commit = prepare(world, params);
      params.checkAllRead();
      return commit;
    },
  };
}

/** Calls that answer with `return` and nothing more. */
export function does(prepare: (world: World, params: Params) => () => void): Action {
  return changes((world, params) => {
    const commit = prepare(world, params);
    return () => {
      commit();
      return { return: true };
    };
  });
}

/**
 * A call that takes a client token: `make` returns the ids of what it made; `reply` answers from those ids, so that the same
 * call again, which it is told, is answered with the same things as they are now.
 */
export function makesOnce(
  action: string,
  steps: {
    make: (world: World, params: Params) => () => string[];
    reply: (world: World, made: readonly string[], params: Params, isAgain: boolean) => XmlObject;
  },
): Action {
  return changes((world, params) => {
    const token = params.string("ClientToken");
    if (token === undefined || params.boolean("DryRun") === true) {
      const make = steps.make(world, params);
      return () => steps.reply(world, make(), params, false);
    }
    const use = { action, token, fingerprint: fingerprint(params.tree, ["ClientToken", "DryRun"]) };
    const before = madeBefore(world, use);
    if (before !== undefined) {
      params.acceptAll();
      return () => steps.reply(world, before, params, true);
    }
    const make = steps.make(world, params);
    return () => {
      const made = make();
      remember(world, use, made);
      return steps.reply(world, made, params, false);
    };
  });
}
