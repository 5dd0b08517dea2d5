/** A week of random trouble, in simulated time: spells, and after each of them a quiet hour that has to end with all as declared. */
import { lastDue } from "../../../provider/kit/timetable";
import { Random } from "../../../local/ec2/model/random";
import { program } from "../../provider/support";
import { quick } from "../../provider/world";
import { Account } from "./account";
import { MINUTE } from "./time";
import type { Controller } from "./controller";
import { controllerOf, type With } from "./controllers";
import { fleetIn } from "./fleet";
import { FunctionInAws, POISON } from "./function-in-aws";
import type { Kind } from "./kinds";
import type { Machine } from "./machine";
import { up } from "./operator";
import { type Outage, outagesOf } from "./outages";
import { foreignProblems, problemsOf, seenProblems } from "./quiet";
import { Scene } from "./scene";
import { QUIET_MS, type Spell, spellsOf } from "./spells";
import { followed } from "./record-watch";

export interface WeekOptions {
  seed: number;
  days: number;
  kind: With;
  kinds: readonly Kind[];
  /** How often all machines are looked at. */
  everyMs: number;
}

export interface Week {
  seed: number;
  kind: With;
  spells: number;
  outages: Outage[];
  /** After the end of each spell, when all was as declared, in milliseconds. */
  backAfter: number[];
  /** Calls of EC2 for each look at all machines, where nothing was to be done. */
  callsPerLook: number;
  looks: number;
  /** The longest command of a user's. */
  longest: { what: string; ms: number };
  broken: readonly string[];
  journal: readonly string[];
}

/** A user whose `up` failed runs it again, after having read why. */
const RETURNS_MS = 2 * MINUTE;
const MOST_UPS = 5;
/** A schedule that was due in the last minutes of the hour may still be under way. */
const UNDER_WAY_MS = 12 * MINUTE;
/** For seven machines: the calls that all have in common, and three for each. */
const MOST_CALLS_PER_LOOK = 25;
/** Messages that wait at the end of a quiet hour: follow-ups, and a tick. */
const MOST_MESSAGES = 8;
/** The longest pause between two tries of the controller's, a launch, and a user who comes back. */
const BACK_MS = 15 * MINUTE;
/** Looked at each minute for so long. */
const SOON_MS = 20 * MINUTE;
/** In the end of the hour nothing is to be done: what the controller asks then is what a look costs. */
const IDLE_MS = 20 * MINUTE;

export async function week({ seed, days, kind, kinds, everyMs }: WeekOptions): Promise<Week> {
  // The first call loads modules from a disk, and no clock knows of that.
  await quick().up(program());
  const account = new Account(seed);
  const result: Pick<Week, "backAfter"> & { idleCalls: number; idleMs: number } = {
    backAfter: [],
    idleCalls: 0,
    idleMs: 0,
  };
  const spells = spellsOf(seed, days, kinds);
  const work = async (): Promise<void> => {
    await fleetIn(account);
    const controller = controllerOf(account, kind, everyMs);
    controller.begin();
    followed(account);
    for (const spell of spells) {
      await account.time.sleep(spell.from - account.now());
      await trouble(account, controller, spell);
      await quietHour(account, spell, result);
      lettersOf(account, controller);
    }
    await controller.stop();
  };
  await account.time.until(work());
  const outages = outagesOf(account, everyMs);
  for (const it of outages.filter(({ rest, bound }) => rest > bound)) {
    const at = new Date(it.from).toISOString().slice(0, 19);
    account.breaks(
      `${it.machine} was dark from ${at} for ${Math.round(it.length / 1000)} s (${it.cause}), of which ${Math.round(it.rest / 1000)} s are the controller's`,
    );
  }
  const callsPerLook = result.idleMs === 0 ? 0 : (result.idleCalls * everyMs) / result.idleMs;
  if (callsPerLook > MOST_CALLS_PER_LOOK) {
    account.breaks(`a look costs ${callsPerLook.toFixed(1)} calls where nothing is to be done`);
  }
  const longest = account.fleet.commands
    .map(({ what, from, to }) => ({ what, ms: to - from }))
    .reduce((a, b) => (b.ms > a.ms ? b : a), { what: "none", ms: 0 });
  return {
    seed,
    kind,
    spells: spells.length,
    outages,
    backAfter: result.backAfter,
    callsPerLook,
    looks: account.watch.looks,
    longest,
    broken: account.broken,
    journal: account.journal,
  };
}

/** All kinds of a spell at once, until each has come to its end. */
async function trouble(account: Account, controller: Controller, spell: Spell): Promise<void> {
  account.beginSpell(spell.kinds.map((it) => it.name).join(", "));
  await Promise.all(
    spell.kinds.map((it, index) => it.work(new Scene(account, controller, spell.to, new Random(spell.seed + index)))),
  );
  account.note("QUIET");
}

