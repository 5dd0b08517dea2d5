/** Hostile names of resources, and hostile texts in what EC2 and others in the account say. */
import assert from "node:assert/strict";
import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { idOf } from "../../provider/engine/record/claim";
import { HOSTILE, isCarried, isTame, linesAreTame, refusalsOf } from "./hostile-texts";
import { program, type Stack, URN } from "./support";
import { failureOf, later, made, nothingIsLeft, quick, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

describe("a resource's name", () => {
  const named = (name: string): string => URN.replace(/[^:]*$/, name);

  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`is refused in tame words, or is the Name tag and no line's end: ${what}`, async () => {
      const resourceUrn = named(text);
      if (refusalsOf({ resourceUrn }, "resourceUrn").length > 0) {
        return;
      }
      const owner = quick();
      await owner.up(program({ resourceUrn }));
      isCarried(owner, { resourceUrn });
      linesAreTame(owner);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  it("that EC2 would take for a pattern finds its own machine only", async () => {
    const first = await up();
    const second = quick({ on: first });
    await second.up(program({ resourceUrn: named("w*b") }));
    assert.notEqual(second.recorded?.id, first.recorded?.id);
    assert.equal(second.recorded?.id, idOf(named("w*b"), 0));
    const [line, ...others] = await linesOfPreview(second, { resourceUrn: named("w*b"), privateIp: "10.0.1.77" });
    assert.deepEqual(others, []);
    assert.ok(line?.startsWith("w*b: ") && line.includes(String(second.outputs.privateIp)), line);
    await second.destroy();
    await settled(first, {});
  });
});

async function linesOfPreview(owner: Stack, inputs: Record<string, unknown>): Promise<string[]> {
  const before = owner.lines.length;
  assert.deepEqual((await owner.preview(program(inputs))).failures, []);
  return owner.lines.slice(before);
}

describe("text of EC2 and of others in the account", () => {
  const EVIL = "\u001b[2J\u202ebad\nweb: i-0abc retired\u0000\u2028";

  for (const action of ["RunInstances", "DescribeLaunchTemplates", "DescribeSubnets", "CreateNetworkInterface"]) {
    it(`is on one line of an error, with no command for the terminal: ${action}`, async () => {
      const owner = quick();
      owner.simulator.faults.add({ action, error: { code: "EvilCode", message: EVIL } });
      const failure = await failureOf(owner.up(program()));
      for (const text of [...failure.message.split("\n"), ...(failure.reasons ?? [])]) {
        isTame(text);
      }
      assert.ok(failure.message.includes("\\u001b[2J"), failure.message);
      linesAreTame(owner);
    });
  }

  it("is on one line of an error at refresh and at destroy", async () => {
    const owner = await up();
    owner.simulator.faults.add({ action: "*", error: { code: "EvilCode", message: EVIL } });
    for (const work of [owner.refresh(), owner.destroy()]) {
      isTame((await failureOf(work)).message);
    }
  });

  it("is on one line where it is a tag that was put on by hand", async () => {
    const owner = await up({ tags: { Team: "a" } });
    const { eni, instance } = machineOf(owner);
    const Resources = [eni.networkInterfaceId, instance.instanceId];
    await somebody(owner).send(
      new CreateTagsCommand({ Resources, Tags: [{ Key: "Name", Value: EVIL.replace("\u0000", "") }] }),
    );
    await owner.refresh();
    for (const sentence of owner.outputs.drift as string[]) {
      isTame(sentence);
    }
    assert.notDeepEqual(owner.outputs.drift, []);
    await owner.up(program({ tags: { Team: "a" } }));
    linesAreTame(owner);
    assert.equal(made(owner).networkInterfaces[0]?.tags.Name, "web");
  });
});
