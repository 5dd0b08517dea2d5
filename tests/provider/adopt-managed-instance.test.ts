/** `adopt: { managedInstanceId }`: a machine that no state has, or that another state has, is taken over as it is. */
import assert from "node:assert/strict";
import { DeleteLaunchTemplateCommand, DeleteNetworkInterfaceCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { killedAfter, killedUp } from "./kills";
import { program, type Stack } from "./support";
import { FULL_MACHINE, isWhole, SITE } from "./whole-machines";
import { failureOf, holdingsOf, later, made, nothingIsLeft, only, quick, settled, somebody, up } from "./world";
import { machineOf } from "./machine";

const DELETES = { networkInterface: "delete", elasticIp: "delete", dataVolumes: "delete" };

describe("adopt: { managedInstanceId }", () => {
  const adopting = (
    { recorded }: { recorded?: Stack["recorded"] },
    inputs: Record<string, unknown> = {},
  ): Record<string, unknown> => program({ ...inputs, adopt: { managedInstanceId: recorded?.id } });

  it("takes over a machine that no state has, as it is: nothing but its record changes", async () => {
    const lost = await up(FULL_MACHINE);
    const was = machineOf(lost);
    lost.calls();
    const found = quick({ on: lost });
    assert.equal(await found.up(adopting(lost, FULL_MACHINE)), "create");
    assert.deepEqual(found.calls("mutating"), ["CreateLaunchTemplateVersion", "CreateTags", "CreateTags"]);
    const now = machineOf(found);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    await settled(found, adopting(lost, FULL_MACHINE));
    await found.up(program({ ...FULL_MACHINE, deletion: DELETES }));
    await found.destroy();
    later(found);
    nothingIsLeft(found);
  });

  it("says at preview whose it was, that it fits, and that a stack which still has it loses it", async () => {
    const lost = await up({ ...FULL_MACHINE, resourceUrn: SITE });
    const found = quick({ on: lost });
    const { failures } = await found.preview(adopting(lost, FULL_MACHINE));
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
    const lost = await up(FULL_MACHINE);
    const found = quick({ on: lost });
    await found.preview(adopting(lost, { ...FULL_MACHINE, imageId: WELL_KNOWN.imageV2 }));
    assert.match(
      only(found.lines),
      new RegExp(`replaces ${String(lost.outputs.instanceId)} \\(imageId\\), terminate-first`),
    );
  });

  it("leaves the Elastic IP, the groups and the data volumes that the program does not name", async () => {
    const lost = await up({
      ...FULL_MACHINE,
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: false,
    });
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
