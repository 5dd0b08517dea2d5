/** Whose machine it is: what belongs to another resource or another state is never touched, and what nobody has can be taken over. */
import assert from "node:assert/strict";
import { DeleteLaunchTemplateCommand, DeleteNetworkInterfaceCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { sending } from "./interruptions";
import { killedAfter, killedUp } from "./kills";
import { program, type Stack, type Through, URN } from "./support";
import {
  asMadeBefore,
  failureOf,
  holdingsOf,
  later,
  machineOf,
  made,
  nothingIsLeft,
  only,
  quick,
  settled,
  somebody,
  up,
} from "./world";

const SITE = URN.replace(/web$/, "site");
const FULL = { elasticIp: true, dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] };
const DELETES = { networkInterface: "delete", elasticIp: "delete", dataVolumes: "delete" };

/** A whole machine of its own: one of each, as the state has it. */
function isWhole(owner: Stack): void {
  const { id, outputs } = owner.recorded ?? assert.fail("it is recorded");
  const { templates, networkInterfaces, elasticIps, instances } = holdingsOf(owner, id);
  assert.match(only(templates).tags[TAG.phase] ?? "", /^ready/);
  assert.equal(only(networkInterfaces).networkInterfaceId, outputs.networkInterfaceId);
  assert.equal(only(instances).instanceId, outputs.instanceId);
  assert.equal(only(instances).state, "running");
  assert.deepEqual(
    elasticIps.map((it) => it.allocationId),
    [outputs.allocationId].filter((it) => it !== ""),
  );
}

