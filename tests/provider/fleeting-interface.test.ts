/** `persistPrivateIp: false`: each instance has an interface of its own, and only the Elastic IP stays. */
import assert from "node:assert/strict";
import { DeleteNetworkInterfaceCommand, DeleteTagsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { changesBetween } from "../../provider/inputs/changes";
import { TAG } from "../../provider/ec2/tags";
import { interruptedAtEveryCall } from "./kills";
import { program, type Stack } from "./support";
import {
  failureOf,
  identityOf,
  later,
  type Machine,
  machineOf,
  made,
  nothingIsLeft,
  only,
  somebody,
  up,
} from "./world";

type Properties = Record<string, unknown>;

const PLACE = ["availabilityZone", "vpcId"];

/** What goes with an interface. */
const OF_THE_INTERFACE = ["networkInterfaceId", "privateIp", "privateDnsName", "macAddress"];
const PUBLIC = ["publicIp", "allocationId"];

const fleeting = (more: Properties = {}): Properties => ({ persistPrivateIp: false, ...more });
const withElasticIp = (more: Properties = {}): Properties => fleeting({ elasticIp: true, ...more });

function shown(inputs: Properties, names: string[]): unknown[] {
  return names.map((name) => inputs[name]);
}

async function settled(owner: Stack, inputs: Properties): Promise<void> {
  assert.equal(await owner.up(program(inputs)), "same");
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
  owner.calls();
  assert.equal(await owner.up(program(inputs)), "same");
  const { id = "", outputs = {} } = owner.recorded ?? {};
  await owner.handlers.update(id, outputs, (await owner.preview(program(inputs))).inputs);
  assert.deepEqual(owner.calls("mutating"), []);
}

/** A new interface, and all of the old one is gone. */
function movedOn(was: Machine, now: Machine): void {
  assert.notEqual(now.instance.instanceId, was.instance.instanceId);
  assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
  assert.equal(now.eip?.allocationId, was.eip?.allocationId);
}

async function terminate(owner: Stack): Promise<void> {
  const InstanceIds = [machineOf(owner).instance.instanceId];
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds }));
  later(owner);
}

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
    assert.deepEqual(shown(preview, OF_THE_INTERFACE), [undefined, undefined, undefined, undefined]);
    assert.deepEqual(shown(preview, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
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
    assert.deepEqual(shown(preview, [...OF_THE_INTERFACE, "instanceId"]), [
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
      assert.deepEqual(shown(preview, ["networkInterfaceId", "privateIp"]), [
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
        shown(preview, [...OF_THE_INTERFACE, ...PUBLIC]),
        shown(owner.outputs, [...OF_THE_INTERFACE, ...PUBLIC]),
      );
      await owner.up(program({ ...before, ...change }));
      const { instance, eni } = { instance: only(made(owner).instances), eni: only(made(owner).networkInterfaces) };
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.equal(eni.networkInterfaceId, was.eni.networkInterfaceId);
      await settled(owner, { ...before, ...change });
    });
  }

  describe("when it is paused", () => {
    it("by terminate gives up the interface and keeps the Elastic IP, allocated and told", async () => {
      const paused = withElasticIp({ desiredState: "paused", pauseBehavior: "terminate" });
      const running = withElasticIp({ pauseBehavior: "terminate" });
      const owner = await up(running);
      const was = machineOf(owner);
      const preview = (await owner.preview(program(paused))).inputs;
      assert.deepEqual(shown(preview, ["networkInterfaceId", "privateIp"]), [undefined, undefined]);
      assert.deepEqual(shown(preview, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
      const line = owner.lines.at(-1) ?? "";
      assert.ok(line.includes(`keeps ${was.eip?.publicIp ?? "-"}; gives up ${was.eni.networkInterfaceId}`), line);
      await owner.up(program(paused));
      assert.deepEqual(made(owner).networkInterfaces, []);
      assert.deepEqual(made(owner).instances, []);
      assert.equal(only(made(owner).elasticIps).associationId, undefined);
      assert.deepEqual(shown(owner.outputs, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
      assert.deepEqual(shown(owner.outputs, [...OF_THE_INTERFACE, "state"]), ["", "", "", "", "paused"]);
      const place = [was.eni.availabilityZone, was.eni.vpcId];
      assert.deepEqual(shown(preview, PLACE), place);
      assert.deepEqual(shown(owner.outputs, PLACE), place);
      await settled(owner, paused);
      assert.deepEqual(shown(owner.outputs, PLACE), place);
      const waiting = (await owner.preview(program({ ...paused, tags: { Team: "a" } }))).inputs;
      assert.deepEqual(shown(waiting, [...PUBLIC, "privateIp"]), [was.eip?.publicIp, was.eip?.allocationId, ""]);
      await owner.up(program({ ...paused, imageId: WELL_KNOWN.imageV2 }));
      assert.deepEqual(made(owner).networkInterfaces, []);
      const resumed = (await owner.preview(program({ ...running, imageId: WELL_KNOWN.imageV2 }))).inputs;
      assert.deepEqual(shown(resumed, ["networkInterfaceId", "privateIp"]), [undefined, undefined]);
      assert.deepEqual(shown(resumed, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
      await owner.up(program({ ...running, imageId: WELL_KNOWN.imageV2 }));
      movedOn(was, machineOf(owner));
      await settled(owner, { ...running, imageId: WELL_KNOWN.imageV2 });
    });

    it("by stop keeps the interface, and starts the same instance on it again", async () => {
      const owner = await up(withElasticIp());
      const was = machineOf(owner);
      const paused = withElasticIp({ desiredState: "paused" });
      await owner.up(program(paused));
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "stopped"]);
      assert.equal(only(made(owner).elasticIps).associationId, was.eip?.associationId);
      assert.deepEqual(shown(owner.outputs, ["networkInterfaceId", "publicIp"]), [
        was.eni.networkInterfaceId,
        was.eip?.publicIp,
      ]);
      await settled(owner, paused);
      await owner.up(program(withElasticIp()));
      const now = machineOf(owner);
      assert.deepEqual(identityOf(now), identityOf(was));
      assert.equal(now.instance.instanceId, was.instance.instanceId);
      await settled(owner, withElasticIp());
    });

    it("from the start has an Elastic IP and nothing else, until it is resumed", async () => {
      const paused = withElasticIp({ desiredState: "paused" });
      const owner = await up(paused);
      assert.deepEqual([made(owner).networkInterfaces, made(owner).instances], [[], []]);
      const eip = only(made(owner).elasticIps);
      assert.deepEqual(shown(owner.outputs, PUBLIC), [eip.publicIp, eip.allocationId]);
      assert.deepEqual(shown(owner.outputs, PLACE), ["us-east-1a", WELL_KNOWN.vpcId]);
      await settled(owner, paused);
      await owner.up(program(withElasticIp()));
      assert.equal(machineOf(owner).eip?.allocationId, eip.allocationId);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });

    it("without an Elastic IP has nothing left but its record", async () => {
      const owner = await up(fleeting({ pauseBehavior: "terminate" }));
      const paused = fleeting({ pauseBehavior: "terminate", desiredState: "paused" });
      await owner.up(program(paused));
      const { templates, ...rest } = made(owner);
      only(templates);
      assert.ok(Object.values(rest).every((it: unknown[]) => it.length === 0));
      await settled(owner, paused);
      await owner.up(program(fleeting({ pauseBehavior: "terminate" })));
      machineOf(owner);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  });

  it("shows no address of an instance that has ended, where the machine is to be paused", async () => {
    const owner = await up(withElasticIp({ pauseBehavior: "terminate" }));
    await terminate(owner);
    const paused = withElasticIp({ pauseBehavior: "terminate", desiredState: "paused" });
    const preview = (await owner.preview(program(paused))).inputs;
    assert.deepEqual(shown(preview, ["networkInterfaceId", "privateIp"]), ["", ""]);
    await owner.up(program(paused));
    assert.deepEqual(shown(owner.outputs, ["networkInterfaceId", "privateIp"]), ["", ""]);
    assert.deepEqual(made(owner).networkInterfaces, []);
    await settled(owner, paused);
  });

  it("asks for no address: one that an earlier preview has shown is no change", () => {
    const [gone, told] = [{ privateIp: "" }, { privateIp: "10.0.1.7", secondaryPrivateIps: ["10.0.1.8"] }];
    const changes = (more: Properties): Properties[] =>
      changesBetween({ ...gone, ...more }, { ...told, ...more }).map((it) => ({ ...it }));
    assert.deepEqual(changes({ persistPrivateIp: false }), []);
    assert.deepEqual(
      changes({ persistPrivateIp: true }).map((it) => it.input),
      ["privateIp", "secondaryPrivateIps"],
    );
  });

  it("launches again for an instance that somebody ended, and strands nothing", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    await terminate(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["it has no instance"]);
    assert.deepEqual(shown(owner.outputs, PUBLIC), [was.eip?.publicIp, was.eip?.allocationId]);
    assert.equal(await owner.up(program(withElasticIp())), "update");
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.eip?.allocationId, was.eip?.allocationId);
    await settled(owner, withElasticIp());
  });

  it("forgets no interface that was made for a launch without capacity, and that lost its tags", async () => {
    const inputs = fleeting();
    const owner = await up(inputs);
    const { instanceId } = machineOf(owner).instance;
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    await owner.refresh();
    await failureOf(owner.up(program(inputs)));
    const recorded = owner.outputs.networkInterfaceId;
    const Tags = Object.values(TAG).map((Key) => ({ Key }));
    await somebody(owner).send(new DeleteTagsCommand({ Resources: [String(recorded)], Tags }));
    await owner.refresh();
    assert.equal(owner.outputs.networkInterfaceId, recorded, "the record is all that leads to it");
    owner.simulator.capacity.clear("m7i.large", "us-east-1a", "on-demand");
    await owner.up(program(inputs));
    later(owner);
    machineOf(owner);
    await settled(owner, inputs);
  });

  it("says of an instance and its interface that somebody deleted what is gone, not that it was never there", async () => {
    const owner = await up(withElasticIp());
    const { eni, eip } = machineOf(owner);
    await terminate(owner);
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
    owner.lines.length = 0;
    await owner.preview(program(withElasticIp({ tags: { Team: "a" } })));
    const line = only(owner.lines);
    assert.match(line, /^web: launches an instance \(tags; its network interface is gone; /);
    assert.ok(line.endsWith(`; keeps ${eip?.publicIp ?? "-"}`), line);
  });

  it("makes an interface for one that somebody deleted with the instance, on whatever address there is", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    await terminate(owner);
    const NetworkInterfaceId = was.eni.networkInterfaceId;
    await somebody(owner).send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId }));
    await owner.refresh();
    assert.ok((owner.outputs.drift as string[]).includes("its network interface is gone"));
    assert.equal(owner.outputs.privateIp, "");
    const preview = (await owner.preview(program(withElasticIp()))).inputs;
    assert.deepEqual(shown(preview, ["networkInterfaceId", "privateIp"]), [undefined, undefined]);
    await owner.up(program(withElasticIp()));
    movedOn(was, machineOf(owner));
    await settled(owner, withElasticIp());
  });

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
        assert.deepEqual(shown(preview, OF_THE_INTERFACE), [undefined, undefined, undefined, undefined]);
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

  it("goes back to the old interface when the new instance cannot be launched, with the Elastic IP", async () => {
    const owner = await up(withElasticIp());
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Client.InternalError");
    const failure = await failureOf(owner.up(program(withElasticIp({ imageId: WELL_KNOWN.imageV2 }))));
    assert.match(failure.message, /The previous one, generation 1 on eni-\w+, runs again/);
    const instance = only(made(owner).instances);
    assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
    assert.equal(only(made(owner).elasticIps).networkInterfaceId, was.eni.networkInterfaceId);
    assert.deepEqual(shown(owner.outputs, ["privateIp", "publicIp"]), [was.privateIp, was.eip?.publicIp]);
    await owner.up(program(withElasticIp({ imageId: WELL_KNOWN.imageV2 })));
    movedOn(was, machineOf(owner));
    await settled(owner, withElasticIp({ imageId: WELL_KNOWN.imageV2 }));
  });

  const KILLED: [title: string, before: Properties, after: Properties][] = [
    ["a replacement", withElasticIp(), withElasticIp({ imageId: WELL_KNOWN.imageV2 })],
    [
      "a pause",
      withElasticIp({ pauseBehavior: "terminate" }),
      withElasticIp({ pauseBehavior: "terminate", desiredState: "paused" }),
    ],
    ["a resumption", withElasticIp({ desiredState: "paused" }), withElasticIp()],
    ["coming to be persisted", withElasticIp(), { elasticIp: true }],
    ["ceasing to be persisted", { elasticIp: true }, withElasticIp()],
  ];
  for (const [title, before, after] of KILLED) {
    it(`strands nothing wherever ${title} was killed`, async () => {
      const account = await up(before);
      const eip = only(made(account).elasticIps);
      await interruptedAtEveryCall(account, after, async (next, point) => {
        await next.up(program(after));
        assert.equal(only(made(next).elasticIps).allocationId, eip.allocationId, point);
        assert.equal(next.outputs.publicIp, eip.publicIp, point);
        if (after.desiredState === "paused") {
          later(next);
          assert.deepEqual([made(next).networkInterfaces, made(next).instances], [[], []], point);
        } else {
          assert.equal(machineOf(next).eip?.allocationId, eip.allocationId, point);
        }
        assert.equal(await next.up(program(after)), "same", point);
      });
    });
  }
});
