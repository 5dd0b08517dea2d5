/** What the machines' records say over the week: when each is paused, and when its controller leaves it alone. */
import { TAG } from "../../../provider/ec2/tags";
import { lastDue } from "../../../provider/timetable";
import type { Account } from "./account";
import { MINUTE, SECOND } from "./time";
import type { Machine } from "./machine";
import type { Span } from "./spans";

/** Follows the records from now on. */
export function followed(account: Account): void {
  const { machines } = account.fleet;
  const followers = machines.map(stateFollower);
  const look = (): void => {
    const { templates, instances } = account.made;
    followers.forEach((follow) => {
      follow(templates, account.now());
    });
    for (const { instanceId, tags } of instances) {
      account.owners.set(instanceId, tags[TAG.id] ?? "");
    }
  };
  look();
  account.simulator.onChange(look);
  for (const machine of machines) {
    void schedulesOf(account, machine);
  }
}

/** Notes from when to when a machine is paused on record. */
function stateFollower({ id, paused }: Machine): (templates: Account["made"]["templates"], now: number) => void {
  let open: Span | undefined;
  return (templates, now) => {
    const tag = templates.find((it) => it.launchTemplateName === id)?.tags[TAG.desiredState];
    const isPaused = tag?.startsWith("paused") === true;
    if (isPaused && open === undefined) {
      open = { from: now, to: Infinity };
      paused.push(open);
    } else if (!isPaused && open !== undefined) {
      open.to = now;
      open = undefined;
    }
  };
}

/** A schedule is a word like any other, from when it is due until it is followed. */
async function schedulesOf(account: Account, machine: Machine): Promise<void> {
  const words = machine.schedules.filter((it) => it.action !== "recycle");
  let seen = account.now();
  while (words.length > 0) {
    await account.time.sleep(MINUTE);
    for (const schedule of words) {
      const at = lastDue(schedule, seen, account.now());
      if (at !== undefined) {
        void follow(account, machine, { state: schedule.action === "pause" ? "paused" : "running", at });
      }
    }
    seen = account.now();
  }
}

async function follow(
  account: Account,
  machine: Machine,
  { state, at }: { state: "paused" | "running"; at: number },
): Promise<void> {
  const word = machine.declared.begin(state);
  account.note(`${machine.name}: its schedule says ${state}`);
  while (!isFollowed(account, machine, at)) {
    await account.time.sleep(5 * SECOND);
  }
  // The tick is noted first, and then what it asks for.
  await account.time.sleep(30 * SECOND);
  machine.declared.end(word, "yes");
}

function isFollowed({ made }: Account, { id }: Machine, at: number): boolean {
  const tag = made.templates.find((it) => it.launchTemplateName === id)?.tags[TAG.lastTick] ?? "";
  return Date.parse(tag.split(" ")[0] ?? "") >= at;
}
