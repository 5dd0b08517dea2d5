/** Follows the machines' records over the week: when each is paused, and when its schedules are followed. */
import { TAG } from "../../../provider/ec2/tags";
import { nextDue } from "../../../provider/kit/timetable";
import type { Account } from "./account";
import { SECOND } from "./time";
import type { Machine, Schedule } from "./machine";
import type { Span } from "./spans";

/** Follows the records from now on. */
export function followed(account: Account): void {
  const { machines } = account.fleet;
  const followers = machines.map((it) => stateFollower(it, account));
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
    for (const schedule of machine.schedules.filter((it) => it.action !== "recycle")) {
      void heard(account, machine, schedule);
    }
  }
}

/** Notes from when to when a machine is paused on record. */
function stateFollower(
  { id, name, paused }: Machine,
  account: Account,
): (templates: Account["made"]["templates"], now: number) => void {
  let open: Span | undefined;
  let before: string | undefined;
  return (templates, now) => {
    const tag = templates.find((it) => it.launchTemplateName === id)?.tags[TAG.desiredState];
    if (tag !== before) {
      account.note(`  ${name}: on record: ${tag ?? "no state"}`);
      before = tag;
    }
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
async function heard(account: Account, machine: Machine, schedule: Schedule): Promise<void> {
  for (;;) {
    const at = nextDue(schedule, account.now());
    if (at === undefined) {
      return;
    }
    await account.time.sleep(at - account.now());
    void follow(account, machine, { state: schedule.action === "pause" ? "paused" : "running", at });
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