describe("a machine of another resource or state", () => {
  it("stays with the resource that was renamed, when a new one takes its old name", async () => {
    const site = await up(FULL);
    await site.up(program({ ...FULL, resourceUrn: SITE }));
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
    assert.equal(await site.up(program({ ...FULL, resourceUrn: SITE })), "same");
  });

  it("stays with the resource that is renamed by the very run that makes the new one", async () => {
    const site = await up(FULL);
    const web = quick({ on: site });
    await web.up(program({ elasticIp: true }));
    await site.up(program({ ...FULL, resourceUrn: SITE }));
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
    const first = await up(FULL);
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

describe("adopt: { managedInstanceId }", () => {
  const adopting = (
    { recorded }: { recorded?: Stack["recorded"] },
    inputs: Record<string, unknown> = {},
  ): Record<string, unknown> => program({ ...inputs, adopt: { managedInstanceId: recorded?.id } });

  it("takes over a machine that no state has, as it is: nothing but its record changes", async () => {
    const lost = await up(FULL);
    const was = machineOf(lost);
    lost.calls();
    const found = quick({ on: lost });
    assert.equal(await found.up(adopting(lost, FULL)), "create");
    assert.deepEqual(found.calls("mutating"), ["CreateLaunchTemplateVersion", "CreateTags", "CreateTags"]);
    const now = machineOf(found);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    await settled(found, adopting(lost, FULL));
    await found.up(program({ ...FULL, deletion: DELETES }));
    await found.destroy();
    later(found);
    nothingIsLeft(found);
  });

  it("says at preview whose it was, that it fits, and that a stack which still has it loses it", async () => {
    const lost = await up({ ...FULL, resourceUrn: SITE });
    const found = quick({ on: lost });
    const { failures } = await found.preview(adopting(lost, FULL));
    assert.deepEqual(failures, []);
    const { instanceId, networkInterfaceId, privateIp, publicIp } = lost.outputs as Record<string, string>;
    const id = lost.recorded?.id ?? "";
    assert.equal(
      only(found.lines),
      `web: takes over the managed instance ${id}, until now site (${SITE}): adopts ${instanceId} on ${networkInterfaceId} with ${privateIp}, ${publicIp}; it fits and keeps running; a stack that still has ${id} loses it: take it out of that stack's state (\`pulumi state delete\`)`,
    );
    assert.deepEqual(found.calls("mutating"), []);
  });

  it("says at preview what it would be replaced for", async () => {
    const lost = await up(FULL);
    const found = quick({ on: lost });
    await found.preview(adopting(lost, { ...FULL, imageId: WELL_KNOWN.imageV2 }));
    assert.match(
      only(found.lines),
      new RegExp(`replaces ${String(lost.outputs.instanceId)} \\(imageId\\), terminate-first`),
    );
  });

  it("leaves the Elastic IP, the groups and the data volumes that the program does not name", async () => {
    const lost = await up({ ...FULL, securityGroupIds: [WELL_KNOWN.otherSecurityGroup], sourceDestCheck: false });
    const was = machineOf(lost);
    const found = quick({ on: lost });
    await found.up(adopting(lost));
    const now = machineOf(found);
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    assert.deepEqual(now.eni.groupIds, was.eni.groupIds);
    assert.equal(now.eni.sourceDestCheck, false);
    assert.deepEqual([...now.dataVolumes.keys()], ["data"]);
    assert.equal(await found.up(adopting(lost)), "same");
    // Dropped from the program, it is remembered.
    assert.equal(await found.up(program()), "same");
  });

  it("takes it from a state that still has it: that one touches it no more, and says so", async () => {
    const first = await up({ elasticIp: true });
    const second = quick({ on: first });
    await second.up(adopting(first, { elasticIp: true, resourceUrn: SITE }));
    const before = holdingsOf(first, first.recorded?.id);
    const failure = await failureOf(first.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 })));
    assert.match(failure.message, /^mi-\w+ was taken over by another resource or stack .*pulumi state delete/);
    assert.equal("id" in failure, false);
    await assert.rejects(first.refresh(), /was taken over by another resource or stack/);
    await first.destroy();
    assert.ok(
      first.lines.some((it) => it.endsWith("belongs to another resource or stack by now; nothing of it was deleted")),
    );
    later(first);
    assert.deepEqual(holdingsOf(second, second.recorded?.id), before);
    await settled(second, adopting(second, { elasticIp: true, resourceUrn: SITE }));
  });

  it("is gone where all of it was deleted, and a second backend's machine has its id by now: the next up makes another", async () => {
    const inputs = { desiredState: "paused", pauseBehavior: "terminate" };
    const first = await up(inputs);
    later(first);
    const { launchTemplateId: LaunchTemplateId } = only(made(first).templates);
    const { networkInterfaceId: NetworkInterfaceId } = only(made(first).networkInterfaces);
    await somebody(first).send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }));
    await somebody(first).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    const id = first.recorded?.id;
    const second = quick({ on: first });
    await second.up(program({ elasticIp: true }));
    assert.equal(second.recorded?.id, id);
    const before = holdingsOf(second, id);
    const failure = await failureOf(first.up(program({ ...inputs, tags: { Team: "a" } })));
    assert.match(failure.message, /^everything that this stack had of mi-\w+ was deleted .*Run `pulumi refresh`/);
    await first.refresh();
    const gone: unknown = first.recorded;
    assert.equal(gone, undefined);
    assert.equal(await first.up(program(inputs)), "create");
    assert.notEqual(first.recorded?.id, id);
    assert.deepEqual(holdingsOf(second, id), before);
    isWhole(second);
  });

  it("is refused to the second of two resources of one run", async () => {
    const lost = await up();
    const found = quick({ on: lost });
    await found.up(adopting(lost));
    const { inputs } = await found.preview(program());
    const failure = await failureOf(
      found.handlers.create({ ...inputs, resourceUrn: SITE, adopt: { managedInstanceId: lost.recorded?.id } }),
    );
    assert.match(
      failure.message,
      /^mi-\w+ \(adopt\.managedInstanceId\) is web's in this very run; name each machine in one/,
    );
    isWhole(found);
  });

  it("is refused at preview where there is no such machine", async () => {
    const { failures } = await quick().preview(program({ adopt: { managedInstanceId: "mi-0123456789abcdef0" } }));
    assert.match(
      only(failures).reason,
      /^adopt\.managedInstanceId: mi-0123456789abcdef0 is no managed instance of this acc/,
    );
  });

  it("goes on where a run that took it over was killed", async () => {
    for (const action of ["CreateLaunchTemplateVersion", "CreateTags"]) {
      const lost = await up({ elasticIp: true });
      const inputs = adopting(lost, { elasticIp: true, resourceUrn: SITE });
      await killedUp(lost, killedAfter(action), inputs);
      const next = quick({ on: lost });
      await next.up(inputs);
      assert.equal(next.recorded?.id, lost.recorded?.id);
      assert.equal(machineOf(next).instance.instanceId, lost.outputs.instanceId);
    }
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
