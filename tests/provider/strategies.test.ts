/** `replacement.strategy`: which change takes which way, in the preview and in EC2. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Path } from "../../provider/engine/situation/strategy";
import type { Properties } from "../../provider/model/properties";
import { holderOf, pathBetween, said } from "./holder";
import { interposed } from "./interruptions";
import { program, type Stack } from "./support";
import { later, made, nothingIsLeft, quick, settled, up } from "./world";

const STRATEGIES = ["terminate-first", "root-volume", "stop-start", "overlap", "auto"] as const;
const [TF, RV, SS, OV] = STRATEGIES;

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const TYPE = { instanceType: "m6i.large" };
const DATA = { userData: "#!/bin/sh\n" };
const SPOT = { market: { lifecycle: "spot" } };

/** As docs/replacement.md has it: for each change the way under each strategy. */
const RUNNING: [what: string, after: Properties, paths: Path[]][] = [
  ["imageId", IMAGE, [TF, RV, TF, OV, RV]],
  ["instanceType", TYPE, [TF, TF, SS, OV, SS]],
  ["userData", DATA, [TF, TF, SS, OV, TF]],
  ["instanceType, userData", { ...TYPE, ...DATA }, [TF, TF, SS, OV, TF]],
  ["imageId, instanceType", { ...IMAGE, ...TYPE }, [TF, TF, TF, OV, TF]],
  ["imageId, keyName", { ...IMAGE, keyName: WELL_KNOWN.keyName }, [TF, TF, TF, OV, TF]],
  ["market", SPOT, [TF, TF, TF, OV, TF]],
  ["recycleTriggers", { recycleTriggers: { at: "1" } }, [TF, TF, TF, OV, TF]],
];

const ON_SPOT: typeof RUNNING = [
  ["imageId", IMAGE, [TF, RV, TF, OV, RV]],
  ["instanceType", TYPE, [TF, TF, TF, OV, TF]],
  ["userData", DATA, [TF, TF, TF, OV, TF]],
];

const KEEPS: Readonly<Record<Path, boolean>> = {
  "terminate-first": false,
  "root-volume": true,
  "stop-start": true,
  overlap: false,
};

/** A machine that was brought to `after`: what the preview said and what became of it. */
async function changed(base: Properties, after: Properties): Promise<{ owner: Stack; path: string; line: string }> {
  const owner = await up(base);
  const was = holderOf(owner);
  const line = await said(owner, { ...base, ...after });
  const shown = (await owner.preview(program({ ...base, ...after }))).inputs;
  assert.equal(await owner.up(program({ ...base, ...after })), "update");
  later(owner);
  const now = holderOf(owner);
  const path = pathBetween(was, now);
  assert.deepEqual(now.identity, was.identity);
  assert.equal(now.instance.tags[TAG.generation], "2");
  assert.equal(owner.outputs.generation, 2);
  // The preview showed the instance that there is now.
  assert.ok([undefined, now.instance.instanceId].includes(shown.instanceId as string | undefined));
  assert.equal(shown.instanceId !== undefined, was.instance.instanceId === now.instance.instanceId);
  return { owner, path, line };
}

for (const [kind, bought, table] of [
  ["on-demand", {}, RUNNING],
  ["spot", SPOT, ON_SPOT],
] as const) {
  for (const [index, strategy] of STRATEGIES.entries()) {
    describe(`the strategy ${strategy}, of an instance that is ${kind}`, () => {
      for (const [what, after, paths] of table) {
        const path = paths[index] ?? "terminate-first";
        it(`takes ${path} for ${what}, as the preview says, on the same identity`, async () => {
          const base = { elasticIp: true, replacement: { strategy }, ...bought };
          const result = await changed(base, after);
          const { owner, line } = result;
          assert.equal(result.path, path);
          const verb = KEEPS[path] ? "changes" : "replaces";
          assert.match(line, new RegExp(`^${verb} i-\\w+ \\(${what}\\), ${path}, about \\d+ s dark; keeps eni-`));
          await settled(owner, { ...base, ...after });
          await owner.destroy();
          later(owner);
          nothingIsLeft(owner);
        });
      }

      it("moves to another subnet by launching there", async () => {
        const base = { elasticIp: true, instanceType: "t3.medium", replacement: { strategy }, ...bought };
        const owner = await up(base);
        const was = holderOf(owner);
        const after = { ...base, subnetId: WELL_KNOWN.subnetB };
        const path = strategy === "overlap" ? "overlap" : "terminate-first";
        assert.match(await said(owner, after), new RegExp(`^replaces i-\\w+ \\(subnetId\\), ${path},`));
        await owner.up(program(after));
        later(owner);
        const now = holderOf(owner);
        assert.equal(pathBetween(was, now), path);
        assert.equal(now.eni.subnetId, WELL_KNOWN.subnetB);
        assert.equal(made(owner).elasticIps[0]?.networkInterfaceId, now.eni.networkInterfaceId);
        await settled(owner, after);
      });
    });
  }
}

describe("replacement, changed itself", () => {
  it("changes nothing but the record", async () => {
    const owner = await up();
    await owner.refresh();
    const was = holderOf(owner);
    owner.calls();
    const after = { replacement: { strategy: "auto", drainSeconds: 5, waitFor: "status-ok" } };
    assert.match(await said(owner, after), /^changes in place \(replacement\); i-\w+ keeps running;/);
    await owner.up(program(after));
    assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, after);
    await owner.up(program());
    assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
  });
});

describe("two runs at once", () => {
  for (const [strategy, after] of [
    ["root-volume", IMAGE],
    ["stop-start", TYPE],
    ["terminate-first", IMAGE],
    ["overlap", IMAGE],
  ] as const) {
    it(`with ${strategy} come to one machine, whenever the second begins`, async () => {
      const base = { elasticIp: true, replacement: { strategy } };
      const owner = await up(base);
      await owner.refresh();
      const was = holderOf(owner);
      const { recorded, simulator } = owner;
      const world = simulator.snapshot();
      for (const call of MUTATING[strategy]) {
        simulator.restore(world);
        let begun = false;
        const second = quick({ on: owner });
        second.recorded = recorded;
        const first = quick({
          on: owner,
          through: interposed({
            after: async (action) => {
              if (action === call && !begun) {
                begun = true;
                await second.up(program({ ...base, ...after })).catch(() => undefined);
              }
            },
          }),
        });
        first.recorded = recorded;
        await first.up(program({ ...base, ...after })).catch(() => undefined);
        assert.ok(begun, call);
        first.recorded = recorded;
        await first.up(program({ ...base, ...after }));
        later(owner);
        const now = holderOf(first);
        assert.deepEqual(now.identity, was.identity, call);
        assert.equal(now.instance.tags[TAG.generation], String(first.outputs.generation), call);
        assert.equal(await first.up(program({ ...base, ...after })), "same", call);
      }
    });
  }
});

const MUTATING = {
  "root-volume": ["CreateLaunchTemplateVersion", "CreateReplaceRootVolumeTask", "DescribeReplaceRootVolumeTasks"],
  "stop-start": ["CreateLaunchTemplateVersion", "StopInstances", "ModifyInstanceAttribute", "StartInstances"],
  "terminate-first": ["CreateLaunchTemplateVersion", "TerminateInstances", "RunInstances"],
  overlap: ["CreateLaunchTemplateVersion", "RunInstances", "TerminateInstances", "AttachNetworkInterface"],
} as const;
