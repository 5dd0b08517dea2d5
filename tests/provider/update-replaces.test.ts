import assert from "node:assert/strict";
import { CreateNetworkInterfaceCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { changed } from "./changed-machine";
import { program } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { identityOf, type Machine, machineOf } from "./machine";

const REPLACING: [input: string, before: Properties, after: Properties, see: (now: Machine) => unknown][] = [
  [
    "imageId",
    {},
    { imageId: WELL_KNOWN.imageV2 },
    (now) => {
      assert.equal(now.instance.imageId, WELL_KNOWN.imageV2);
    },
  ],
  [
    "instanceType",
    {},
    { instanceType: "m6i.large" },
    (now) => {
      assert.equal(now.instance.instanceType, "m6i.large");
    },
  ],
  [
    "market, to spot",
    {},
    { market: { lifecycle: "spot" } },
    (now) => {
      assert.notEqual(now.instance.spotRequestId, undefined);
    },
  ],
  [
    "market, to on-demand",
    { market: { lifecycle: "spot" } },
    { market: { lifecycle: "on-demand" } },
    (now) => {
      assert.equal(now.instance.spotRequestId, undefined);
    },
  ],
  [
    "userData",
    { userData: "#!/bin/sh\n" },
    { userData: "#!/bin/bash\n" },
    (now) => {
      assert.equal(now.instance.userData, Buffer.from("#!/bin/bash\n").toString("base64"));
    },
  ],
  [
    "userData, taken away",
    { userData: "#!/bin/sh\n" },
    { userData: undefined },
    (now) => {
      assert.equal(now.instance.userData, undefined);
    },
  ],
  [
    "keyName",
    {},
    { keyName: WELL_KNOWN.keyName },
    (now) => {
      assert.equal(now.instance.keyName, WELL_KNOWN.keyName);
    },
  ],
  [
    "rootVolume",
    {},
    { rootVolume: { size: 40 } },
    (now) => {
      assert.equal(now.volume.size, 40);
    },
  ],
  ["recycleTriggers", { recycleTriggers: { at: "1" } }, { recycleTriggers: { at: "2" } }, () => undefined],
];

describe("update", () => {
  for (const [input, before, after, see] of REPLACING) {
    it(`replaces the instance for another ${input}, and keeps interface, private IP, MAC and Elastic IP`, async () => {
      const { owner, was, now } = await changed(before, after);
      assert.notEqual(now.instance.instanceId, was.instance.instanceId);
      assert.deepEqual(identityOf(now), identityOf(was));
      assert.equal(now.instance.tags[TAG.generation], "2");
      assert.equal(now.template.launchTemplateId, was.template.launchTemplateId);
      see(now);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  it("ends the old instance before it launches the new one, spot request first, with the record before both", async () => {
    const market = { lifecycle: "spot" };
    const { calls } = await changed({ market }, { market, imageId: WELL_KNOWN.imageV2 });
    assert.deepEqual(calls.slice(0, 4), [
      "CreateLaunchTemplateVersion",
      "CancelSpotInstanceRequests",
      "TerminateInstances",
      "RunInstances",
    ]);
  });

  it("is dark for no longer than EC2 takes, and says how long", async () => {
    const owner = quick({ leapMs: 0 });
    await owner.up(program());
    await owner.up(program({ imageId: WELL_KNOWN.imageV2 }));
    const { privateIp } = machineOf(owner);
    const { privateIps, events } = owner.simulator.timeline();
    const [outage] = privateIps[privateIp]?.outages ?? [];
    const [firstId, secondId] = [...new Set(events.map((it) => it.instanceId))];
    const time = (id: string | undefined, event: string): number =>
      events.find((it) => it.instanceId === id && it.event === event)?.time ?? NaN;
    const shutdown = time(firstId, "terminated") - time(firstId, "shutdown-requested");
    const start = time(secondId, "running") - time(secondId, "launched");
    // The time that polling adds to EC2's own.
    const added = (outage?.seconds ?? NaN) - (shutdown + start) / 1000;
    assert.ok(added >= 0 && added <= 6, `${added} s`);
    assert.ok(owner.lines.some((line) => /the address was dark for \d+ s$/.test(line)));
  });

  it("has a client token of its own for each launch, so that none is answered with an ended instance", async () => {
    const owner = await up();
    const ids = new Set([owner.outputs.instanceId]);
    for (const imageId of [WELL_KNOWN.imageV2, WELL_KNOWN.imageV1, WELL_KNOWN.imageV2]) {
      await owner.up(program({ imageId }));
      ids.add(machineOf(owner).instance.instanceId);
    }
    assert.equal(ids.size, 4);
    assert.equal(owner.outputs.generation, 4);
  });

  describe("that moves", () => {
    it("to another subnet: a new interface there, the same Elastic IP, the old one deleted", async () => {
      const type = { instanceType: "t3.micro" };
      const { owner, was, now } = await changed(type, { subnetId: WELL_KNOWN.subnetB });
      assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
      assert.equal(now.eni.subnetId, WELL_KNOWN.subnetB);
      assert.match(now.privateIp, /^10\.0\.2\./);
      assert.equal(now.eip?.allocationId, was.eip?.allocationId);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });

    it("to another private IP in the same subnet", async () => {
      const { was, now } = await changed({ privateIp: "10.0.1.7" }, { privateIp: "10.0.1.8" });
      assert.equal(now.privateIp, "10.0.1.8");
      assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
      assert.equal(now.eip?.publicIp, was.eip?.publicIp);
    });

    it("secures the new address before it ends anything", async () => {
      const { calls } = await changed({ privateIp: "10.0.1.7" }, { privateIp: "10.0.1.8" });
      assert.ok(calls.indexOf("CreateNetworkInterface") < calls.indexOf("TerminateInstances"));
      assert.ok(calls.indexOf("DeleteNetworkInterface") > calls.indexOf("RunInstances"));
    });

    it("to an address that is taken: the instance and its address stay as they are", async () => {
      const owner = await up({ privateIp: "10.0.1.7" });
      const was = machineOf(owner);
      const taken = { SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress: "10.0.1.8" };
      await somebody(owner).send(new CreateNetworkInterfaceCommand(taken));
      const failure = await failureOf(owner.up(program({ privateIp: "10.0.1.8" })));
      assert.match(failure.message, /10\.0\.1\.8 .*in use.*Kept: eni-[0-9a-f]+ with 10\.0\.1\.7, the instance i-/);
      assert.equal(owner.outputs.instanceId, was.instance.instanceId);
      assert.equal(only(made(owner).instances).state, "running");
    });

    it("keeps the address that is held when the program no longer names it", async () => {
      const owner = await up({ privateIp: "10.0.1.7" });
      const was = machineOf(owner);
      assert.equal(await owner.up(program()), "same");
      await owner.up(program({ imageId: WELL_KNOWN.imageV2 }));
      assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    });
  });

  it("waits until EC2 sees the new version of the template, in the preflight and in the launch", async () => {
    const owner = await up();
    const error = { code: "InvalidLaunchTemplateId.VersionNotFound" };
    owner.simulator.faults.add({ action: "RunInstances", error, times: 1 });
    await owner.up(program({ imageId: WELL_KNOWN.imageV2 }));
    assert.equal(machineOf(owner).instance.imageId, WELL_KNOWN.imageV2);
  });
});