/** A quiet hour, as it was from its end to its last look. */
interface Hour {
  begun: number;
  ended: number;
  /** When all was as declared for the first time. Later a schedule, or a return to spot, may change it again. */
  backAt: number | undefined;
  lastBad: number;
  /** The calls of EC2 in the idle end of the hour, and since when. */
  idle: { calls: number; since: number };
}

async function quietHour(
  account: Account,
  spell: Spell,
  result: { backAfter: number[]; idleCalls: number; idleMs: number },
): Promise<void> {
  const { machines } = account.fleet;
  const users = Promise.all(machines.filter((it) => it.isUnfinished).map((it) => returning(account, it)));
  const { begun, ended, backAt, lastBad, idle } = await watched(account);
  await users;
  const isIdle = lastBad < idle.since && !machines.some((it) => dueSince(account, it, begun + QUIET_MS - 2 * IDLE_MS));
  result.idleCalls += isIdle ? idle.calls : 0;
  result.idleMs += isIdle ? ended - idle.since : 0;
  const backAfter = (backAt ?? ended) - begun;
  result.backAfter.push(backAfter);
  if (backAfter > BACK_MS) {
    account.breaks(`all was as declared ${Math.round(backAfter / MINUTE)} minutes after the end of the spell`);
  }
  await judged(account, spell);
}

async function watched(account: Account): Promise<Hour> {
  const begun = account.now();
  const end = begun + QUIET_MS;
  const hour: Hour = { begun, ended: begun, backAt: undefined, lastBad: begun, idle: { calls: 0, since: begun } };
  let callsBefore = account.calls;
  for (;;) {
    const isGood = account.fleet.machines.every((it) => problemsOf(it, account.made).length === 0);
    const now = account.now();
    if (isGood) {
      hour.backAt ??= now;
    } else {
      hour.lastBad = now;
    }
    if (now >= end && (isGood || !isUnderWay(account, end))) {
      return { ...hour, ended: now, idle: { ...hour.idle, calls: account.calls - callsBefore } };
    }
    if (now < end - IDLE_MS) {
      callsBefore = account.calls;
      hour.idle.since = now;
    }
    // Most is back within minutes, and a look takes the test as long as a call.
    await account.time.sleep(now < begun + SOON_MS ? MINUTE : 5 * MINUTE);
  }
}

async function judged(account: Account, spell: Spell): Promise<void> {
  const names = spell.kinds.map((it) => it.name).join(", ");
  for (const what of foreignProblems(account)) {
    account.breaks(`after ${names}: ${what}`);
  }
  for (const machine of account.fleet.machines) {
    const problems = problemsOf(machine, account.made);
    const seen = problems.length > 0 ? [] : await seenProblems(account, machine);
    for (const what of [...problems, ...seen]) {
      account.breaks(`after ${names}: ${machine.name}: ${what}`);
    }
    // The next spell is to find it whole: somebody was called, and puts it right.
    if (problems.length > 0 || seen.length > 0) {
      await up(account, machine, { isRefreshed: true });
    }
  }
  account.checkInvariants();
}

async function returning(account: Account, machine: Machine): Promise<void> {
  for (let tries = 0; machine.isUnfinished && tries < MOST_UPS; tries++) {
    await account.time.sleep(RETURNS_MS);
    await up(account, machine);
  }
  if (machine.isUnfinished) {
    account.breaks(`${machine.name}: \`pulumi up\` does not come to its end in the quiet hour`);
  }
}

function dueSince(account: Account, { schedules }: Machine, since: number): boolean {
  return schedules.some((it) => lastDue(it, since, account.now()) !== undefined);
}

/** Whether a schedule was due a moment ago, so that the hour may end a little later. */
function isUnderWay(account: Account, end: number): boolean {
  const soon = account.now() < end + UNDER_WAY_MS;
  return soon && account.fleet.machines.some((it) => dueSince(account, it, end - UNDER_WAY_MS));
}

/** Messages do not become more, and nothing of AWS's or the controller's own comes to the dead letters. */
function lettersOf(account: Account, controller: Controller): void {
  if (controller instanceof FunctionInAws) {
    const { size } = controller.queue;
    if (size > MOST_MESSAGES) {
      account.breaks(`${size} messages are in the queue after a quiet hour`);
    }
    for (const { body } of controller.queue.deadLetters.splice(0).filter((it) => it.body !== POISON)) {
      account.breaks(`a dead letter: ${body}`);
    }
  }
}
