/** The account in which a week passes: EC2, the time, what is wrong just now, the invariants, and a journal of what happened. */
import assert from "node:assert/strict";
import { VirtualTime } from "../../../bench/virtual-time";
import { Ec2Simulator } from "../../../local/ec2";
import { EC2_LATENCY } from "../../../local/ec2/conditions/latency";
import { Random } from "../../../local/ec2/model/random";
import type { Stack } from "../../provider/support";
import { made, type Made } from "../../provider/world";
import type { Purpose } from "../purpose";
import type { Watch } from "../invariants";
import { type Fleet, isPaused } from "./machine";
import { START } from "./time";
import { type Role, Weather } from "./weather";

/** How much of the journal a failure shows. */
const KEPT_LINES = 4_000;

export class Account {
  readonly time: VirtualTime;
  readonly simulator: Ec2Simulator;
  readonly weather: Weather;
  readonly random: Random;
  /** The broken promises, in words. */
  readonly broken: string[] = [];
  readonly journal: string[] = [];
  private readonly told = new Set<string>();
  /** How many calls the controllers made. */
  calls = 0;
  /** The launch templates whose instances all fail their status checks. */
  readonly spoiled = new Set<string>();
  /** The machine of each instance that there ever was, by id. */
  readonly owners = new Map<string, string>();
  watch!: Watch;
  fleet!: Fleet;

  constructor(seed: number) {
    this.time = new VirtualTime({
      start: START,
      nextChangeAt: () => this.simulator.nextChangeAt(),
      onChange: () => {
        this.simulator.catchUp();
      },
    });
    this.simulator = new Ec2Simulator({ clock: this.time, seed });
    this.simulator.latency.set(EC2_LATENCY);
    this.weather = new Weather(this.simulator);
    this.random = new Random(seed * 7919);
  }

  now(): number {
    return this.time.now();
  }

  /** The handlers' test harness has a clock that somebody moves; here nobody does. */
  get clock(): Stack["clock"] {
    return { now: () => this.now(), advance: () => assert.fail("time goes on by itself") };
  }

  get made(): Made {
    return made(this);
  }

  note(line: string): void {
    this.journal.push(`${new Date(this.now()).toISOString().replace("T", " ").slice(0, 19)} ${line}`);
    if (this.journal.length > 2 * KEPT_LINES) {
      this.journal.splice(0, KEPT_LINES);
    }
  }

  /** A promise is broken. It is told once in each spell, however often, and of whichever instance. */
  breaks(what: string): void {
    this.note(`BROKEN: ${what}`);
    const kind = what.replace(/(?<=\b[a-z]+-)[0-9a-f]{8,17}\b|\d+/g, "");
    if (!this.told.has(kind)) {
      this.told.add(kind);
      this.broken.push(`${new Date(this.now()).toISOString().slice(0, 19)} ${what}`);
    }
  }

  /** Promises broken from now on are told again. */
  beginSpell(names: string): void {
    this.told.clear();
    this.note(`SPELL: ${names}`);
  }

  count(role: Role, action: string): void {
    if (role === "controller") {
      this.calls++;
    }
    if (!action.startsWith("Describe") && !action.startsWith("dry run")) {
      this.note(`  ${role}: ${action}`);
    }
  }

  /** A call by somebody else, with rights of their own and in no bad weather. EC2 may refuse it. */
  byOthers(action: string, fields: Readonly<Record<string, string>>): boolean {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...fields }).toString();
    const { status } = this.simulator.handle({ body });
    return status === 200;
  }

  /** Between two looks at the invariants. */
  checkInvariants(): void {
    for (const { invariant, what, when } of this.watch.breaches.splice(0)) {
      this.breaks(`invariant (${invariant}): ${what}, ${when}`);
    }
  }

  /** The purpose of a machine at this moment: by its record, an instance is wanted or not. */
  purposeOf(id: string | undefined): Purpose {
    const machine = this.fleet.machines.find((it) => it.id === id);
    return {
      keepsIdentity: true,
      // Between a pause's look at the record and its call, an `up` that it meets may overrule it.
      wantsInstance:
        machine !== undefined && !isPaused(machine) && !(machine.isMet && machine.declared.states.has("paused")),
      // Each of two that overlap has launched one before the older yields and takes its own away.
      instances: machine?.overlaps !== true ? 1 : machine.isMet ? 3 : 2,
    };
  }

  get states(): readonly Stack["recorded"][] {
    return this.fleet.machines.map((it) => it.stack.recorded);
  }
}
