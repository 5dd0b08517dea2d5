/**
 * Where two runs meet, the record in EC2 says whose result stands: the newest generation, and the last word on whether the machine is to
 * run. Who acts reads it again before each point of no return, and yields to what is newer (docs/decisions/0055-where-runs-meet.md).
 */
import { TAG } from "../../ec2/tags";
import { askedBy } from "./record-grammar";
import { launchHash, settingsHash } from "./specification";
import type { Desired } from "../../model/desired";
import type { LaunchTemplate } from "../../model/things";
import type { Observed } from "../../model/observed";

/** Another run recorded something newer than what this one is about, and that stands. */
export class Yielded extends Error {
  override readonly name: string = "Yielded";
}

/** That is a newer generation. */
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

/** What one run stands for, over all its looks. */
export class Standing {
  /** Whether what this run wants is, or was, the newest on record. */
  private isRecorded: boolean;
  /** The texts of the record's word on whether the machine is to run that are not newer than this run's own. */
  private readonly states: Set<string>;
  /** Whose word on that stands, where it is not this run's. */
  private overruled: string | undefined;
  private readonly asked: State;
  private isBegun = false;
  /** Whether this run has just marked an instance as its result, and has not seen yet that nothing newer came first. */
  hasMarked = false;

  constructor(
    private readonly id: string,
    private wanted: Desired,
  ) {
    this.isRecorded = wanted.onRecord !== undefined;
    this.states = new Set(wanted.onRecord?.states ?? []);
    this.asked = wanted.desiredState;
  }

  /** What is wanted: what the run was asked for, unless the machine was paused or resumed meanwhile. */
  get desired(): Desired {
    return this.wanted;
  }

  /**
   * What a look tells of it.
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
    const text = template.tags[TAG.desiredState] ?? "";
    if (this.wanted.onRecord === undefined && !this.isBegun) {
      // The first look of a program's run: it may want another state, and says so on the record.
      this.states.add(text);
    }
    this.isBegun = true;
    this.lookAtState(text);
  }

  /** The steps that put on record what the run wants have been taken. */
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
      ? this.wanted.onRecord === undefined
      : now.id === id && now.latestVersion <= latestVersion && !this.isNewState(now.tags[TAG.desiredState] ?? "");
  }

  private lookAtNone(): void {
    if (this.wanted.onRecord !== undefined) {
      throw new Yielded(`the record of ${this.id} was deleted meanwhile, as by \`pulumi destroy\`, and that stands`);
    }
  }

  private lookAtGeneration({ newest }: LaunchTemplate, isDark: boolean): void {
    const { onRecord } = this.wanted;
    if (newest === undefined) {
      return;
    }
    const isOurs =
      onRecord === undefined
        ? newest.launchHash === launchHash(this.id, this.wanted) &&
          newest.settingsHash === settingsHash(this.id, this.wanted)
        : newest.number <= (onRecord.newest ?? onRecord.generation.number);
    if (!isOurs && this.isRecorded) {
      throw new Superseded(
        `another run recorded generation ${newest.number} of ${this.id} meanwhile, and its result stands`,
        isDark || this.hasMarked,
      );
    }
    this.isRecorded ||= isOurs;
  }

  private lookAtState(text: string): void {
    if (!this.isNewState(text)) {
      return;
    }
    const state: State = text.startsWith("paused") ? "paused" : "running";
    this.states.add(text);
    this.wanted = { ...this.wanted, desiredState: state };
    this.overruled = state === this.asked ? undefined : overruledBy(this.id, state, askedBy(text));
  }

  private isNewState(text: string): boolean {
    return text !== "" && !this.states.has(text) && !text.startsWith(`${this.wanted.desiredState} `);
  }
}

function overruledBy(id: string, state: State, by: string): string {
  return state === "paused"
    ? `${id} was paused meanwhile by ${by}, and that stands; its specification is on record, and \`managed-instance resume\` or \`pulumi up\` brings it up`
    : `${id} was resumed meanwhile by ${by}, and that stands; \`managed-instance pause\` pauses it`;
}
