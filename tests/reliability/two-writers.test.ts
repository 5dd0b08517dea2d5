/**
 * Two processes at once: copies of one state, two creates of one URN, and a run into which somebody else's recycle falls. There is one
 * machine in the end, at no moment two instances are launched onto one identity, and who loses says so.
 */
import assert from "node:assert/strict";
import { RunInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { interposed, shuffled } from "../provider/interruptions";
import { goingOn, now, putBack } from "../provider/kills";
import { type InProcess, program, type Stack, type Through } from "../provider/support";
import { holdingsOf, later, only, somebody } from "../provider/world";
import { ENDING, type Properties, type Purpose, purposeOf } from "./purpose";
import { idsIn } from "./account-ids";
import { Watch } from "./invariants";
import { command, isSound } from "./runs";
import { SCENARIOS, type Scene } from "./scenarios";

/** In how many orders the calls of the two meet. */
const ORDERS = 4;

/** A pause of the one is time that passes for the other too: in leaps, a maker would not be heard of for as long as its lease lasts. */
const SMALL_LEAP_MS = 2000;

/** Both processes' calls wait for their turn; whichever made a thing, both are watched. */
function writer(owner: Stack, watch: Watch, purpose: Purpose, seed: number): Stack {
  const watched = watch.process(owner.recorded, purpose);
  const inTurn: Through = (handler) => shuffled(seed)(watched(handler) as InProcess);
  return goingOn(owner, { through: inTurn, ...(owner.recorded === undefined ? { leapMs: SMALL_LEAP_MS } : {}) });
}

function purposeFor({ before }: Scene, inputs: Properties | undefined): Purpose {
  return inputs === undefined ? ENDING : purposeOf(before, inputs);
}

/** Asserts that a loser is told what was being done, and what to do; not a fault of the program. */
function isClear(error: unknown, at: string): void {
  assert.ok(error instanceof Error, at);
  const { message } = error;
  assert.ok(
    /`pulumi (up|destroy)`|^nothing was changed|^adopt: .*managedInstanceId/s.test(message),
    `${at}: ${message}`,
  );
  assert.ok(!/undefined|TypeError|fault of pulumi/.test(message), `${at}: ${message}`);
}

interface Meeting {
  scene: Scene;
  /** The commands that the two are given. */
  commands: readonly [Properties | undefined, Properties | undefined];
  at: string;
}

/** Both get to an end; then the one whose word counts goes on, and has the world that it wants. */
async function meet({ scene, commands, at }: Meeting, seed: number): Promise<void> {
  const { owner, others } = scene;
  const watch = new Watch(owner, others);
  // An identity that one of them wants to give up may not be taken for lost by the other.
  const keepsIdentity = commands.every((it) => purposeFor(scene, it).keepsIdentity);
  const purpose = (inputs: Properties | undefined): Purpose => ({ ...purposeFor(scene, inputs), keepsIdentity });
  const stacks = commands.map((inputs, index) => writer(owner, watch, purpose(inputs), seed + 1000 * index));
  const ends = await Promise.allSettled(stacks.map((stack, index) => command(stack, commands[index])));
  for (const end of ends) {
    if (end.status === "rejected") {
      isClear(end.reason, at);
    }
  }
  watch.holds(at);
  later(owner);
  if (scene.before === undefined) {
    return areApart(scene, watch, stacks, at);
  }
  // The writer that was told to end it has no state any more, and the other's may have begun anew: the other is told the same.
  const [first = owner, second = owner] = stacks;
  const last = commands[1] === undefined ? first : second;
  const survivor = goingOn(last, { through: watch.process(last.recorded, purpose(commands[1])) });
  // Changes that the other made after it had looked are only seen by a look.
  for (let times = 0; times < 2; times++) {
    await survivor.refresh();
    await command(survivor, commands[1]);
    later(owner);
  }
  watch.holds(at);
  await isSound(survivor, commands[1], others, at);
}

/** Two creates are of two states: each has a machine of its own, or was refused in words, and leaves nothing. */
async function areApart({ owner, others, after }: Scene, watch: Watch, stacks: Stack[], at: string): Promise<void> {
  for (const stack of stacks.filter((it) => it.recorded === undefined || it.recorded.failed)) {
    await command(stack, after).catch((error: unknown) => {
      isClear(error, at);
    });
    later(owner);
  }
  watch.holds(at);
  const heard = stacks.filter((it) => it.recorded !== undefined);
  const ids = heard.map((it) => it.recorded?.id);
  assert.equal(new Set(ids).size, ids.length, `${at}: one machine in two states`);
  assert.ok(ids.length > 0, `${at}: neither has a machine`);
  for (const stack of heard) {
    const theirs = ids.filter((it) => it !== stack.recorded?.id).flatMap((it) => [...idsIn(holdingsOf(owner, it))]);
    await isSound(goingOn(stack), after, new Set([...others, ...theirs]), at);
  }
}

async function everyOrder({ scene, commands, at }: Meeting): Promise<void> {
  const start = now(scene.owner, at);
  for (let seed = 1; seed <= ORDERS; seed++) {
    await meet({ scene, commands, at: `${at}, order ${seed}` }, seed);
    putBack(scene.owner, start);
  }
}

describe("two writers", function () {
  this.timeout(60_000);

  for (const { verb, name, prepare } of SCENARIOS) {
    it(`${verb}: ${name}: told the same`, async () => {
      const scene = await prepare();
      await everyOrder({ scene, commands: [scene.after, scene.after], at: "the same" });
    });
  }

  const replaced = SCENARIOS.filter(({ verb }) => verb === "replace" || verb === "pause");
  for (const { verb, name, prepare } of replaced) {
    it(`${verb}: ${name}: one of them told what there was before`, async () => {
      const scene = await prepare();
      await everyOrder({ scene, commands: [scene.after, scene.before], at: "back and forth" });
      await everyOrder({ scene, commands: [scene.before, scene.after], at: "forth and back" });
    });

    it(`${verb}: ${name}: one of them told to end it`, async () => {
      const scene = await prepare();
      await everyOrder({ scene, commands: [scene.after, undefined], at: "an update and a destroy" });
    });
  }
});

describe("a recycle by somebody else", () => {
  /** As a colleague's script, or another tool on the same record, would do it. */
  async function recycledByHand(owner: Stack): Promise<void> {
    const ec2 = somebody(owner);
    const { instanceId, networkInterfaceId } = owner.outputs as Record<string, string>;
    // The update may have ended it already.
    await ec2.send(new TerminateInstancesCommand({ InstanceIds: [String(instanceId)] }));
    later(owner);
    const instance = owner.simulator.snapshot().instances[String(instanceId)] ?? assert.fail();
    const Tags = Object.entries(instance.tags)
      .filter(([key]) => !key.startsWith("aws:"))
      .map(([Key, Value]) => ({ Key, Value }));
    await ec2.send(
      new RunInstancesCommand({
        LaunchTemplate: { LaunchTemplateId: String(owner.outputs.launchTemplateId) },
        MinCount: 1,
        MaxCount: 1,
        NetworkInterfaces: [{ DeviceIndex: 0, NetworkInterfaceId: networkInterfaceId }],
        TagSpecifications: [{ ResourceType: "instance", Tags }],
      }),
    );
  }

  const scenario = only(SCENARIOS.filter(({ name }) => name === "terminate-first, drained and proven"));

  for (const action of ["CreateLaunchTemplateVersion", "TerminateInstances", "RunInstances"]) {
    it(`right before ${action} of an update: there is one instance in the end, on the same identity`, async () => {
      const scene = await scenario.prepare();
      const { owner, others, before, after } = scene;
      const watch = new Watch(owner, others);
      const watched = watch.process(owner.recorded, purposeOf(before, after ?? {}));
      let done = false;
      const through: Through = (handler) =>
        interposed({
          before: async (called) => {
            if (called === action && !done) {
              done = true;
              await recycledByHand(owner);
            }
          },
        })(watched(handler) as InProcess);
      const stack = goingOn(owner, { through });
      await stack.up(program(after)).catch((error: unknown) => {
        isClear(error, action);
      });
      assert.ok(done);
      later(owner);
      await stack.up(program(after));
      later(owner);
      watch.holds(action);
      await isSound(stack, after, others, action);
    });
  }
});
