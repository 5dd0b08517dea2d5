/**
 * The record in EC2 says whose result stands where two runs meet: the newest generation, and the last word on whether the machine is to
 * run. A run reads the record again before each point of no return, and yields to what is newer (docs/decisions/0055-where-runs-meet.md).
 */
import { TAG } from "../../ec2/tags";
import { askedBy } from "./record-grammar";
import { digestsOf } from "./specification";
import type { Desired } from "../../model/desired";
import type { Goal } from "../../model/goal";
import type { LaunchTemplate, Tags } from "../../model/things";
import type { Observed } from "../../model/observed";

/** Another run recorded something newer than what this one is about, and that stands. */
export class Yielded extends Error {
  override readonly name: string = "Yielded";
}

/** Another run recorded a newer generation, and that stands. */
export class Superseded extends Yielded {
  override readonly name = "Superseded";

  /** @param goesOn whether this run leaves what has to be put right: it took the machine down, or marked an instance as its own result */
  constructor(
    message: string,
    readonly goesOn: boolean,
  ) {
    super(message);
  }
}

type State = Desired["desiredState"];

/** The result that one run stands for, over all its looks. */
export class Standing {
  /** Whether what this run wants is, or was, the newest on record. */
  private isRecorded: boolean;
  /** The texts of the record's word on whether the machine is to run that are not newer than this run's own. */
  private readonly states: Set<string>;
  /** Names whose word on that stands, where it is not this run's. */
  private overruled: string | undefined;
  private readonly asked: State;
  private isBegun = false;
  /** Whether this run has just marked an instance as its result, and has not seen yet that nothing newer came first. */
  hasMarked = false;

  constructor(private goal: Goal) {
    const { purpose, desired } = goal;
    this.isRecorded = purpose.kind === "upkeep";
    this.states = new Set(purpose.kind === "upkeep" ? purpose.states : []);
    this.asked = desired.desiredState;
  }

  /** The specification that is wanted: the one that the run was asked for, unless the machine was paused or resumed meanwhile. */
  get desired(): Desired {
    return this.goal.desired;
  }

  private get isUpkeep(): boolean {
    return this.goal.purpose.kind === "upkeep";
  }

  /**
   * Takes in what a look found.
   *
   * @param isDark whether this run took the machine down
   * @throws Yielded to a newer generation, or where the record is gone
   */
  look({ template }: Observed, isDark: boolean): void {
    if (template === undefined) {
      this.lookAtNone();
      return;
    }
    this.lookAtGeneration(template, isDark);
    this.lookAtNetwork(template, isDark);
    const text = template.tags[TAG.desiredState] ?? "";
    if (!this.isUpkeep && !this.isBegun) {
      // The first look of a program's run: it may want another state, and says so on the record.
      this.states.add(text);
    }
    this.isBegun = true;
    this.lookAtState(text);
  }

  /** Notes that the steps that put on record what the run wants have been taken. */
  record(): void {
    this.isRecorded = true;
  }

  /** @throws Yielded if all is done now, and it is not what the run was asked for */
  requireOwn(): void {
    if (this.overruled !== undefined) {
      throw new Yielded(this.overruled);
    }
  }

  /** Whether a record is still the one that a look has seen, as far as this run depends on it. */
  isSame({ id, latestVersion }: LaunchTemplate, now: LaunchTemplate | undefined): boolean {
    return now === undefined
      ? !this.isUpkeep
      : now.id === id &&
          now.latestVersion <= latestVersion &&
          !this.isNewState(now.tags[TAG.desiredState] ?? "") &&
          !this.isNewNetwork(now.tags);
  }

  private lookAtNone(): void {
    if (this.isUpkeep) {
      throw new Yielded(
        `the record of ${this.goal.id} was deleted meanwhile, as by \`pulumi destroy\`, and that stands`,
      );
    }
  }

  private lookAtGeneration({ newest }: LaunchTemplate, isDark: boolean): void {
    const { id, purpose } = this.goal;
    if (newest === undefined) {
      return;
    }
    const wanted = digestsOf(this.goal);
    const isOurs =
      purpose.kind === "upkeep"
        ? newest.number <= (purpose.newest ?? purpose.generation.number)
        : newest.launchHash === wanted.launchHash && newest.settingsHash === wanted.settingsHash;
    if (!isOurs && this.isRecorded) {
      throw new Superseded(
        `another run recorded generation ${newest.number} of ${id} meanwhile, and its result stands`,
        isDark || this.hasMarked,
      );
    }
    this.isRecorded ||= isOurs;
  }

  /** The words of a tag tell what a machine keeps, no generation does: a run that knows older words would give up what the newer ones keep. */
  private lookAtNetwork({ tags }: LaunchTemplate, isDark: boolean): void {
    if (this.isNewNetwork(tags)) {
      throw new Superseded(
        `another run changed what ${this.goal.id} keeps, or where it is, meanwhile, and its result stands`,
        isDark || this.hasMarked,
      );
    }
  }

  private isNewNetwork(tags: Tags): boolean {
    const { purpose } = this.goal;
    return purpose.kind === "upkeep" && purpose.network !== undefined && purpose.network !== networkWords(tags);
  }

  private lookAtState(text: string): void {
    if (!this.isNewState(text)) {
      return;
    }
    const state: State = text.startsWith("paused") ? "paused" : "running";
    this.states.add(text);
    this.goal = { ...this.goal, desired: { ...this.desired, desiredState: state } };
    this.overruled = state === this.asked ? undefined : overruledBy(this.goal.id, state, askedBy(text));
  }

  private isNewState(text: string): boolean {
    return text !== "" && !this.states.has(text) && !text.startsWith(`${this.desired.desiredState} `);
  }
}

/** The words of a record on what the machine keeps, and where it is. */
export function networkWords(tags: Tags): string {
  return [tags[TAG.network], tags[TAG.securityGroups]].join("; ");
}

function overruledBy(id: string, state: State, by: string): string {
  return state === "paused"
    ? `${id} was paused meanwhile by ${by}, and that stands; its specification is on record, and \`managed-instance resume\` or \`pulumi up\` brings it up`
    : `${id} was resumed meanwhile by ${by}, and that stands; \`managed-instance pause\` pauses it`;
}
