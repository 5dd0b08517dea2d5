/** `persistPrivateIp: false`: each instance has an interface of its own, and only the Elastic IP stays. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { fleeting, movedOn, OF_THE_INTERFACE, PUBLIC, settled, shownAtPreview, withElasticIp } from "./fleeting";
import { program } from "./support";
import { identityOf, machineOf } from "./machine";
import { later, made, nothingIsLeft, only, up } from "./world";

describe("persistPrivateIp: false", () => {
  it("makes a machine that tells its addresses, and needs nothing more", async () => {
    for (const inputs of [fleeting(), withElasticIp(), withElasticIp({ market: { lifecycle: "spot" } })]) {
      const owner = await up(inputs);
      const { eni } = machineOf(owner);
      assert.equal(eni.tags[TAG.kept], "false");
      await settled(owner, inputs);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    }
  });

  it("gives the next instance an interface of its own, made before the old one is ended; the Elastic IP moves", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    const inputs = withElasticIp({ imageId: WELL_KNOWN.imageV2 });
    const preview = (await owner.preview(program(inputs))).inputs;
    assert.deepEqual(shownAtPreview(preview, OF_THE_INTERFACE), [undefined, undefined, undefined, undefined]);
    assert.deepEqual(shownAtPreview(preview, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
    const line = owner.lines.at(-1) ?? "";
    assert.ok(line.includes(`keeps ${was.eip?.publicIp ?? "-"}`), line);
    assert.ok(line.includes(`gives up ${was.eni.networkInterfaceId}, ${was.privateIp}`), line);
    owner.calls();
    await owner.up(program(inputs));
    const steps = [
      "CreateNetworkInterface",
      "TerminateInstances",
      "DisassociateAddress",
      "AssociateAddress",
      "RunInstances",
      "DeleteNetworkInterface",
    ];
    assert.deepEqual(
      owner.calls("mutating").filter((it) => steps.includes(it)),
      steps,
    );
    movedOn(was, machineOf(owner));
    await settled(owner, inputs);
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });

  it("shows no address at all where there is no Elastic IP", async () => {
    const owner = await up(fleeting());
    const was = machineOf(owner);
    const inputs = fleeting({ recycleTriggers: { at: "1" } });
    const preview = (await owner.preview(program(inputs))).inputs;
    assert.deepEqual(shownAtPreview(preview, [...OF_THE_INTERFACE, "instanceId"]), [
      undefined,
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    const line = owner.lines.at(-1) ?? "";
    assert.ok(line.includes(`gives up ${was.eni.networkInterfaceId}, ${was.privateIp}`), line);
    assert.ok(!line.includes("keeps"), line);
    await owner.up(program(inputs));
    movedOn(was, machineOf(owner));
    await settled(owner, inputs);
  });

  it("keeps the interface over all that is changed in place, and shows it", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    const CHANGES: Properties[] = [
      { tags: { Team: "a" } },
      { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] },
      { sourceDestCheck: false },
      { secondaryPrivateIpCount: 2 },
      { metadataOptions: { httpTokens: "optional" } },
    ];
    for (const change of CHANGES) {
      const preview = (await owner.preview(program(withElasticIp(change)))).inputs;
      assert.deepEqual(shownAtPreview(preview, ["networkInterfaceId", "privateIp"]), [
        was.eni.networkInterfaceId,
        was.privateIp,
      ]);
      await owner.up(program(withElasticIp(change)));
      const now = machineOf(owner);
      assert.deepEqual(identityOf(now), identityOf(was), JSON.stringify(change));
      assert.equal(now.instance.instanceId, was.instance.instanceId);
    }
  });

  for (const [strategy, change] of [
    ["root-volume", { imageId: WELL_KNOWN.imageV2 }],
    ["stop-start", { instanceType: "m6i.large" }],
    ["auto", { instanceType: "m6i.large" }],
  ] as const) {
    it(`keeps the interface where the instance is only changed (${strategy}), and shows it`, async () => {
      const before = withElasticIp({ replacement: { strategy } });
      const owner = await up(before);
      const was = machineOf(owner);
      const preview = (await owner.preview(program({ ...before, ...change }))).inputs;
      assert.deepEqual(
        shownAtPreview(preview, [...OF_THE_INTERFACE, ...PUBLIC]),
        shownAtPreview(owner.outputs, [...OF_THE_INTERFACE, ...PUBLIC]),
      );
      await owner.up(program({ ...before, ...change }));
      const { instance, eni } = { instance: only(made(owner).instances), eni: only(made(owner).networkInterfaces) };
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.equal(eni.networkInterfaceId, was.eni.networkInterfaceId);
      await settled(owner, { ...before, ...change });
    });
  }

  for (const [from, to] of [
    [true, false],
    [false, true],
  ] as const) {
    for (const elasticIp of [true, false]) {
      it(`${from ? "was" : "comes to be"} persisted${elasticIp ? ", with an Elastic IP" : ""}: the machine moves, and the preview says so`, async () => {
        const owner = await up({ persistPrivateIp: from, elasticIp });
        const was = machineOf(owner);
        const wanted = { persistPrivateIp: to, elasticIp };
        const preview = (await owner.preview(program(wanted))).inputs;
        assert.deepEqual(shownAtPreview(preview, OF_THE_INTERFACE), [undefined, undefined, undefined, undefined]);
        assert.equal(preview.publicIp, elasticIp ? was.eip?.publicIp : undefined);
        const line = owner.lines.at(-1) ?? "";
        assert.ok(line.includes("replaces i-") && line.includes("(persistPrivateIp)"), line);
        assert.ok(line.includes(`gives up ${was.eni.networkInterfaceId}, ${was.privateIp}`), line);
        owner.calls();
        await owner.up(program(wanted));
        const calls = owner.calls("mutating");
        assert.ok(calls.indexOf("CreateNetworkInterface") < calls.indexOf("TerminateInstances"));
        movedOn(was, machineOf(owner));
        assert.equal(machineOf(owner).eni.tags[TAG.kept], to ? undefined : "false");
        await settled(owner, wanted);
        const next = machineOf(owner);
        await owner.up(program({ ...wanted, imageId: WELL_KNOWN.imageV2 }));
        const stays = machineOf(owner).eni.networkInterfaceId === next.eni.networkInterfaceId;
        assert.equal(stays, to, "from now on");
        await owner.destroy();
        later(owner);
        nothingIsLeft(owner);
      });
    }
  }

  it("has as many secondary addresses with each interface as are asked for", async () => {
    const inputs = withElasticIp({ secondaryPrivateIpCount: 2 });
    const owner = await up(inputs);
    assert.equal((owner.outputs.secondaryPrivateIps as string[]).length, 2);
    await settled(owner, inputs);
    const next = { ...inputs, imageId: WELL_KNOWN.imageV2 };
    assert.equal((await owner.preview(program(next))).inputs.secondaryPrivateIps, undefined);
    await owner.up(program(next));
    assert.equal(machineOf(owner).eni.privateAddresses.length, 3);
    await settled(owner, next);
  });
});
