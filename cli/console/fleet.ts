/** The machines of the account and region, looked at again and again, and what changed from one look to the next. */
import { isReadable, listMachines, type Place, type Reading } from "../../controller/record";
import { isEc2Error } from "../../provider/ec2/errors";
import { textOf } from "../exit";
import { timeText, viewOf } from "../machine-view";
import type { FleetMachine, FleetUpdate, Trouble, TroubleKind } from "./wire";

interface Known {
  reading: Reading;
  view: FleetMachine;
  /** The view as text, by which a change is seen. */
  text: string;
}

export type Listener = (update: FleetUpdate) => void;

export class Fleet {
  private known = new Map<string, Known>();
  private at: number | undefined;
  private trouble: Trouble | null = null;
  private looking: Promise<void> | undefined;
  private readonly listeners = new Set<Listener>();

  constructor(
    private readonly place: Place,
    private readonly clock: { now: () => number },
    private readonly periodSeconds: number,
  ) {}

  /** All that is known. */
  get whole(): FleetUpdate {
    return this.update({ isWhole: true, changed: [...this.known.values()].map((it) => it.view), gone: [] });
  }

  get lookedAt(): number | undefined {
    return this.at;
  }

  find(id: string): { reading: Reading; view: FleetMachine } | undefined {
    return this.known.get(id);
  }

  /** @returns ends it */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  /** Looks once. Who asks while a look is under way gets that look. */
  look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const before = this.known;
    const hadTrouble = this.trouble;
    try {
      const readings = await listMachines(this.place);
      this.at = this.clock.now();
      this.trouble = null;
      this.known = new Map(readings.map((it) => [it.id, this.knownOf(it)]));
    } catch (error) {
      this.trouble = this.troubleOf(error, hadTrouble);
    }
    const changed = [...this.known.values()].filter((it) => before.get(it.view.id)?.text !== it.text);
    const gone = [...before.keys()].filter((id) => !this.known.has(id));
    const update = this.update({ isWhole: false, changed: changed.map((it) => it.view), gone });
    this.listeners.forEach((listen) => {
      listen(update);
    });
  }

  private knownOf(reading: Reading): Known {
    const unseen = [...new Set((reading.unseen ?? []).map((it) => it.right))];
    const view = { ...viewOf(reading, this.clock.now()), isReadable: isReadable(reading), unseen };
    // An age passes by itself.
    return { reading, view, text: JSON.stringify({ ...view, ageSeconds: null }) };
  }

  private update(part: Pick<FleetUpdate, "isWhole" | "changed" | "gone">): FleetUpdate {
    const at = this.at === undefined ? null : timeText(this.at);
    return { at, ...part, trouble: this.trouble, periodSeconds: this.periodSeconds };
  }

  private troubleOf(error: unknown, before: Trouble | null): Trouble {
    const kind = kindOf(error);
    return { kind, text: textOf(error), since: before?.kind === kind ? before.since : timeText(this.clock.now()) };
  }
}

const KINDS: readonly TroubleKind[] = ["no-credentials", "denied", "throttled", "unreachable"];

export function kindOf(error: unknown): TroubleKind {
  return (isEc2Error(error) ? KINDS.find((it) => it === error.class) : undefined) ?? "failed";
}
