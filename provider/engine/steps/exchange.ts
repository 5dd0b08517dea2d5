/**
 * One Elastic IP in place of another, where the machine that has the one may want the other. Each says on what it holds what it would
 * take for it, and lets go only when these marks lead back to it: then all of them are in the same exchange, now. So nobody is without
 * an address for a machine that never comes.
 */
import { CLAIM_PREFIX, OWN_TAG_PREFIX, TAG } from "../../ec2/tags";
import { isOnOurs, isOwnedElasticIp } from "../situation/belongings";
import { castOf } from "../situation/cast";
import { claimOnElasticIp, isElasticIpHandedOn, nameOfElasticIp, nameOfMachine } from "../planning/sharing";
import { retainElasticIp } from "../planning/retention";
import { wantsInterface } from "../planning/network-interface";
import { explain } from "../../ec2/errors";
import { endsAttempts, made, oncePropagated, type Run } from "./run";
import type { Awaited } from "../../model/observed";
import type { ElasticIp, NetworkInterface, Tags } from "../../model/things";
import { claimGiven, endClaims } from "./claims";
import { associateElasticIp, disassociateElasticIp } from "./elastic-ip";
import { awaitOne, isFree, letGoTimeout, look, type Seen, unmark, waitingLine } from "./sharing";
import { giveBack, retain } from "./tags";

/** How long the machine is without an address for the others of the exchange, each of which has only calls left to make. */
const EXCHANGE_MS = 60_000;
/** Most machines of an exchange. */
const MAX_PARTNERS = 20;

/** An Elastic IP that this machine let go of, as it was before. */
interface Before {
  elasticIp: ElasticIp;
  on?: NetworkInterface;
}

export async function exchangeElasticIp(run: Run, thing: Awaited, held: readonly ElasticIp[]): Promise<void> {
  const before = held.map((it) => asBefore(run, it));
  const handedOn = held.filter((it) => isElasticIpHandedOn(it, run.desired));
  const claim = claimOnElasticIp(run.id, made(run.observed.givenElasticIp, "Elastic IP"));
  const marked: ElasticIp[] = [];
  try {
    const waited = await awaitExchange(run, thing, handedOn, marked);
    if (waited === "others are ready") {
      run.say(
        `${handedOn.map(nameOfElasticIp).join(", ")} makes way for ${thing.words}, which its holder exchanges for it now`,
      );
      for (const elasticIp of handedOn) {
        await letGo(run, elasticIp);
      }
      await awaitOne(run, thing, Math.min(EXCHANGE_MS, letGoTimeout(run)));
    }
    await claimGiven(run, [claim], false);
    for (const elasticIp of held.filter((it) => isOnOurs(it, run.observed))) {
      await disassociateElasticIp(run, elasticIp);
    }
    if (wantsInterface(castOf(run))) {
      await associateElasticIp(run);
    }
  } catch (error) {
    const back = await putBack(run, thing, before, marked);
    throw endsAttempts(error) ? error : new Error(`${explain(error)}${back}`, { cause: error });
  }
  await unmarkExchange(run, marked);
  await endClaims(run, [claim]);
}

function asBefore(run: Run, elasticIp: ElasticIp): Before {
  const { association, tags } = elasticIp;
  const on = run.observed.networkInterfaces.find((it) => it.id === association?.networkInterfaceId);
  return { elasticIp: { ...elasticIp, tags: { ...tags } }, on };
}

/** @param marked is told what carries a mark from then on */
async function awaitExchange(
  run: Run,
  thing: Awaited,
  handedOn: ElasticIp[],
  marked: ElasticIp[],
): Promise<"let go" | "others are ready"> {
  run.say(waitingLine(run, [thing]));
  const seen = await awaitOne(run, thing, letGoTimeout(run), async () => {
    if (marked.length === 0) {
      for (const elasticIp of handedOn) {
        marked.push(elasticIp);
        await run.ec2.createTags([elasticIp.allocationId], { [TAG.exchangedFor]: thing.id });
      }
    }
    return leadsBack(run, thing.id, handedOn);
  });
  return isFree(seen, run.id) ? "let go" : "others are ready";
}

