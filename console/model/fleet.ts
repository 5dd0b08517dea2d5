/** The fleet as the page knows it, and how an update of the stream changes it. (pure) */
import type { FleetMachine, FleetUpdate, Trouble } from "../../cli/console/wire";
import { counted, troubleWords } from "./words";

export interface Fleet {
  /** Time of EC2's last answer, ISO 8601; null: none yet. */
  at: string | null;
  trouble: Trouble | null;
  /** Seconds between two looks at EC2. */
  periodSeconds: number;
  machines: ReadonlyMap<string, FleetMachine>;
}

export const NO_FLEET: Fleet = { at: null, trouble: null, periodSeconds: 10, machines: new Map() };

/** @param isFirst whether the update begins a stream: it then has all machines, and those of before are gone */
export function updated(fleet: Fleet, update: FleetUpdate, isFirst: boolean): Fleet {
  const machines = new Map(isFirst && update.at !== null ? [] : fleet.machines);
  for (const machine of update.changed) {
    machines.set(machine.id, machine);
  }
  for (const id of update.gone) {
    machines.delete(id);
  }
  return {
    at: update.at ?? fleet.at,
    trouble: update.trouble,
    periodSeconds: update.periodSeconds,
    machines,
  };
}

/** Rights that are missing, each with the number of machines that were not seen whole without it. */
export function missingRights(machines: Iterable<FleetMachine>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const right of [...machines].flatMap((it) => it.unseen)) {
    counts.set(right, (counts.get(right) ?? 0) + 1);
  }
  return counts;
}

const MOST_SPOKEN = 3;

/** The changes that a user who does not see the table wants to hear of, in short sentences. */
export function spokenChanges(before: Fleet, after: Fleet): string[] {
  if (before.at === null) {
    return after.at === null ? troubleChange(before, after) : [`${counted(after.machines.size, "machine")}.`];
  }
  const changes = [...after.machines.values()].flatMap((it) => {
    const known = before.machines.get(it.id);
    if (known === undefined) {
      return [`${it.name} is new: ${it.state}.`];
    }
    return known.state === it.state ? [] : [`${it.name} is ${it.state}.`];
  });
  const gone = [...before.machines.values()].filter((it) => !after.machines.has(it.id));
  const all = [...changes, ...gone.map((it) => `${it.name} is gone.`)];
  return [
    ...troubleChange(before, after),
    ...(all.length > MOST_SPOKEN ? [`${counted(all.length, "machine")} changed.`] : all),
  ];
}

function troubleChange({ trouble: before }: Fleet, { trouble: after }: Fleet): string[] {
  if (before?.kind === after?.kind) {
    return [];
  }
  return [after === null ? "EC2 answers again." : `${troubleWords(after.kind).title}.`];
}
