/** Ownership of a machine: another resource's or another state's is never touched. */
import assert from "node:assert/strict";
import { DeleteLaunchTemplateCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { sending } from "./interruptions";
import { program, type Through, URN } from "./support";
import { FULL_MACHINE, isWhole, SITE } from "./whole-machines";
import { asMadeBefore, failureOf, holdingsOf, later, made, only, quick, settled, somebody, up } from "./world";

describe("a machine of another resource or state", () => {
  it("stays with the resource that was renamed, when a new one takes its old name", async () => {
    const site = await up(FULL_MACHINE);
    await site.up(program({ ...FULL_MACHINE, resourceUrn: SITE }));
    assert.ok(site.lines.includes(`web: is now called site; ${String(site.outputs.instanceId)} keeps running`));
    later(site);
    const before = holdingsOf(site, site.recorded?.id);
    const web = quick({ on: site });
    await web.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2, subnetId: WELL_KNOWN.dualStackSubnet }));
    assert.notEqual(web.recorded?.id, site.recorded?.id);
    isWhole(web);
    assert.deepEqual(holdingsOf(site, site.recorded?.id), before);
    await web.destroy();
    later(site);
    assert.deepEqual(holdingsOf(site, site.recorded?.id), before);
    assert.equal(await site.up(program({ ...FULL_MACHINE, resourceUrn: SITE })), "same");
  });

  it("stays with the resource that is renamed by the very run that makes the new one", async () => {
    const site = await up(FULL_MACHINE);
    const web = quick({ on: site });
    await web.up(program({ elasticIp: true }));
    await site.up(program({ ...FULL_MACHINE, resourceUrn: SITE }));
    isWhole(web);
    isWhole(site);
    assert.notEqual(web.outputs.instanceId, site.outputs.instanceId);
  });

  it("is not joined by its own replacement as a resource, which makes the new one before it deletes the old one", async () => {
    const old = await up({ elasticIp: true });
    const replacement = quick({ on: old });
    await replacement.up(program({ elasticIp: true }));
    await old.destroy();
    later(old);
    isWhole(replacement);
    assert.equal(made(replacement).instances.length, 1);
    await settled(replacement, { elasticIp: true });
  });

  it("is named at preview, with what it costs and the ways on, where its name is to be made again", async () => {
    const first = await up(FULL_MACHINE);
    const { id = "" } = first.recorded ?? {};
    const second = quick({ on: first });
    await second.preview(program({ elasticIp: true }));
    const { instanceId, privateIp, publicIp } = first.outputs as Record<string, string>;
    assert.equal(
      only(second.lines).split("; ").slice(1).join("; "),
      `a machine of this name is there already, which this does not touch unless Pulumi replaces it as a resource (--replace, taint): ${id} (${instanceId}, m7i.large, running, ${privateIp}, ${publicIp}), which costs about $4.69 a month beside its instance. If no stack has it, adopt: { managedInstanceId: "${id}" } takes it over in place of making one, and \`managed-instance release ${id}\` gives it up`,
    );
    assert.deepEqual(second.calls("mutating").length, 0);
  });

  it("keeps its address: a second one that asks for the same is refused, is not recorded, and names the ways on", async () => {
    const first = await up({ privateIp: "10.0.1.77" });
    const second = quick({ on: first });
    const failure = await failureOf(second.up(program({ privateIp: "10.0.1.77" })));
    const { id = "" } = first.recorded ?? {};
    assert.match(
      failure.message,
      new RegExp(
        `^nothing was changed: 10\\.0\\.1\\.77 is held by eni-\\w+ of i-\\w+; that is the managed instance ${id}; if that is the machine which this one is to replace as a resource, let Pulumi delete it first .*deleteBeforeReplace: true.*adopt: { managedInstanceId: "${id}" }.*managed-instance release ${id}`,
      ),
    );
    assert.deepEqual([second.recorded], [undefined]);
    assert.equal(made(second).templates.length, 1);
    // As the resource option has it: first the one, then the other, under the same id and address.
    await first.destroy();
    later(first);
    await second.up(program({ privateIp: "10.0.1.77" }));
    assert.deepEqual([second.recorded?.id, second.outputs.privateIp], [id, "10.0.1.77"]);
  });

  it("that an older version made, and left as creating, is never taken over", async () => {
    const first = await up({ elasticIp: true });
    await asMadeBefore(first);
    const before = holdingsOf(first, first.recorded?.id);
    const second = quick({ on: first });
    await second.up(program({ elasticIp: true }));
    isWhole(second);
    assert.deepEqual(holdingsOf(first, first.recorded?.id), before);
    await first.refresh();
    isWhole(first);
  });

  it("whose record somebody deleted is not begun anew by a create that comes to its id", async () => {
    const first = await up({ elasticIp: true });
    const LaunchTemplateId = String(first.outputs.launchTemplateId);
    await somebody(first).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    const before = holdingsOf(first, first.recorded?.id);
    const second = quick({ on: first });
    await second.up(program({ elasticIp: true }));
    assert.notEqual(second.recorded?.id, first.recorded?.id);
    assert.deepEqual(holdingsOf(first, first.recorded?.id), before);
    await first.refresh();
    await first.up(program({ elasticIp: true }));
    isWhole(first);
    isWhole(second);
  });
});

describe("the lease of an unfinished machine", () => {
  it("is renewed while the maker waits, for all machines of the process in one call, and its tag goes with the mark", async () => {
    const renewals: string[] = [];
    const through: Through = (handler) =>
      sending(handler, (request, action, params) => {
        const text = params.toString();
        if (action === "CreateTags" && text.includes(encodeURIComponent(TAG.lease))) {
          renewals.push(text);
        }
        return handler.handle(request);
      });
    const owner = quick({ leapMs: 10_000, through });
    owner.simulator.timings.set({ launch: 200_000 });
    const { inputs } = await owner.preview(program());
    await Promise.all([URN, SITE].map((resourceUrn) => owner.handlers.create({ ...inputs, resourceUrn })));
    assert.ok(renewals.length >= 3, `${renewals.length} renewals`);
    assert.ok(renewals.some((it) => (it.match(/=lt-/g) ?? []).length === 2));
    for (const { tags } of made(owner).templates) {
      assert.match(tags[TAG.phase] ?? "", /^ready by=/);
      assert.equal(TAG.lease in tags, false);
    }
  });

  it("is not renewed once the engine is gone: nobody hears of the machine, and the next create goes on with it", async () => {
    const hasLaunched = (): boolean => made(owner).instances.length > 0;
    const owner = quick({ leapMs: 10_000, isAbandoned: () => hasLaunched() });
    owner.simulator.timings.set({ launch: 100_000 });
    await owner.up(program());
    assert.match(only(made(owner).templates).tags[TAG.phase] ?? "", /^creating by=/);
    assert.ok(!owner.calls().includes("CreateTags"));
    const next = quick({ on: owner });
    await next.up(program());
    isWhole(next);
    assert.equal(made(next).templates.length, 1);
    assert.equal(next.outputs.instanceId, owner.outputs.instanceId);
  });

  it("that lapses stops its run at the next step, which then finds out whose the machine is", async () => {
    // Each pause is longer than a lease.
    const owner = quick({ leapMs: 100_000 });
    await owner.up(program({ elasticIp: true }));
    isWhole(owner);
    assert.equal(made(owner).templates.length, 1);
  });
});
