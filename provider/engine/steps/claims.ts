/**
 * Decides which of several machines that want one thing has it. EC2 sets a tag whatever it was before, so a mark that all of them set
 * decides nothing: each machine sets a mark of its own, which no other overwrites, and looks again. A machine that then sees no other mark
 * has the thing. Where two see each other, the machine with the lower id waits until the other has the thing or withdraws, and the other
 * withdraws unless it has the thing already. So one of them has it in the end, however long a call of either is held up.
 */
import { CLAIM_PREFIX, isClaim, TAG } from "../../ec2/tags";
import { explain } from "../../ec2/errors";
import { waitFor, WaitTimeout } from "../../ec2/wait";
import { givenTags, NOT_GIVEN } from "../record/labels";
import { nameOfMachine } from "../planning/sharing";
import { Refused, type Run } from "./run";
import type { Claim } from "../../model/observed";
import { deleteRecord } from "./record";
import { keepInMind, look, type Seen } from "./sharing";

/** Time that EC2 may take to show a tag to everybody. */
const SETTLE_MS = 3000;
/** Time that the other machine may take to withdraw: a few calls. Its run may have been killed. */
const WITHDRAW_MS = 60_000;

type Claimed = "wanted" | "held";

/** Another machine has the thing, or is to have it. */
class Lost extends Error {
  override readonly name = "Lost";

  constructor(
    readonly claim: Claim,
    readonly to: string,
    /** Whether that machine has the thing already, and so will not mark it again. */
    readonly isHeld: boolean,
  ) {
    super(`${claim.words} is ${to}'s`);
  }
}

/**
 * Marks the things that the inputs name as this machine's, all of them or none.
 *
 * @param isNew whether this run made the record: then the record goes too, and nothing is left
 */
export async function claimGiven(run: Run, claims: Claim[], isNew: boolean): Promise<void> {
  const begun: Claim[] = [];
  try {
    for (const claim of claims) {
      refuseIfHeld(run, claim, await look(run, claim));
      begun.push(claim);
      await run.ec2.createTags([claim.id], { ...givenTags(run.id), [keyOf(run.id)]: "wanted" satisfies Claimed });
    }
    await run.clock.sleep(SETTLE_MS);
    for (const claim of claims) {
      await decide(run, claim);
    }
  } catch (error) {
    for (const claim of begun) {
      const lost = error instanceof Lost && error.claim === claim ? error : undefined;
      await withdraw(run, claim, lost).catch((left: unknown) => {
        // The user has to read first why nothing came of the claim.
        run.say(`the claim on ${claim.words} could not be taken off: ${explain(left)}`);
      });
    }
    if (!(error instanceof Lost)) {
      throw error;
    }
    const reason = `nothing was changed: ${error.claim.words} is named by ${await nameFor(run, error.to)} too, which was first; name it in one of the two`;
    if (isNew && run.observed.template !== undefined) {
      await deleteRecord(run, run.observed.template.id);
    }
    throw new Refused(reason, { cause: error });
  }
  for (const claim of claims) {
    await hold(run, claim);
  }
}

function keyOf(id: string): string {
  return `${CLAIM_PREFIX}${id}`;
}

/** The claims of others, by their ids. */
function othersOn({ tags }: Seen, own: string): { id: string; isHeld: boolean }[] {
  return Object.entries(tags)
    .filter(([key]) => isClaim(key) && key !== keyOf(own))
    .map(([key, value]) => ({ id: key.slice(CLAIM_PREFIX.length), isHeld: value === ("held" satisfies Claimed) }));
}

/** Refuses a thing that another machine holds. A machine that only wants the thing yet is no reason, or two such machines would both go away. */
function refuseIfHeld(run: Run, claim: Claim, now: Seen | undefined): void {
  if (now === undefined) {
    return;
  }
  const others = othersOn(now, run.id);
  const holder = others.find((it) => it.isHeld);
  const owner = now.tags[TAG.id];
  const isClaiming = others.some((it) => it.id === owner);
  if (holder !== undefined || (owner !== undefined && owner !== run.id && !isClaiming)) {
    throw new Lost(claim, holder?.id ?? owner ?? "", true);
  }
}

async function decide(run: Run, claim: Claim): Promise<void> {
  let others: ReturnType<typeof othersOn> = [];
  try {
    await waitFor<Seen | undefined>(
      {
        kind: "propagation",
        what: `another machine to leave ${claim.words}`,
        read: async () => {
          const now = await look(run, claim);
          refuseIfHeld(run, claim, now);
          others = now === undefined ? [] : othersOn(now, run.id);
          const prior = others.find((it) => it.id < run.id);
          if (prior !== undefined) {
            throw new Lost(claim, prior.id, false);
          }
          return now;
        },
        isReady: () => others.length === 0,
        describe: () => `claimed by ${others.map((it) => it.id).join(", ")}`,
        timeoutMs: WITHDRAW_MS,
      },
      run,
    );
  } catch (error) {
    const [other] = others;
    throw error instanceof WaitTimeout && other !== undefined ? new Lost(claim, other.id, false) : error;
  }
}

/** Sets all tags of a holder: another machine that withdrew may have set some of them. */
async function hold(run: Run, claim: Claim): Promise<void> {
  await run.ec2.createTags([claim.id], { ...claim.tags, [keyOf(run.id)]: "held" satisfies Claimed });
  const now = await look(run, claim);
  const stale = NOT_GIVEN.filter((it) => now !== undefined && it in now.tags);
  if (stale.length > 0) {
    await run.ec2.deleteTags([claim.id], stale);
  }
  keepInMind(run, now ?? { tags: {} });
}

/** Leaves the mark of the machine that has the thing, and none of this machine's. */
async function withdraw(run: Run, claim: Claim, lost: Lost | undefined): Promise<void> {
  const now = await look(run, claim);
  if (now === undefined || !(keyOf(run.id) in now.tags)) {
    return;
  }
  if (now.tags[TAG.id] === run.id && lost?.isHeld === true) {
    await run.ec2.createTags([claim.id], givenTags(lost.to));
  }
  if (now.tags[TAG.id] === run.id && lost?.isHeld !== true) {
    const isAlone = othersOn(now, run.id).length === 0;
    await run.ec2.deleteTags([claim.id], [TAG.id, ...(isAlone ? [TAG.owned] : []), keyOf(run.id)], {
      [TAG.id]: run.id,
    });
    return;
  }
  await run.ec2.deleteTags([claim.id], [keyOf(run.id)]);
}

async function nameFor({ ec2 }: Run, id: string): Promise<string> {
  const [template] = await ec2.describeLaunchTemplates({ "launch-template-name": [id] });
  return nameOfMachine({ id, name: template?.tags.Name });
}

export async function endClaims(run: Run, claims: Claim[]): Promise<void> {
  for (const { id } of claims) {
    await run.ec2.deleteTags([id], [keyOf(run.id)]);
  }
}
