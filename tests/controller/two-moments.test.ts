/** A look at what is there takes several calls, and EC2 may show each thing as of another moment. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { decide } from "../../controller/decide";
import type { Machine } from "../../controller/record";
import { withAttachments } from "../../provider/engine/situation/attachments";
import { generationOf, isAlive } from "../../provider/engine/situation/instances";
import { interposed } from "../provider/interruptions";
import { goingOn } from "../provider/kills";
import { program, type Stack } from "../provider/support";
import { madeNow, up } from "../provider/world";
import { machine, planOf } from "./support";

/** How old a read may be ("stale reads" of tests/reliability/week). */
const OLDEST_MS = 15_000;

/** The machine as a controller reads it at one moment. */
interface Moment {
  at: number;
  read: Machine;
}

/** Each time before a call of an `up` that replaces the instance at which the account is another. */
async function momentsOf(owner: Stack, inputs: Record<string, unknown>): Promise<Moment[]> {
  const worlds: { at: number; world: ReturnType<Stack["simulator"]["snapshot"]> }[] = [];
  let last = "";
  const take = (): void => {
    const { instances, networkInterfaces } = madeNow(owner);
    const now = JSON.stringify([instances.map((it) => [it.instanceId, it.state]), networkInterfaces]);
    if (now !== last) {
      worlds.push({ at: owner.clock.now(), world: owner.simulator.snapshot() });
    }
    last = now;
  };
  await goingOn(owner, { through: interposed({ before: take }), leapMs: 2000 }).up(program(inputs));
  take();
  const moments: Moment[] = [];
  for (const { at, world } of worlds) {
    owner.clock.advance(at - owner.clock.now());
    owner.simulator.restore(world);
    moments.push({ at, read: await machine(owner) });
  }
  return moments;
}

/** The flaw of the answer to a look that shows the interface, the newest instance and all else as of a moment each. */
function wrongWith(networkInterface: Moment, newest: Moment, rest: Moment): string | undefined {
  const { observed } = rest.read;
  const number = observed.generation?.number;
  const isNewest = (it: Machine["observed"]["instances"][number]): boolean => generationOf(it) === number;
  const { networkInterfaces } = networkInterface.read.observed;
  const instances = [
    ...newest.read.observed.instances.filter(isNewest),
    ...observed.instances.filter((it) => !isNewest(it)),
  ].map((it) => structuredClone(it));
  const seen = { ...observed, networkInterfaces, instances: withAttachments(instances, networkInterfaces) };
  const works = seen.instances.filter((it) => isAlive(it) && isNewest(it));
  if (works.length === 0) {
    return undefined;
  }
  const mixed: Machine = { ...rest.read, observed: seen };
  // Long after the generation was recorded: nothing is left to whoever did that.
  const signals = [{ kind: "continue" as const, machineId: mixed.id }];
  const { kind } = decide({ machine: mixed, signals, now: Math.max(networkInterface.at, newest.at, rest.at) });
  const steps = planOf(mixed);
  const ended = steps.flatMap((it) => (it.kind === "retire" && works.includes(it.instance) ? it.instance.id : []));
  const launches = steps.some((it) => it.kind === "launch" || it.kind === "launch-beside");
  return ended.length > 0 || launches || !["nothing", "wait", "finish"].includes(kind)
    ? `${kind}, ends ${ended.join(", ") || "none"}${launches ? ", launches" : ""}`
    : undefined;
}

describe("a controller that sees the interface and the instances as of several moments of an up", () => {
  for (const strategy of ["overlap", "terminate-first"]) {
    it(`never ends the new instance and never launches another, with the strategy ${strategy}`, async () => {
      const declared = { replacement: { strategy } };
      const owner = await up(declared);
      await owner.up(program({ ...declared, imageId: WELL_KNOWN.imageV2 }));
      const moments = await momentsOf(owner, { ...declared, imageId: WELL_KNOWN.imageV1 });
      const isNear = (one: Moment, other: Moment): boolean => Math.abs(one.at - other.at) <= OLDEST_MS;
      const mixes = moments.flatMap((a) =>
        moments.flatMap((b) =>
          moments.filter((c) => isNear(a, b) && isNear(b, c) && isNear(a, c)).map((c) => [a, b, c] as const),
        ),
      );
      const wrong = mixes.flatMap((mix) => {
        const said = wrongWith(...mix);
        return said === undefined ? [] : [`as of moments ${mix.map((it) => moments.indexOf(it)).join(", ")}: ${said}`];
      });
      assert.ok(mixes.length > moments.length, String(mixes.length));
      assert.deepEqual(wrong, []);
    });
  }
});