/** Whether the machine that has the thing waits for what this one has, be it through others. */
async function leadsBack(run: Run, thing: string, handedOn: readonly ElasticIp[]): Promise<boolean> {
  let next: string | undefined = thing;
  for (let partners = 0; next !== undefined && partners < MAX_PARTNERS; partners++) {
    const seen = await look(run, { kind: "elastic-ip", id: next });
    const wanted: string | undefined = seen?.tags[TAG.exchangedFor];
    if (handedOn.some((it) => it.allocationId === wanted)) {
      return true;
    }
    next = wanted;
  }
  return false;
}

async function letGo(run: Run, elasticIp: ElasticIp): Promise<void> {
  await disassociateElasticIp(run, elasticIp);
  const { allocationId, publicIp, tags } = elasticIp;
  if (isOwnedElasticIp(elasticIp)) {
    await run.ec2.deleteTags([allocationId], [TAG.exchangedFor]);
    await retain(run, retainElasticIp(elasticIp));
    run.observed.elasticIps = run.observed.elasticIps.filter((it) => it.allocationId !== allocationId);
  } else {
    await giveBack(run, allocationId, `the Elastic IP ${publicIp}`, [...ownKeys(tags), TAG.exchangedFor]);
  }
}

function ownKeys(tags: Tags): string[] {
  return Object.keys(tags).filter((key) => key.startsWith(OWN_TAG_PREFIX));
}

async function unmarkExchange(run: Run, marked: readonly ElasticIp[]): Promise<void> {
  for (const { allocationId: id } of marked) {
    await unmark(run, { kind: "elastic-ip", id }, [TAG.exchangedFor]);
  }
}

/** @returns what became of what this machine had, as the end of a sentence */
async function putBack(run: Run, thing: Awaited, before: Before[], marked: ElasticIp[]): Promise<string> {
  await unmark(run, thing, [TAG.id, TAG.owned, `${CLAIM_PREFIX}${run.id}`]);
  await unmarkExchange(run, marked);
  const said: string[] = [];
  for (const { elasticIp, on } of before) {
    said.push(...(await putOneBack(run, elasticIp, on)));
  }
  return said.map((it) => `; ${it}`).join("");
}

async function putOneBack(run: Run, elasticIp: ElasticIp, on: NetworkInterface | undefined): Promise<string[]> {
  const { allocationId: id, tags } = elasticIp;
  const words = nameOfElasticIp(elasticIp);
  const now = await look(run, { kind: "elastic-ip", id });
  const taker = takerOf(run, now, on);
  if (now === undefined || taker !== undefined) {
    return [`${words} was let go, and ${taker === undefined ? "is gone" : `${taker} has it now`}`];
  }
  if (now.tags[TAG.id] === undefined) {
    await run.ec2.createTags([id], tags);
  }
  const it = { ...elasticIp, association: now.elasticIp?.association };
  run.observed.elasticIps = [...run.observed.elasticIps.filter((other) => other.allocationId !== id), it];
  if (on === undefined) {
    return [];
  }
  if (now.on === on.id) {
    return [`${words} stays on ${on.id}`];
  }
  const associationId = await oncePropagated(run, `${id} and ${on.id}`, () =>
    run.ec2.associateAddress(id, on.id, elasticIp.association?.privateIp ?? on.privateIp),
  );
  it.association = { ...elasticIp.association, id: associationId, networkInterfaceId: on.id };
  return [`${words} is on ${on.id} again`];
}

/** Another machine, or what else the Elastic IP is on by now. */
function takerOf(run: Run, now: Seen | undefined, on: NetworkInterface | undefined): string | undefined {
  const owner = now?.tags[TAG.id];
  if (owner !== undefined && owner !== run.id) {
    return nameOfMachine({ id: owner });
  }
  return now?.on === on?.id ? undefined : now?.on;
}
