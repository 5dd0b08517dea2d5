import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { UNKNOWN } from "../../provider/validation";
import { program, type Stack } from "./support";
import { up } from "./world";

type Properties = Record<string, unknown>;

async function diffed(owner: Stack, inputs: Properties): Promise<Awaited<ReturnType<Stack["handlers"]["diff"]>>> {
  const { inputs: checked } = await owner.handlers.check(owner.recorded?.inputs ?? {}, program(inputs));
  return owner.handlers.diff(owner.recorded?.id ?? "", owner.outputs, checked);
}

describe("diff", () => {
  it("finds nothing where nothing changed, and says nothing", async () => {
    const owner = await up({ elasticIp: true });
    owner.lines.length = 0;
    assert.deepEqual(await diffed(owner, { elasticIp: true }), {
      changes: false,
      replaces: [],
      deleteBeforeReplace: true,
    });
    assert.deepEqual(owner.lines, []);
  });

  for (const [title, change] of [
    ["the image", { imageId: WELL_KNOWN.imageV2 }],
    ["the subnet", { subnetId: WELL_KNOWN.subnetB }],
    ["the private IP", { privateIp: "10.0.1.99" }],
    ["the Elastic IP", { elasticIp: true }],
    ["the tags", { tags: { Team: "a" } }],
    ["what is not known yet", { imageId: UNKNOWN }],
  ] as const) {
    it(`takes a change of ${title} for an update of the one resource`, async () => {
      const { changes, replaces } = await diffed(await up(), change);
      assert.equal(changes, true);
      assert.deepEqual(replaces, []);
    });
  }

  it("replaces the resource for another region only, the old one deleted first", async () => {
    const { changes, replaces, deleteBeforeReplace } = await diffed(await up(), {
      region: "eu-central-1",
      imageId: WELL_KNOWN.imageV2,
    });
    assert.deepEqual([changes, replaces, deleteBeforeReplace], [true, ["region"], true]);
  });

  it("says in one line what will happen, however often it is called", async () => {
    const owner = await up({ elasticIp: true, privateIp: "10.0.1.7" });
    const { instanceId, networkInterfaceId, publicIp } = owner.outputs as Record<string, string>;
    owner.lines.length = 0;
    for (let call = 0; call < 3; call++) {
      await diffed(owner, { elasticIp: true, privateIp: "10.0.1.7", imageId: WELL_KNOWN.imageV2 });
    }
    assert.deepEqual(owner.lines, [
      `web: replaces ${instanceId} (imageId), terminate-first, about 60 s dark; keeps ${networkInterfaceId}, 10.0.1.7, ${publicIp}`,
    ]);
  });

  it("shows no user data", async () => {
    const owner = await up({ userData: "old-hunter2" });
    await diffed(owner, { userData: "new-hunter2" });
    assert.ok(owner.lines.some((line) => line.includes("(userData)")));
    assert.ok(!owner.lines.join().includes("hunter2"));
  });

  it("asks EC2 nothing", async () => {
    const owner = await up();
    const { inputs } = await owner.preview(program({ imageId: WELL_KNOWN.imageV2 }));
    owner.calls();
    await owner.handlers.diff(owner.recorded?.id ?? "", owner.outputs, inputs);
    assert.deepEqual(owner.calls(), []);
  });
});
