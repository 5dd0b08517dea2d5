/** Protection from termination and from stop: found at preview, before anything is given up. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { holderOf, pathBetween } from "./holder";
import { program, type Stack } from "./support";
import { failureOf, made, somebody, up } from "./world";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };

describe("protection", () => {
  const DRAINED = { elasticIp: true, replacement: { drainSeconds: 60 } };
  const MOVED = { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" };
  const PAUSED = { desiredState: "paused" };

  async function protect(
    owner: Stack,
    name: "DisableApiStop" | "DisableApiTermination",
    Value: boolean,
  ): Promise<void> {
    const InstanceId = String(owner.outputs.instanceId);
    await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId, [name]: { Value } }));
  }

  const OPTIONS = { stop: "--no-disable-api-stop", termination: "--no-disable-api-termination" } as const;
  const ATTRIBUTES = { stop: "DisableApiStop", termination: "DisableApiTermination" } as const;
  const TERMINATES = ["termination", "stop"] as const;
  const STOPS = ["stop"] as const;

  for (const [what, kinds, change, replacement] of [
    ["a replacement", TERMINATES, IMAGE, {}],
    ["a replacement by overlap", TERMINATES, IMAGE, { strategy: "overlap" }],
    ["a recycle", TERMINATES, { recycleTriggers: { at: "now" } }, {}],
    ["a change of type", STOPS, { instanceType: "m6i.large" }, { strategy: "stop-start" }],
    ["a pause that stops it", STOPS, PAUSED, {}],
    ["a pause that ends it", TERMINATES, { ...PAUSED, pauseBehavior: "terminate" }, {}],
    ["a pause in another subnet", TERMINATES, { ...PAUSED, ...MOVED }, {}],
    ["a move", TERMINATES, { ...MOVED, elasticIp: false }, {}],
    ["destroy", TERMINATES, undefined, {}],
  ] as const) {
    for (const kind of kinds) {
      it(`from ${kind} is found before anything is begun: ${what}`, async () => {
        const base = { ...DRAINED, replacement: { ...DRAINED.replacement, ...replacement } };
        const owner = await up(base);
        await owner.refresh();
        const was = holderOf(owner);
        await protect(owner, ATTRIBUTES[kind], true);
        const before = made(owner);
        const carriedOut = (): Promise<unknown> =>
          change === undefined ? owner.destroy() : owner.up(program({ ...base, ...change }));
        const id = was.instance.instanceId;
        const also = kind === "stop" && kinds === TERMINATES ? ", with which EC2 does not terminate it either" : "";
        const sentence = `${id} has ${kind} protection (${ATTRIBUTES[kind].replace("D", "d")})${also}; take it off (aws ec2 modify-instance-attribute --instance-id ${id} ${OPTIONS[kind]}), then run again`;
        if (change !== undefined) {
          await owner.preview(program({ ...base, ...change }));
          assert.equal(
            owner.lines.at(-1),
            `web: found that ${sentence} (recorded: ${id}); until then \`pulumi up\` changes nothing`,
          );
        }
        owner.calls();
        const { message } = await failureOf(carriedOut());
        const begins = `nothing was ${change === undefined ? "deleted" : "changed"}: ${sentence}.`;
        assert.ok(message.startsWith(begins), message);
        assert.deepEqual(owner.calls("mutating"), []);
        assert.deepEqual(made(owner), before);
        await protect(owner, ATTRIBUTES[kind], false);
        await carriedOut();
      });
    }
  }

  it("from termination stands in the way of no stop", async () => {
    const owner = await up(DRAINED);
    await protect(owner, "DisableApiTermination", true);
    await owner.up(program({ ...DRAINED, ...PAUSED }));
    assert.equal(owner.outputs.state, "paused");
    await owner.up(program(DRAINED));
    assert.equal(owner.outputs.state, "running");
  });

  it("from both is named at once, each with its command", async () => {
    const owner = await up(DRAINED);
    await protect(owner, "DisableApiTermination", true);
    await protect(owner, "DisableApiStop", true);
    const { message } = await failureOf(owner.up(program({ ...DRAINED, ...IMAGE })));
    assert.match(message, /^nothing was changed: i-\w+ has termination protection .*; i-\w+ has stop protection /);
    assert.match(message, /--no-disable-api-termination\).*--no-disable-api-stop\)/);
  });

  it("from stop stands in the way of no new root volume: EC2 reboots the instance for it", async () => {
    const base = { replacement: { strategy: "root-volume" } };
    const owner = await up(base);
    await protect(owner, "DisableApiStop", true);
    await protect(owner, "DisableApiTermination", true);
    const was = holderOf(owner);
    await owner.up(program({ ...base, ...IMAGE }));
    assert.equal(pathBetween(was, holderOf(owner)), "root-volume");
  });

  it("from stop refuses at preview a new region, which begins with a deletion", async () => {
    const owner = await up(DRAINED);
    await protect(owner, "DisableApiStop", true);
    await owner.preview(program({ ...DRAINED, region: "eu-central-1" }));
    assert.match(owner.lines.at(-1) ?? "", /^web: found that i-\w+ has stop protection .* changes nothing$/);
  });

  it("takes one call where an instance is to be stopped, two where it is to be terminated, none on spot", async () => {
    const asked = async (inputs: Properties, change: Properties): Promise<number> => {
      const owner = await up(inputs);
      owner.calls();
      await owner.unseen({ ...inputs, ...change });
      return owner.calls().filter((it) => it === "DescribeInstanceAttribute").length;
    };
    assert.equal(await asked({}, PAUSED), 1);
    assert.equal(await asked({}, IMAGE), 2);
    assert.equal(await asked({ market: { lifecycle: "spot" } }, IMAGE), 0);
  });
});
