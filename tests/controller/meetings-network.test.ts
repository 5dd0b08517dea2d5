/** Another run comes into an `up` that changes what the machine keeps, or where: what the `up` reported is what there is. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { interposed } from "../provider/interruptions";
import { program, type Stack } from "../provider/support";
import { madeNow, settled, up } from "../provider/world";
import { LOOK, meet, type Meeting, type Met, NIGHT, PAUSE, RECYCLE, upTo, type Verb } from "../reliability/meetings";
import type { Properties } from "../reliability/purpose";

/** `RELIABILITY_EVERYWHERE=1` has the second run begin at each call of the first, and stand still at each of its own. */
const STRIDE = process.env.RELIABILITY_EVERYWHERE === "1" ? 1 : 19;

const CHANGES: Readonly<Record<string, readonly [before: Properties, after: Properties]>> = {
  "moves it to another subnet": [
    { elasticIp: true, instanceType: "m6i.large" },
    { elasticIp: true, subnetId: WELL_KNOWN.subnetB, instanceType: "m6i.large" },
  ],
  "moves it to another address": [{}, { privateIp: "10.0.1.77" }],
  "keeps its interface from now on": [{ persistPrivateIp: false }, {}],
  "keeps its interface no more": [{}, { persistPrivateIp: false }],
  "moves it to another subnet, where it keeps no interface": [
    { persistPrivateIp: false, instanceType: "m6i.large" },
    { persistPrivateIp: false, subnetId: WELL_KNOWN.subnetB, instanceType: "m6i.large" },
  ],
  "gives it an Elastic IP": [{}, { elasticIp: true }],
  "takes its Elastic IP": [{ elasticIp: true }, {}],
};

/** Whether the account holds all that the `up` reported. */
function flawsOf(owner: Stack): string[] {
  const { outputs } = owner;
  const { networkInterfaces, elasticIps } = madeNow(owner);
  const eni = networkInterfaces.find((it) => it.networkInterfaceId === outputs.networkInterfaceId);
  const eip = elasticIps.find((it) => it.allocationId === outputs.allocationId);
  const isKept = outputs.persistPrivateIp !== false;
  const address = eni?.privateAddresses.find((it) => it.primary)?.address;
  return [
    ...(isKept && address !== outputs.privateIp ? [`${String(outputs.privateIp)} is gone`] : []),
    ...(outputs.allocationId !== "" && eip?.publicIp !== outputs.publicIp
      ? [`${String(outputs.publicIp)} is gone`]
      : []),
    ...(outputs.allocationId === "" && elasticIps.length > 0 ? ["an Elastic IP is left"] : []),
    ...(isKept && networkInterfaces.length > 1 ? ["an interface is left"] : []),
  ];
}

function aliveIn(owner: Stack): number {
  return madeNow(owner).instances.filter((it) => it.state === "pending" || it.state === "running").length;
}

/** The numbers of the calls to begin, or to stand still, at. */
function strides(calls: number): number[] {
  return Array.from({ length: Math.ceil(calls / STRIDE) }, (_, index) => 1 + index * STRIDE);
}

describe("another run in the middle of an `up` that changes what a machine keeps", function () {
  this.timeout(240_000);

  for (const [what, [before, after]] of Object.entries(CHANGES)) {
    for (const other of [RECYCLE, PAUSE, NIGHT, LOOK]) {
      for (const isFirst of [true, false]) {
        const name = isFirst ? `${other.name} in the middle of an \`up\`` : `an \`up\` in the middle of ${other.name}`;
        it(`gives up nothing of what the \`up\` reports: ${name} that ${what}`, async () => {
          const owner = await up(before);
          owner.clock.advance(20 * 60_000);
          await owner.refresh();
          const [world, now, { recorded }] = [owner.simulator.snapshot(), owner.clock.now(), owner];
          const verbs: readonly [Verb, Verb] = isFirst ? [upTo("", after), other] : [other, upTo("", after)];
          const met = async (meeting: Meeting): Promise<{ calls: Met["calls"]; flaws: string[] }> => {
            owner.clock.advance(now - owner.clock.now());
            owner.simulator.restore(world);
            owner.recorded = recorded;
            let most = 0;
            const count = (): void => {
              most = Math.max(most, aliveIn(owner));
            };
            const { ends, calls } = await meet(owner, verbs, meeting, () => interposed({ after: count }));
            const isWell = ends[isFirst ? 0 : 1].said === undefined;
            const flaws = [
              ...(isWell ? flawsOf(owner) : []),
              // On two interfaces each run may launch one, until the overtaken one looks.
              ...(most > 2 ? [`${most} instances at once`] : []),
              ...(isWell && aliveIn(owner) > 1 ? [`${aliveIn(owner)} instances are left`] : []),
            ];
            owner.clock.advance(10 * 60_000);
            await owner.refresh();
            await owner.up(program(after));
            await settled(owner, after);
            return { calls, flaws: flaws.map((it) => `${JSON.stringify(meeting)}: ${it}`) };
          };
          const [first, second] = (await met({ at: Infinity })).calls;
          const meetings = strides(first).flatMap((at) => [{ at }, ...strides(second).map((until) => ({ at, until }))]);
          const flaws: string[] = [];
          for (const meeting of meetings) {
            flaws.push(...(await met(meeting)).flaws);
          }
          assert.deepEqual(flaws, []);
        });
      }
    }
  }
});
