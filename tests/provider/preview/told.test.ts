/** The preview says of the addresses what the plan does to them: for how long they are dark, and which go. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../local/ec2";
import type { Properties } from "../../../provider/model/properties";
import { outages } from "../../controller/support";
import { program, type Stack } from "../support";
import { later, made, up } from "../world";

const OVERLAP = { replacement: { strategy: "overlap" } };
const IMAGE = { imageId: WELL_KNOWN.imageV2 };
/** Time passes in steps as fine as the product's own. */
const EXACT = { leapMs: 0 };

async function said(owner: Stack, inputs: Properties): Promise<string> {
  owner.lines.length = 0;
  await owner.preview(program(inputs));
  return owner.lines.join("\n");
}

/** The seconds that the preview says, and those that the address then was dark. */
async function darkness(owner: Stack, inputs: Properties): Promise<{ line: string; told: number; was: number }> {
  const line = await said(owner, inputs);
  const before = outages(owner, owner.outputs.privateIp).length;
  await owner.up(program(inputs));
  const [was = 0, ...more] = outages(owner, owner.outputs.privateIp).slice(before);
  assert.deepEqual(more, [], "one outage");
  const told = Number(/about (\d+) s/.exec(line)?.[1] ?? assert.fail(line));
  return { line, told, was };
}

/** EC2 takes now less than usual, now more. */
function agree({ line, told, was }: { line: string; told: number; was: number }): void {
  assert.ok(was / 2 < told && told < 2 * was, `told ${told} s, was ${was} s: ${line}`);
}

describe("for how long a preview says that the address is dark", () => {
  const cases: [what: string, inputs: Properties][] = [
    ["terminate-first", {}],
    ["terminate-first without the guest's shutdown", { replacement: { skipOsShutdown: true } }],
    ["root-volume", { replacement: { strategy: "root-volume" } }],
    ["overlap", OVERLAP],
  ];
  for (const [what, inputs] of cases) {
    it(`is what it then is: ${what}`, async () => {
      const owner = await up(inputs, EXACT);
      owner.clock.advance(600_000);
      agree(await darkness(owner, { ...inputs, ...IMAGE }));
    });
  }

  it("is what it then is: stop-start", async () => {
    const inputs = { replacement: { strategy: "stop-start" } };
    const owner = await up(inputs, EXACT);
    owner.clock.advance(600_000);
    agree(await darkness(owner, { ...inputs, instanceType: "m6i.large" }));
  });

  it("counts the end of an instance that has the interface as its primary one, though overlap is what is wanted by now", async () => {
    const owner = await up({}, EXACT);
    await owner.up(program(OVERLAP));
    owner.clock.advance(600_000);
    const found = await darkness(owner, { ...OVERLAP, ...IMAGE });
    assert.match(found.line, /overlap, about 35 s dark/);
    agree(found);
  });

  it("is that of a hot move where overlap was wanted, taken away and is wanted again", async () => {
    const owner = await up(OVERLAP, EXACT);
    await owner.up(program({}));
    owner.clock.advance(600_000);
    const found = await darkness(owner, { ...OVERLAP, ...IMAGE });
    assert.match(found.line, /overlap, about 7 s dark/);
    agree(found);
  });

  it("counts the launch where an overlap machine that is paused is resumed with a new image", async () => {
    const inputs = { ...OVERLAP, pauseBehavior: "stop" };
    const owner = await up(inputs, EXACT);
    await owner.up(program({ ...inputs, desiredState: "paused" }));
    later(owner);
    const line = await said(owner, { ...inputs, ...IMAGE });
    assert.match(line, /overlap, about 15 s until it runs/);
    const begun = owner.clock.now();
    await owner.up(program({ ...inputs, ...IMAGE }));
    const tookS = (owner.clock.now() - begun) / 1000;
    assert.ok(tookS < 60, String(tookS));
  });

  it("is not said where not all inputs are known", async () => {
    const owner = await up({}, EXACT);
    const line = await said(owner, { ...IMAGE, userData: "04da6b54-80e4-46f7-96ec-b56ff0331ba9" });
    assert.match(
      line,
      /: changes \(imageId, userData\); whether i-\w+ stays is told once all inputs are known; keeps eni-\w+, [\d.]+$/,
    );
  });
});

describe("the addresses that a preview says go", () => {
  it("are all of an interface that is given up, however many are asked for next", async () => {
    const owner = await up({ secondaryPrivateIpCount: 3 });
    const eni = made(owner).networkInterfaces[0] ?? assert.fail();
    const held = eni.privateAddresses.map((it) => it.address);
    const line = await said(owner, { persistPrivateIp: false, secondaryPrivateIpCount: 1 });
    const goes = /gives up ([^;]*)/.exec(line)?.[1]?.split(", ") ?? [];
    assert.deepEqual([...goes].sort(), [eni.networkInterfaceId, ...held].sort());
  });

  it("are those that come off an interface that stays", async () => {
    const owner = await up({ secondaryPrivateIpCount: 3 });
    const eni = made(owner).networkInterfaces[0] ?? assert.fail();
    const [, ...further] = eni.privateAddresses.map((it) => it.address);
    const line = await said(owner, { secondaryPrivateIpCount: 1 });
    assert.match(line, new RegExp(`; keeps ${eni.networkInterfaceId}, .*; gives up ${further.slice(1).join(", ")}$`));
  });

  it("are without those that another interface of the machine takes over", async () => {
    const named = ["10.0.1.201", "10.0.1.202"];
    const owner = await up({ secondaryPrivateIps: named });
    const line = await said(owner, { privateIp: "10.0.1.77", secondaryPrivateIps: named });
    assert.doesNotMatch(/gives up ([^;]*)/.exec(line)?.[1] ?? "", /10\.0\.1\.20[12]/);
  });
});
