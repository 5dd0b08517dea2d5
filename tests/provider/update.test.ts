import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  CreateTagsCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { interposed } from "./interruptions";
import { goingOn, killedAfter, killedUp } from "./kills";
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
  quick,
  sameInstance,
  somebody,
  up,
} from "./world";

type Properties = Record<string, unknown>;

const NO_SUCH_GROUP = { securityGroupIds: ["sg-0a1b2c3d4e5f60718"] };

/** A machine with every kind of address, and one change of its inputs. */
async function changed(
  before: Properties,
  after: Properties,
): Promise<{ owner: Stack; was: Machine; now: Machine; calls: string[] }> {
  const owner = await up({ elasticIp: true, ...before });
  const was = machineOf(owner);
  owner.calls();
  assert.equal(await owner.up(program({ elasticIp: true, ...before, ...after })), "update");
  const calls = owner.calls("mutating");
  return { owner, was, now: machineOf(owner), calls };
}

async function allocate(owner: Stack): Promise<{ allocationId: string; publicIp: string }> {
  const { AllocationId = "", PublicIp = "" } = await somebody(owner).send(
    new AllocateAddressCommand({ Domain: "vpc" }),
  );
  return { allocationId: AllocationId, publicIp: PublicIp };
}

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
    // What the polling adds to what EC2 itself took.
    const added = (outage?.seconds ?? NaN) - (shutdown + start) / 1000;
    assert.ok(added >= 0 && added <= 6, `${added} s`);
    assert.ok(owner.lines.some((line) => /the address was dark for \d+ s$/.test(line)));
  });

  it("makes no call that changes anything when nothing changed", async () => {
    const inputs = {
      elasticIp: true,
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: false,
      iamInstanceProfile: "demo",
      metadataOptions: { httpPutResponseHopLimit: 3 },
      tags: { Team: "a" },
      market: { lifecycle: "spot" },
    };
    const owner = await up(inputs);
    await owner.refresh();
    owner.calls();
    const { id, outputs } = owner.recorded ?? { id: "", outputs: {} };
    const { inputs: checked } = await owner.preview(program(inputs));
    await owner.handlers.update(id, outputs, checked);
    assert.deepEqual(owner.calls("mutating"), []);
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

  describe("in place", () => {
    it("turns the source/destination check off and on", async () => {
      const { owner, was, now } = await changed({}, { sourceDestCheck: false });
      sameInstance(was, now);
      assert.equal(now.eni.sourceDestCheck, false);
      await owner.up(program({ elasticIp: true }));
      assert.equal(machineOf(owner).eni.sourceDestCheck, true);
    });

    it("changes, widens and narrows the security groups, and goes back to the default group when they are taken away", async () => {
      const both = [WELL_KNOWN.securityGroup, WELL_KNOWN.otherSecurityGroup];
      const { owner, was, now } = await changed({}, { securityGroupIds: both });
      sameInstance(was, now);
      assert.deepEqual([...now.eni.groupIds].sort(), both);
      // A narrower list, in which each group is held already.
      await owner.up(program({ elasticIp: true, securityGroupIds: [WELL_KNOWN.otherSecurityGroup] }));
      assert.deepEqual(machineOf(owner).eni.groupIds, [WELL_KNOWN.otherSecurityGroup]);
      await owner.up(program({ elasticIp: true, securityGroupIds: both }));
      await owner.up(program({ elasticIp: true }));
      const cleared = machineOf(owner);
      sameInstance(was, cleared);
      assert.deepEqual(cleared.eni.groupIds, [WELL_KNOWN.securityGroup]);
    });

    it("sets, changes and takes off the instance profile, and the next instance has it too", async () => {
      const { owner, was, now, calls } = await changed({}, { iamInstanceProfile: WELL_KNOWN.instanceProfile });
      sameInstance(was, now);
      assert.match(now.instance.iamInstanceProfile?.arn ?? "", /demo$/);
      assert.deepEqual(calls.slice(0, 2), ["CreateLaunchTemplateVersion", "AssociateIamInstanceProfile"]);
      const arn = now.instance.iamInstanceProfile?.arn;
      await owner.up(program({ elasticIp: true, iamInstanceProfile: arn }));
      sameInstance(was, machineOf(owner));
      await owner.up(program({ elasticIp: true, iamInstanceProfile: arn, imageId: WELL_KNOWN.imageV2 }));
      assert.equal(machineOf(owner).instance.iamInstanceProfile?.arn, arn);
      await owner.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 }));
      assert.equal(machineOf(owner).instance.iamInstanceProfile, undefined);
    });

    it("changes the metadata options, and the next instance has them too", async () => {
      const metadataOptions = { httpTokens: "optional", httpPutResponseHopLimit: 5, instanceMetadataTags: "enabled" };
      const { owner, was, now } = await changed({}, { metadataOptions });
      sameInstance(was, now);
      const held = (machine: Machine): unknown[] => {
        const { httpTokens, httpPutResponseHopLimit, instanceMetadataTags } = machine.instance.metadataOptions;
        return [httpTokens, httpPutResponseHopLimit, instanceMetadataTags];
      };
      assert.deepEqual(held(now), ["optional", 5, "enabled"]);
      await owner.up(program({ elasticIp: true, metadataOptions, recycleTriggers: { at: "1" } }));
      assert.deepEqual(held(machineOf(owner)), ["optional", 5, "enabled"]);
    });

    it("adds, changes and removes tags on everything, and leaves those that somebody else put on", async () => {
      const { owner, was } = await changed({ tags: { Team: "a", Old: "x" } }, { tags: { Team: "b", New: "y" } });
      const now = machineOf(owner);
      sameInstance(was, now);
      for (const { tags } of [now.template, now.eni, { tags: now.eip?.tags ?? {} }, now.instance, now.volume]) {
        assert.deepEqual([tags.Team, tags.New, tags.Old], ["b", "y", undefined]);
        assert.equal(tags.Name, "web");
        assert.equal(tags[TAG.id], owner.recorded?.id);
      }
    });

    it("changes what destroy keeps, with no call for it", async () => {
      const { was, now, calls } = await changed({}, { deletion: { elasticIp: "retain" } });
      sameInstance(was, now);
      assert.deepEqual(calls, []);
    });

    it("changes whether to fall back, and launches nothing for it", async () => {
      const market = { lifecycle: "spot" };
      const { was, now } = await changed({ market }, { market: { lifecycle: "spot", fallbackToOnDemand: false } });
      sameInstance(was, now);
      assert.equal(now.template.tags[TAG.market], "spot fallback-to-on-demand=false");
    });
  });

  describe("of the Elastic IP", () => {
    it("allocates one and releases it again, while the instance keeps running", async () => {
      const owner = await up();
      const was = machineOf(owner);
      await owner.up(program({ elasticIp: true }));
      const now = machineOf(owner);
      sameInstance(was, now);
      assert.notEqual(now.eip, undefined);
      await owner.up(program());
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      assert.deepEqual(made(owner).elasticIps, []);
      assert.equal(owner.outputs.allocationId, "");
    });

    it("takes a given one, knows it by its address too, and gives it back", async () => {
      const owner = await up();
      const was = machineOf(owner);
      const { allocationId, publicIp } = await allocate(owner);
      await owner.up(program({ elasticIp: allocationId }));
      const held = machineOf(owner);
      sameInstance(was, held);
      assert.equal(held.eip?.allocationId, allocationId);
      owner.calls();
      assert.equal(await owner.up(program({ elasticIp: publicIp })), "update");
      // The record says it as the program does.
      assert.deepEqual(owner.calls("mutating"), ["CreateTags"]);
      assert.equal(machineOf(owner).eip?.associationId, held.eip.associationId);
      await owner.up(program());
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      const free = only(made(owner).elasticIps);
      assert.equal(free.allocationId, allocationId);
      assert.equal(free.networkInterfaceId, undefined);
      assert.deepEqual(
        Object.keys(free.tags).filter((key) => key.startsWith("managed-instance:")),
        [],
      );
    });

    it("changes one given address for another", async () => {
      const owner = quick();
      const [first, second] = [await allocate(owner), await allocate(owner)];
      await owner.up(program({ elasticIp: first.allocationId }));
      const was = machineOf(owner);
      await owner.up(program({ elasticIp: second.publicIp }));
      const now = machineOf(owner);
      sameInstance(was, now);
      assert.equal(now.eip?.allocationId, second.allocationId);
      assert.equal(made(owner).elasticIps.length, 2);
    });

    it("keeps the one that was allocated when the program names it, and never releases it from then on", async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      const { allocationId, associationId } = was.eip ?? { allocationId: "" };
      await owner.up(program({ elasticIp: allocationId }));
      const now = machineOf(owner);
      assert.equal(now.eip?.associationId, associationId);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner, allocationId);
      assert.equal(only(made(owner).elasticIps).allocationId, allocationId);
    });

    it("retains the one that it gives up where it is told to", async () => {
      const deletion = { elasticIp: "retain" };
      const owner = await up({ elasticIp: true, deletion });
      await owner.up(program({ deletion }));
      const retained = only(made(owner).elasticIps);
      assert.equal(retained.tags[TAG.retained], "true");
      assert.equal(retained.tags[TAG.id], undefined);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner, retained.allocationId);
    });

    it("never takes it from a holder: nothing is changed, not even what else was to change", async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      const { allocationId } = await allocate(owner);
      const ec2 = somebody(owner);
      const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
      const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
      await ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, NetworkInterfaceId }));
      owner.calls();
      const failure = await failureOf(owner.up(program({ elasticIp: allocationId, imageId: WELL_KNOWN.imageV2 })));
      assert.match(failure.message, /^nothing was changed: .*is in use by eni-.*Kept: eni-.*, the instance i-/);
      assert.deepEqual(owner.calls("mutating"), []);
      assert.equal(owner.outputs.instanceId, was.instance.instanceId);
      assert.equal(owner.outputs.imageId, WELL_KNOWN.imageV1);
      assert.equal(
        made(owner).elasticIps.find((it) => it.allocationId === allocationId)?.networkInterfaceId,
        NetworkInterfaceId,
      );
    });

    for (const from of ["an allocated", "a given"]) {
      it(`tells no public IP any more after ${from} Elastic IP was given up`, async () => {
        const owner = quick();
        const elasticIp = from === "a given" ? (await allocate(owner)).allocationId : true;
        await owner.up(program({ elasticIp }));
        await owner.up(program());
        assert.equal(owner.outputs.publicIp, "");
        machineOf(owner);
      });
    }

    it("leaves a given Elastic IP's own tags alone, whatever the program's tags were", async () => {
      const owner = quick();
      const AllocationId = (await allocate(owner)).allocationId;
      const own = [{ Key: "Team", Value: "network" }];
      await somebody(owner).send(new CreateTagsCommand({ Resources: [AllocationId], Tags: own }));
      await owner.up(program({ elasticIp: AllocationId, tags: { Team: "shop" } }));
      await owner.up(program({ elasticIp: AllocationId }));
      assert.equal(machineOf(owner).eip?.tags.Team, "network");
    });

    it("does not give up the Elastic IP that is held for one that cannot be allocated", async () => {
      const owner = quick();
      const given = (await allocate(owner)).allocationId;
      for (let count = 0; count < 4; count++) {
        await allocate(owner);
      }
      await owner.up(program({ elasticIp: given }));
      await failureOf(owner.up(program({ elasticIp: true })));
      const eip = made(owner).elasticIps.find((it) => it.allocationId === given);
      assert.equal(eip?.networkInterfaceId, owner.outputs.networkInterfaceId);
    });

    it("takes a given Elastic IP off again when the update that put it on was killed right after", async () => {
      const owner = await up();
      await owner.refresh();
      const given = (await allocate(owner)).allocationId;
      await killedUp(owner, killedAfter("AssociateAddress"), program({ elasticIp: given }));
      assert.notEqual(only(made(owner).elasticIps).networkInterfaceId, undefined);
      const next = goingOn(owner);
      const { id = "", outputs = {} } = owner.recorded ?? {};
      await next.handlers.update(id, outputs, (await next.preview(program())).inputs);
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, undefined);
    });

    it("at the quota says so and leaves the instance running", async () => {
      const owner = await up();
      for (let count = 0; count < 5; count++) {
        await allocate(owner);
      }
      const failure = await failureOf(owner.up(program({ elasticIp: true })));
      assert.match(failure.message, /L-0263D0A3/);
      assert.equal(only(made(owner).instances).state, "running");
      assert.equal(owner.outputs.state, "running");
    });
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

  it("takes a hop limit that is not asked for any more back to what a launch gives", async () => {
    const owner = await up({ metadataOptions: { httpPutResponseHopLimit: 5 } });
    const was = machineOf(owner);
    assert.equal(was.instance.metadataOptions.httpPutResponseHopLimit, 5);
    await owner.up(program());
    const now = machineOf(owner);
    sameInstance(was, now);
    assert.equal(now.instance.metadataOptions.httpPutResponseHopLimit, 2);
    assert.equal(await owner.up(program()), "same");
    owner.calls();
    await owner.up(program({ tags: { Team: "a" } }));
    assert.ok(!owner.calls("mutating").includes("ModifyInstanceMetadataOptions"));
  });

  it("does not guess a hop limit where the image may not be looked at", async () => {
    const owner = await up({ metadataOptions: { httpPutResponseHopLimit: 5 } });
    owner.simulator.iam.deny("DescribeImages");
    assert.match((await failureOf(owner.up(program()))).message, /DescribeImages was denied/);
    assert.equal(only(made(owner).instances).metadataOptions.httpPutResponseHopLimit, 5);
  });

  it("waits until EC2 sees the new version of the template, in the preflight and in the launch", async () => {
    const owner = await up();
    const error = { code: "InvalidLaunchTemplateId.VersionNotFound" };
    owner.simulator.faults.add({ action: "RunInstances", error, times: 1 });
    await owner.up(program({ imageId: WELL_KNOWN.imageV2 }));
    assert.equal(machineOf(owner).instance.imageId, WELL_KNOWN.imageV2);
  });

  describe("to what cannot start", () => {
    const IMPOSSIBLE: [title: string, after: Properties, said: RegExp][] = [
      [
        "a key that is not there",
        { keyName: "nobody" },
        /EC2 would not accept the launch of .*'nobody' does not exist/,
      ],
    ];

    /** What is made between the preview and the update can be gone again. */
    const GONE_SINCE: typeof IMPOSSIBLE = [
      [
        "an image that is not there",
        { imageId: "ami-0a1b2c3d4e5f60718" },
        /the image ami-0a1b2c3d4e5f60718 \(imageId\) does not exist in us-east-1; it was deregistered/,
      ],
      [
        "an image of another architecture",
        { imageId: WELL_KNOWN.imageArm },
        /the image ami-\w+ is for arm64, but m7i\.large \(instanceType\) takes x86_64/,
      ],
      [
        "an unknown type",
        { instanceType: "m99.large" },
        /m99\.large \(instanceType\) is not an instance type of us-east-1/,
      ],
      [
        "a type that the new subnet's zone does not have",
        { subnetId: WELL_KNOWN.subnetB },
        /m7i\.large \(instanceType\) is not offered in us-east-1b, where eni-\w+ is/,
      ],
    ];

    for (const [title, after, said] of GONE_SINCE) {
      it(`${title}: preview refuses it; so does up, if it was there at preview, and the instance keeps running`, async () => {
        const owner = await up({ elasticIp: true });
        const was = machineOf(owner);
        const { failures } = await owner.preview(program({ elasticIp: true, ...after }));
        assert.equal(failures.length, 1);
        const { id = "", outputs = {}, inputs = {} } = owner.recorded ?? {};
        const failure = await failureOf(owner.handlers.update(id, outputs, { ...inputs, ...after }));
        assert.match(failure.message, said);
        const instance = only(made(owner).instances);
        assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
      });
    }

    for (const [title, after, said] of IMPOSSIBLE) {
      it(`${title}: the instance keeps running, and the sentence says so; taken back, nothing is replaced`, async () => {
        const owner = await up({ elasticIp: true });
        const was = machineOf(owner);
        const failure = await failureOf(owner.unseen({ elasticIp: true, ...after }));
        assert.match(failure.message, said);
        assert.ok(failure.message.includes(`${was.instance.instanceId} was left running.`));
        assert.equal(only(made(owner).instances).state, "running");
        assert.equal(owner.outputs.instanceId, was.instance.instanceId);
        assert.equal(owner.outputs.state, "running");
        await owner.up(program({ elasticIp: true }));
        const now = machineOf(owner);
        sameInstance(was, now);
        assert.deepEqual(identityOf(now), identityOf(was));
      });
    }

    it("a launch that is not allowed: the instance keeps running", async () => {
      const owner = await up();
      owner.simulator.faults.add({ action: "RunInstances", error: { code: "UnauthorizedOperation", status: 403 } });
      const failure = await failureOf(owner.up(program({ imageId: WELL_KNOWN.imageV2 })));
      assert.match(failure.message, /RunInstances was denied/);
      assert.equal(only(made(owner).instances).state, "running");
    });
  });

  describe("when there is no capacity", () => {
    const spot = { lifecycle: "spot" };

    it("on spot falls back to on-demand, and the output tells what runs", async () => {
      const owner = await up({ market: spot });
      const was = machineOf(owner);
      owner.simulator.capacity.set("m6i.large", "us-east-1a", "spot", 0);
      await owner.up(program({ market: spot, instanceType: "m6i.large" }));
      const now = machineOf(owner);
      assert.deepEqual(identityOf(now), identityOf(was));
      assert.equal(now.instance.spotRequestId, undefined);
      assert.equal(owner.outputs.lifecycle, "on-demand");
    });

    it("with no fallback keeps the identity, records a partial failure, and the next up finishes", async () => {
      const market = { ...spot, fallbackToOnDemand: false };
      const owner = await up({ market, elasticIp: true });
      const was = machineOf(owner);
      const id = owner.recorded?.id;
      owner.simulator.capacity.set("m6i.large", "us-east-1a", "spot", 0);
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
      const inputs = { market, elasticIp: true, instanceType: "m6i.large" };
      const failure = await failureOf(owner.up(program(inputs)));
      assert.equal(failure.name, "PartialFailure");
      assert.equal(failure.id, id);
      assert.match(failure.message, /no capacity in us-east-1a: m6i\.large \(spot\): .*Kept: eni-.*the Elastic IP/);
      assert.deepEqual(failure.reasons, [failure.message]);
      assert.deepEqual(
        [failure.properties?.state, failure.properties?.instanceId, failure.properties?.networkInterfaceId],
        ["failed", "", was.eni.networkInterfaceId],
      );
      assert.equal(failure.properties?.instanceType, "m7i.large", "what was not applied is not recorded");
      owner.simulator.capacity.set("m6i.large", "us-east-1a", "spot", 1);
      assert.equal(await owner.up(program(inputs)), "update");
      assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    });

    it("for the new type goes back to the old one, which has some, and says both", async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
      const failure = await failureOf(owner.up(program({ elasticIp: true, instanceType: "m6i.large" })));
      assert.match(
        failure.message,
        /no capacity in us-east-1a: m6i\.large .*The previous one, generation 1 .*runs again/,
      );
      const instance = only(made(owner).instances);
      assert.deepEqual([instance.instanceType, instance.state], ["m7i.large", "running"]);
      assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
      assert.equal(await owner.up(program({ elasticIp: true })), "update");
      assert.equal(machineOf(owner).instance.instanceId, instance.instanceId);
    });

    it("and the program goes back: the old specification is launched on the identity", async () => {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      owner.simulator.capacity.set("m6i.large", "us-east-1a", "on-demand", 0);
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
      await failureOf(owner.up(program({ elasticIp: true, instanceType: "m6i.large" })));
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 1);
      assert.equal(await owner.up(program({ elasticIp: true })), "update");
      const now = machineOf(owner);
      assert.deepEqual(identityOf(now), identityOf(was));
      assert.equal(now.instance.instanceType, "m7i.large");
    });
  });

  it("keeps the identity when the new instance ends while it starts, and the next up launches another", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Client.InternalError");
    const inputs = { elasticIp: true, imageId: WELL_KNOWN.imageV2 };
    const failure = await failureOf(owner.up(program(inputs)));
    assert.match(failure.message, /ended while it started: .*Client\.InternalError/);
    assert.equal(await owner.up(program(inputs)), "update");
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("launches the previous generation again when the new one cannot be launched for good", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    owner.simulator.failNextLaunch("Client.InternalError");
    const failure = await failureOf(owner.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 })));
    const instance = only(made(owner).instances);
    assert.equal(instance.imageId, WELL_KNOWN.imageV1);
    assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
    assert.match(failure.message, /Client\.InternalError/);
    assert.match(failure.message, /The previous one, generation 1 on eni-\w+, runs again, as i-/);
    assert.deepEqual([owner.outputs.instanceId, owner.outputs.state], [instance.instanceId, "running"]);
    await owner.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 }));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("removes a tag although the update that took it out of the program failed first", async () => {
    const owner = await up({ tags: { Old: "x" } });
    await failureOf(owner.up(program({ ...NO_SUCH_GROUP })));
    await owner.up(program());
    assert.equal("Old" in machineOf(owner).eni.tags, false);
  });

  it("changes the tags of the spot request too, as of everything that it made", async () => {
    const market = { lifecycle: "spot" };
    const owner = await up({ market, tags: { Team: "a" } });
    await owner.up(program({ market, tags: { Team: "b" } }));
    assert.equal(only(made(owner).spotRequests).tags.Team, "b");
  });

  it("with termination protection fails in a sentence, and loses nothing", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    const protect = (Value: boolean): Promise<unknown> =>
      somebody(owner).send(
        new ModifyInstanceAttributeCommand({
          InstanceId: was.instance.instanceId,
          DisableApiTermination: { Value },
        }),
      );
    await protect(true);
    const inputs = { elasticIp: true, imageId: WELL_KNOWN.imageV2 };
    const failure = await failureOf(owner.up(program(inputs)));
    assert.match(
      failure.message,
      /^nothing was changed: i-\w+ has termination protection \(disableApiTermination\); take it off \(aws ec2 .*the instance i-/,
    );
    assert.equal(only(made(owner).instances).state, "running");
    await protect(false);
    await owner.up(program(inputs));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("keeps an interface that somebody set to be deleted with its instance", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await somebody(owner).send(
      new ModifyNetworkInterfaceAttributeCommand({
        NetworkInterfaceId: was.eni.networkInterfaceId,
        Attachment: { AttachmentId: was.eni.attachment?.attachmentId, DeleteOnTermination: true },
      }),
    );
    await owner.up(program({ elasticIp: true, imageId: WELL_KNOWN.imageV2 }));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("leaves the state as it is when EC2 cannot be reached", async () => {
    const owner = await up();
    const recorded = owner.recorded;
    owner.simulator.faults.add({ action: "*", error: { code: "ServiceUnavailable", status: 503 } });
    const failure = await failureOf(owner.up(program({ tags: { Team: "a" } })));
    assert.ok(!("id" in failure));
    assert.equal(owner.recorded, recorded);
  });

  it("makes everything again that somebody deleted, on the same private IP, in one go", async () => {
    const owner = await up({ elasticIp: true });
    const before = machineOf(owner);
    const id = owner.recorded?.id;
    owner.simulator.reset();
    await owner.up(program({ elasticIp: true, tags: { Team: "a" } }));
    const now = machineOf(owner);
    assert.equal(owner.recorded?.id, id);
    assert.equal(now.privateIp, before.privateIp);
  });
});

describe("an engine that is gone", () => {
  /** The engine is gone from right after a call of `action` on. */
  function abandonedAfter(action: string): { owner: Stack; arm: () => void } {
    let armed = false;
    let gone = false;
    const owner = quick({
      isAbandoned: () => gone,
      through: interposed({
        after: (called) => {
          gone ||= armed && called === action;
        },
      }),
    });
    const arm = (): void => {
      armed = true;
    };
    return { owner, arm };
  }

  it("stops a create at the next safe point, and the next up finishes it", async () => {
    const { owner, arm } = abandonedAfter("CreateNetworkInterface");
    arm();
    const failure = await failureOf(owner.up(program({ elasticIp: true })));
    assert.match(failure.message, /the Pulumi engine is gone; stopped at a safe point/);
    assert.ok(!owner.calls().includes("AllocateAddress"));
    const next = quick({ on: owner });
    await next.up(program({ elasticIp: true }));
    machineOf(next);
  });

  it("stops an update before the instance is ended", async () => {
    const { owner, arm } = abandonedAfter("CreateLaunchTemplateVersion");
    await owner.up(program());
    const was = machineOf(owner);
    arm();
    await failureOf(owner.up(program({ imageId: WELL_KNOWN.imageV2 })));
    const instance = only(made(owner).instances);
    assert.deepEqual([instance.instanceId, instance.state], [was.instance.instanceId, "running"]);
  });

  for (const action of ["TerminateInstances", "CancelSpotInstanceRequests", "RunInstances"]) {
    it(`never stops between the end of the old instance and the new one running: gone after ${action}`, async () => {
      const { owner, arm } = abandonedAfter(action);
      const market = { lifecycle: "spot" };
      await owner.up(program({ market, elasticIp: true }));
      const was = machineOf(owner);
      arm();
      await owner.up(program({ market, elasticIp: true, imageId: WELL_KNOWN.imageV2 })).catch(() => undefined);
      const instance = only(made(owner).instances);
      assert.notEqual(instance.instanceId, was.instance.instanceId);
      assert.equal(instance.state, "running");
      assert.deepEqual(instance.networkInterfaceIds, [was.eni.networkInterfaceId]);
    });
  }

  it("never stops a move in between either", async () => {
    const { owner, arm } = abandonedAfter("TerminateInstances");
    await owner.up(program({ elasticIp: true, privateIp: "10.0.1.7" }));
    arm();
    await owner.up(program({ elasticIp: true, privateIp: "10.0.1.8" })).catch(() => undefined);
    const instance = only(made(owner).instances);
    assert.equal(instance.state, "running");
    assert.equal(only(made(owner).elasticIps).networkInterfaceId, instance.networkInterfaceIds[0]);
  });
});
