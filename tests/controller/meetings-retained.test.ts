/** Another run comes into an `up` that lets something go and retains it: it is retained, attached to nothing, and nobody takes it back. */
import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import type { Stack } from "../provider/support";
import { made, up } from "../provider/world";
import { LOOK, meet, RECYCLE, upTo } from "../reliability/meetings";
import type { Properties } from "../reliability/purpose";

const VOLUMES = [
  { name: "data", deviceName: "/dev/sdf", size: 10 },
  { name: "log", deviceName: "/dev/sdg", size: 5 },
];
const RETAINED = { deletion: { elasticIp: "retain", dataVolumes: "retain" } };

/** `RELIABILITY_EVERYWHERE=1` has the second run begin at each call of the first. */
const STRIDE = process.env.RELIABILITY_EVERYWHERE === "1" ? 1 : 7;

/** The calls at the end, in which things are let go. */
const LETTING_GO = 14;

function flawsIn(owner: Stack): string[] {
  const { volumes, elasticIps } = made(owner);
  const things = [
    ...volumes
      .filter((it) => TAG.volume in it.tags)
      .map((it) => ({ id: it.volumeId, tags: it.tags, holder: it.attachment?.instanceId })),
    ...elasticIps.map((it) => ({ id: it.allocationId, tags: it.tags, holder: it.networkInterfaceId })),
  ];
  return things.flatMap(({ id, tags, holder }) => [
    ...(TAG.retained in tags ? [] : [`${id} is not marked as retained`]),
    ...(TAG.id in tags ? [`${id} is still the machine's`] : []),
    ...(holder === undefined ? [] : [`${id} is on ${holder}`]),
  ]);
}

describe("an `up` that lets something go", function () {
  this.timeout(60_000);

  for (const [what, before] of [
    ["data volumes", { ...RETAINED, dataVolumes: VOLUMES }],
    ["its Elastic IP", { ...RETAINED, elasticIp: true }],
  ] as const satisfies [string, Properties][]) {
    for (const other of [RECYCLE, LOOK]) {
      it(`retains ${what}, wherever a ${other.name} comes into it`, async () => {
        const owner = await up(before);
        owner.clock.advance(20 * 60_000);
        await owner.refresh();
        const [world, now, { recorded }] = [owner.simulator.snapshot(), owner.clock.now(), owner];
        const met = async (at: number): Promise<readonly [number, string[]]> => {
          owner.clock.advance(now - owner.clock.now());
          owner.simulator.restore(world);
          owner.recorded = recorded;
          const { calls, ends } = await meet(owner, [upTo("", RETAINED), other], { at });
          const flaws = ends[0].said === undefined ? flawsIn(owner) : [];
          return [calls[0], flaws.map((it) => `${at}: ${it}`)];
        };
        const [calls] = await met(Infinity);
        const flaws: string[] = [];
        for (let at = 1; at <= calls; at++) {
          if (at % STRIDE === 0 || at > calls - LETTING_GO) {
            flaws.push(...(await met(at))[1]);
          }
        }
        assert.deepEqual(flaws, []);
      });
    }
  }
});
