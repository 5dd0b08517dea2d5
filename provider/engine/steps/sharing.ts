/** Things that another machine has, and may let go of. */
import { findInstance } from "../../ec2/lookups";
import { isBeingDeleted } from "../situation/belongings";
import type { Ec2 } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import { waitFor, WaitFailure, WaitTimeout } from "../../ec2/wait";
import { letGoSeconds, nameOfMachine } from "../planning/sharing";
import { Refused, type Run, seconds } from "./run";
import type { Awaited, Given } from "../../model/observed";
import type { ElasticIp, Tags, Volume } from "../../model/things";

export function letGoTimeout(run: Run): number {
  return letGoSeconds(run.desired) * 1000;
}

export function fromWhom({ words, holder }: Awaited): string {
  return `${words} from ${nameOfMachine(holder)}`;
}

/** A thing as it is now. */
export interface Seen {
  tags: Tags;
  /** The interface or instance that the thing is on. */
  on?: string;
  elasticIp?: ElasticIp;
  volume?: Volume;
}

type Look = (ec2: Ec2, id: string) => Promise<Seen | undefined>;

const LOOKS: Readonly<Record<Given["kind"], Look>> = {
  "elastic-ip": async (ec2, id) => {
    const [it] = await ec2.describeAddresses({ "allocation-id": [id] });
    const { networkInterfaceId, instanceId } = it?.association ?? {};
    return it && { tags: it.tags, on: it.association && (networkInterfaceId ?? instanceId), elasticIp: it };
  },
  volume: async (ec2, id) => {
    const [it] = await ec2.describeVolumes({ "volume-id": [id] });
    const isThere = it !== undefined && !isBeingDeleted(it);
    return isThere ? { tags: it.tags, on: it.attachment?.instanceId, volume: it } : undefined;
  },
  instance: async (ec2, id) => {
    const it = await findInstance(ec2, id);
    return it && { tags: it.tags };
  },
  "network-interface": async (ec2, id) => {
    const [it] = await ec2.describeNetworkInterfaces({ "network-interface-id": [id] });
    return it && { tags: it.tags };
  },
};

export function look({ ec2 }: Pick<Run, "ec2">, { kind, id }: Pick<Given, "kind" | "id">): Promise<Seen | undefined> {
  return LOOKS[kind](ec2, id);
}

/** @param isFirst whether nothing was changed yet, so that nothing has to be recorded if this comes to nothing */
export async function awaitLetGo(run: Run, things: Awaited[], isFirst: boolean): Promise<void> {
  run.say(waitingLine(run, things));
  try {
    await Promise.all(things.map((it) => awaitOne(run, it, letGoTimeout(run))));
  } catch (error) {
    const isOver = error instanceof WaitTimeout || error instanceof WaitFailure;
    throw isOver && isFirst ? new Refused(`nothing was changed: ${error.message}`) : error;
  }
}

export function waitingLine(run: Run, things: readonly Awaited[]): string {
  const names = things.map((it) => `${nameOfMachine(it.holder)} to let go of ${it.words}`);
  return `waiting up to ${seconds(letGoTimeout(run))} for ${names.join(", ")}`;
}

/** @param isEnough ends the wait too, while the thing is still held */
export async function awaitOne(
  run: Run,
  thing: Awaited,
  timeoutMs: number,
  isEnough: () => Promise<boolean> = () => Promise.resolve(false),
): Promise<Seen> {
  let isOver = false;
  try {
    const seen = await waitFor<Seen | undefined>(
      {
        kind: "under-way",
        what: `${nameOfMachine(thing.holder)} to let go of ${thing.words}`,
        read: async () => {
          const now = await look(run, thing);
          isOver = now !== undefined && !isFree(now, run.id) && (await isEnough());
          return now;
        },
        isReady: (it) => it !== undefined && (isOver || isFree(it, run.id)),
        failure: (it) => goneOrTaken(thing, it),
        describe: (it) => (it?.on === undefined ? "marked as that machine's" : `on ${it.on}`),
        timeoutMs,
      },
      run,
    );
    const found = seen ?? { tags: {} };
    keepInMind(run, found);
    return found;
  } catch (error) {
    throw error instanceof WaitTimeout ? new WaitTimeout(notLetGo(thing, timeoutMs), { cause: error }) : error;
  }
}

export function isFree({ tags, on }: Seen, id: string): boolean {
  const owner = tags[TAG.id];
  return on === undefined && (owner === undefined || owner === id);
}

function goneOrTaken({ words, holder }: Awaited, now: Seen | undefined): string | undefined {
  const was = nameOfMachine(holder);
  if (now === undefined) {
    return `${was} did not hand ${words} on: it is gone; where it was made by that machine, set its deletion to "retain" before`;
  }
  const owner = now.tags[TAG.id];
  return owner === holder.id || (owner === undefined && now.on === undefined)
    ? undefined
    : `${was} let go of ${words}, and ${owner === undefined ? (now.on ?? "") : `the managed instance ${owner}`} has it now`;
}

function notLetGo({ words, holder: { id, name } }: Awaited, timeoutMs: number): string {
  const machine = name === id ? "that machine" : name;
  return `${words} belongs to the managed instance ${id}${name === id ? "" : ` (${name})`}, which did not let go of it within ${seconds(timeoutMs)}; it is never taken from its holder: take it out of the inputs of ${machine} before, or in the same run of \`pulumi up\``;
}

/** Records what was seen last, for the steps that follow. */
export function keepInMind({ observed }: Run, { elasticIp, volume }: Seen): void {
  if (elasticIp !== undefined && observed.givenElasticIp?.allocationId === elasticIp.allocationId) {
    observed.givenElasticIp = elasticIp;
  }
  if (volume !== undefined) {
    observed.volumes = [...observed.volumes.filter((it) => it.id !== volume.id), volume];
  }
}

/** Takes this machine's mark off again; a mark that another machine has put there since stays. */
export async function unmark(run: Run, thing: Pick<Given, "kind" | "id">, keys: string[]): Promise<void> {
  const now = await look(run, thing);
  if (now?.tags[TAG.id] === run.id) {
    await run.ec2.deleteTags([thing.id], keys, { [TAG.id]: run.id });
  }
}
