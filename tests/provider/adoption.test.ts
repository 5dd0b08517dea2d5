/** Taking over what somebody made by hand; how it is given back stands in give-back.test.ts. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssignPrivateIpAddressesCommand,
  AssociateAddressCommand,
  AttachNetworkInterfaceCommand,
  DeleteTagsCommand,
  DisassociateAddressCommand,
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { UNKNOWN } from "../../provider/inputs/validation";
import {
  adopted,
  announced,
  type ByHand,
  DISRUPTIVE,
  elasticIpIn,
  elasticIpOn,
  fitting,
  instanceIn,
  interfaceByHand,
  interfaceIn,
  isGivenBack,
  launchedByHand,
  marksOf,
  nothingIsOurs,
  OWN_TAGS,
  ownTagsOf,
} from "./by-hand";
import { interposed } from "./interruptions";
import { program, type Stack } from "./support";
import { failureOf, later, made, only, quick, somebody, up } from "./world";

type Properties = Record<string, unknown>;

/** Why a preview refuses. */
async function refused(owner: Stack, inputs: Properties): Promise<string> {
  owner.calls();
  const { failures } = await owner.preview(inputs);
  const { property, reason } = only(failures, "failure");
  assert.equal(property, "adopt");
  assert.deepEqual(owner.calls("mutating"), []);
  return reason;
}

describe("adoption of an instance that fits", () => {
  it("takes it over with no outage: it keeps running, on the same addresses", async () => {
    const { owner, had } = await adopted();
    const calls = owner.calls("mutating");
    assert.deepEqual(
      calls.filter((it) => DISRUPTIVE.includes(it)),
      [],
    );
    const instance = instanceIn(owner, had.instanceId);
    assert.equal(instance.state, "running");
    assert.equal(made(owner).instances.length, 1);
    assert.equal(made(owner).networkInterfaces.length, 1);
    assert.equal(made(owner).elasticIps.length, 1);
  });

  it("tells what it has in the outputs", async () => {
    const { owner, had } = await adopted();
    const { outputs } = owner;
    const eni = interfaceIn(owner, had.networkInterfaceId);
    const told = {
      networkInterfaceId: had.networkInterfaceId,
      privateIp: had.privateIp,
      macAddress: eni.macAddress,
      publicIp: had.publicIp,
      allocationId: had.allocationId,
      instanceId: had.instanceId,
      state: "running",
      lifecycle: "on-demand",
      launchedInstanceType: "m7i.large",
      availabilityZone: "us-east-1a",
      vpcId: WELL_KNOWN.vpcId,
      generation: 1,
      launchTemplateId: only(made(owner).templates).launchTemplateId,
      drift: [],
      elasticIp: had.allocationId,
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: true,
    };
    assert.deepEqual(Object.fromEntries(Object.keys(told).map((name) => [name, outputs[name]])), told);
  });

  it("keeps the interface from ending with it before anything of it is changed", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    assert.equal(interfaceIn(owner, had.networkInterfaceId).attachment?.deleteOnTermination, true);
    owner.calls();
    await owner.up(fitting(had, { securityGroupIds: [WELL_KNOWN.securityGroup], sourceDestCheck: false }));
    assert.equal(interfaceIn(owner, had.networkInterfaceId).attachment?.deleteOnTermination, false);
    assert.deepEqual(
      owner.calls("mutating").filter((it) => it !== "CreateTags"),
      // Kept, its groups, its check, and none of the launch; then the claims on what was given end.
      [
        "CreateLaunchTemplate",
        ...Array<string>(3).fill("ModifyNetworkInterfaceAttribute"),
        ...Array<string>(3).fill("DeleteTags"),
      ],
    );
  });

  it("sets DeleteOnTermination first of all that it sets", async () => {
    let seen: (boolean | undefined)[] = [];
    const owner = quick({
      through: interposed({
        after: (action) => {
          if (action === "ModifyNetworkInterfaceAttribute") {
            seen.push(only(made(owner).networkInterfaces).attachment?.deleteOnTermination);
          }
        },
      }),
    });
    const had = await launchedByHand(owner);
    seen = [];
    await owner.up(fitting(had, { securityGroupIds: [WELL_KNOWN.securityGroup], sourceDestCheck: false }));
    assert.deepEqual(seen, [false, false, false]);
  });

  it("tags it as given, and loses nothing of its own tags", async () => {
    const { owner, had } = await adopted({ tags: { Team: "ours", Stage: "prod" } });
    const [id, given] = [owner.recorded?.id ?? "", { [TAG.owned]: "false" }];
    const instance = instanceIn(owner, had.instanceId);
    const { [TAG.generation]: generation, [TAG.launch]: launched, [TAG.type]: type, ...marks } = marksOf(instance);
    assert.deepEqual([marks, generation, type], [{ [TAG.id]: id, ...given }, "1", "m7i.large"]);
    assert.match(launched ?? "", /^[0-9a-f.]+$/);
    for (const it of [interfaceIn(owner, had.networkInterfaceId), elasticIpIn(owner, had.allocationId)]) {
      assert.deepEqual(marksOf(it), { [TAG.id]: id, ...given });
    }
    assert.deepEqual(ownTagsOf(instance), OWN_TAGS);
    assert.deepEqual(ownTagsOf(elasticIpIn(owner, had.allocationId)), OWN_TAGS);
    const volumes = made(owner).volumes.map((it) => it.tags);
    assert.deepEqual(volumes, [{}, {}]);
  });

  it("has no second thoughts: up says same, and a refresh finds no drift", async () => {
    const { owner, inputs } = await adopted({ tags: { Stage: "prod" } });
    owner.calls();
    assert.equal(await owner.up(inputs), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(inputs), "same");
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("puts nothing that changed by itself into the inputs that it resolved", async () => {
    const { owner, inputs } = await adopted({ sourceDestCheck: false });
    const { inputs: checked } = await owner.preview(inputs);
    assert.deepEqual([checked.sourceDestCheck, checked.securityGroupIds], [false, [WELL_KNOWN.otherSecurityGroup]]);
  });

  it("says at preview that it fits, and changes nothing there", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    owner.calls();
    assert.equal(
      await announced(owner, fitting(had)),
      `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp}; it fits and keeps running`,
    );
    assert.deepEqual(owner.calls("mutating"), []);
  });

  const IN_PLACE: [what: string, inputs: (had: ByHand) => Properties, said: (had: ByHand) => string, action: string][] =
    [
      [
        "other security groups",
        () => ({ securityGroupIds: [WELL_KNOWN.securityGroup] }),
        () => `sets its security groups to ${WELL_KNOWN.securityGroup} (now ${WELL_KNOWN.otherSecurityGroup})`,
        "ModifyNetworkInterfaceAttribute",
      ],
      [
        "another source/destination check",
        () => ({ sourceDestCheck: false }),
        () => "switches its source/destination check off",
        "ModifyNetworkInterfaceAttribute",
      ],
      [
        "other metadata options",
        () => ({ metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 3 } }),
        () => "sets its metadata options: httpPutResponseHopLimit 3 (now 2)",
        "ModifyInstanceMetadataOptions",
      ],
      [
        "detailed monitoring",
        () => ({ monitoring: true }),
        () => "switches its detailed monitoring on",
        "MonitorInstances",
      ],
      [
        "an instance profile",
        () => ({ iamInstanceProfile: WELL_KNOWN.instanceProfile }),
        () => `sets its instance profile to ${WELL_KNOWN.instanceProfile}`,
        "AssociateIamInstanceProfile",
      ],
      [
        "more addresses",
        () => ({ secondaryPrivateIpCount: 2 }),
        () => "gives it 2 more secondary private IPs",
        "AssignPrivateIpAddresses",
      ],
      [
        "a data volume under another device name",
        ({ dataVolumeId: volumeId }) => ({ dataVolumes: [{ name: "data", deviceName: "/dev/sdg", volumeId }] }),
        ({ dataVolumeId }) =>
          `takes the data volume data (${dataVolumeId}) off /dev/sdf and attaches it again as /dev/sdg: unmount it in the guest before, which keeps it while it is mounted`,
        "DetachVolume",
      ],
      [
        "a larger data volume",
        ({ dataVolumeId: volumeId }) => ({
          dataVolumes: [{ name: "data", deviceName: "/dev/sdf", volumeId, size: 80 }],
        }),
        ({ dataVolumeId }) =>
          `changes the data volume data (${dataVolumeId}) from 40 to 80 GiB (none can shrink again)`,
        "ModifyVolume",
      ],
    ];

  for (const [what, overrides, said, action] of IN_PLACE) {
    it(`says at preview that it gets ${what} in place, and does just that`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      const inputs = fitting(had, overrides(had));
      const line = await announced(owner, inputs);
      assert.ok(line.endsWith(`; it fits and keeps running; ${said(had)}`), line);
      owner.calls();
      await owner.up(inputs);
      assert.ok(owner.calls("mutating").includes(action));
      assert.equal(owner.outputs.instanceId, had.instanceId);
      assert.equal(await owner.up(inputs), "same");
    });
  }

  for (const [title, AssociatePublicIpAddress] of [
    ["and which changing address that takes from it", true],
    ["and of no other address where it has none", false],
  ] as const) {
    it(`says at preview that it gets an Elastic IP, ${title}`, async () => {
      const owner = quick();
      const place = { DeviceIndex: 0, SubnetId: WELL_KNOWN.subnetA, Groups: [WELL_KNOWN.otherSecurityGroup] };
      const launch = { NetworkInterfaces: [{ ...place, AssociatePublicIpAddress }] };
      const had = await launchedByHand(owner, launch, { waits: false });
      later(owner);
      const { autoPublicIp } = interfaceIn(owner, had.networkInterfaceId);
      assert.equal(autoPublicIp !== undefined, AssociatePublicIpAddress);
      const goes = autoPublicIp === undefined ? "" : ` in place of ${autoPublicIp} (released for good)`;
      const inputs = fitting(had, { elasticIp: true });
      const line = await announced(owner, inputs);
      assert.ok(line.endsWith(`; it fits and keeps running; puts a new Elastic IP on it${goes}`), line);
      await owner.up(inputs);
      assert.equal(interfaceIn(owner, had.networkInterfaceId).autoPublicIp, undefined);
    });
  }

  it("says at preview what becomes of its further interfaces, which no machine keeps", async () => {
    for (const [gone, fate] of [
      [true, "would be deleted"],
      [false, "would be left without an instance"],
    ] as const) {
      const owner = quick();
      const had = await launchedByHand(owner);
      const further = await interfaceByHand(owner, undefined, { elastic: false });
      const ec2 = somebody(owner);
      const { AttachmentId } = await ec2.send(
        new AttachNetworkInterfaceCommand({
          NetworkInterfaceId: further.networkInterfaceId,
          InstanceId: had.instanceId,
          DeviceIndex: 1,
        }),
      );
      await ec2.send(
        new ModifyNetworkInterfaceAttributeCommand({
          NetworkInterfaceId: further.networkInterfaceId,
          Attachment: { AttachmentId, DeleteOnTermination: gone },
        }),
      );
      const named = `${further.networkInterfaceId} (${further.privateIp})`;
      const line = await announced(owner, fitting(had));
      assert.ok(
        line.endsWith(
          `; it fits and keeps running; at its first replacement ${named} ${fate}, which this machine does not keep`,
        ),
        line,
      );
      const goes = gone
        ? `${had.rootVolumeId}, ${had.dataVolumeId}, ${named} would be deleted with it`
        : `${had.rootVolumeId}, ${had.dataVolumeId} would be deleted with it; ${named} would be left without an instance`;
      const replaced = await announced(owner, fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      assert.ok(replaced.endsWith(`, terminate-first, about 41 s dark; ${goes}`), replaced);
      await owner.up(fitting(had));
      const changed = await announced(owner, fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      assert.ok(changed.endsWith(`; ${goes}`), changed);
      await owner.up(fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      later(owner);
      const left = made(owner).networkInterfaces.map((it) => it.networkInterfaceId);
      assert.equal(left.includes(further.networkInterfaceId), !gone);
    }
  });

  it("does not mind what the program leaves out", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, {
      EbsOptimized: true,
      IamInstanceProfile: { Name: WELL_KNOWN.instanceProfile },
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
      Placement: { GroupName: WELL_KNOWN.placementGroup, Tenancy: "dedicated" },
    });
    const inputs = program({ adopt: { instanceId: had.instanceId } });
    assert.match(
      await announced(owner, inputs),
      /; it fits and keeps running; sets its metadata options: httpTokens required \(now optional\)$/,
    );
    await owner.up(inputs);
    const instance = instanceIn(owner, had.instanceId);
    assert.notEqual(instance.iamInstanceProfile, undefined);
    assert.equal(instance.metadataOptions.httpTokens, "required");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(inputs), "same");
  });

  it("fits with everything that the program names as it is", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, {
      EbsOptimized: true,
      CpuOptions: { CoreCount: 1, ThreadsPerCore: 1 },
      Placement: { GroupName: WELL_KNOWN.placementGroup, Tenancy: "dedicated" },
    });
    const inputs = fitting(had, {
      ebsOptimized: true,
      cpuOptions: { coreCount: 1, threadsPerCore: 1 },
      placementGroup: WELL_KNOWN.placementGroup,
      tenancy: "dedicated",
      elasticIp: had.publicIp,
      imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`,
    });
    assert.match(await announced(owner, inputs), /; it fits and keeps running$/);
    await owner.up(inputs);
    assert.equal(owner.outputs.instanceId, had.instanceId);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(inputs), "same");
  });

  it("is started where it is stopped, and says so", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [had.instanceId] }));
    later(owner);
    assert.match(await announced(owner, fitting(had)), /; it fits, and is started$/);
    await owner.up(fitting(had));
    assert.equal(instanceIn(owner, had.instanceId).state, "running");
    assert.equal(owner.outputs.state, "running");
    assert.equal(await owner.up(fitting(had)), "same");
  });

  it("is awaited where it is only starting", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, {}, { waits: false });
    assert.equal(instanceIn(owner, had.instanceId).state, "pending");
    owner.calls();
    await owner.up(fitting(had));
    assert.deepEqual(
      owner.calls("mutating").filter((it) => DISRUPTIVE.includes(it)),
      [],
    );
    assert.deepEqual([owner.outputs.instanceId, owner.outputs.state], [had.instanceId, "running"]);
    assert.equal(owner.outputs.elasticIp, false);
    assert.equal(await owner.up(fitting(had)), "same");
  });

  it("is replaced by a later change, on the same addresses", async () => {
    const { owner, had, inputs } = await adopted({ tags: { Stage: "prod" } });
    const changed = { ...inputs, imageId: WELL_KNOWN.imageV2 };
    assert.equal(
      await announced(owner, changed),
      `web: replaces ${had.instanceId} (imageId), terminate-first, about 41 s dark; keeps ${had.networkInterfaceId}, ${had.privateIp}, ${had.publicIp}; ${had.rootVolumeId}, ${had.dataVolumeId} would be deleted with it`,
    );
    assert.equal(await owner.up(changed), "update");
    const instance = only(made(owner).instances);
    assert.equal(instance.imageId, WELL_KNOWN.imageV2);
    assert.deepEqual(instance.networkInterfaceIds, [had.networkInterfaceId]);
    assert.deepEqual(ownTagsOf(instance), { Name: "web", Stage: "prod" });
    assert.equal(instance.tags[TAG.owned], undefined);
    assert.deepEqual(
      [owner.outputs.networkInterfaceId, owner.outputs.privateIp, owner.outputs.publicIp, owner.outputs.allocationId],
      [had.networkInterfaceId, had.privateIp, had.publicIp, had.allocationId],
    );
    assert.equal(await owner.up(changed), "same");
  });

  it("is put right after somebody ended it: another is launched on its addresses", async () => {
    const { owner, had, inputs } = await adopted();
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [had.instanceId] }));
    later(owner);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, ["it has no instance"]);
    assert.equal(await owner.up(inputs), "update");
    assert.equal(owner.outputs.networkInterfaceId, had.networkInterfaceId);
    assert.notEqual(owner.outputs.instanceId, had.instanceId);
    assert.equal(await owner.up(inputs), "same");
  });
});

describe("adoption of an instance that does not fit", () => {
  const MISFITS: [input: string, inputs: Properties][] = [
    ["imageId", { imageId: WELL_KNOWN.imageV2 }],
    ["instanceType", { instanceType: "m6i.large" }],
    ["market", { market: { lifecycle: "spot" } }],
    ["userData", { userData: "#!/bin/sh\necho another" }],
    ["rootVolume", { rootVolume: { size: 30 } }],
    ["cpuOptions", { cpuOptions: { coreCount: 1, threadsPerCore: 1 } }],
    ["tenancy", { tenancy: "dedicated" }],
    ["placementGroup", { placementGroup: WELL_KNOWN.placementGroup }],
    ["ebsOptimized", { ebsOptimized: true }],
  ];

  for (const [input, overrides] of MISFITS) {
    it(`replaces it at once for another ${input}, on the same addresses, and said so before`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      const inputs = fitting(had, overrides);
      assert.equal(
        await announced(owner, inputs),
        `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp}; replaces ${had.instanceId} (${input}), terminate-first, about 41 s dark; ${had.rootVolumeId}, ${had.dataVolumeId} would be deleted with it`,
      );
      await owner.up(inputs);
      const instance = only(made(owner).instances);
      assert.notEqual(instance.instanceId, had.instanceId);
      assert.deepEqual(instance.networkInterfaceIds, [had.networkInterfaceId]);
      assert.equal(instance.state, "running");
      assert.deepEqual(
        [owner.outputs.networkInterfaceId, owner.outputs.privateIp, owner.outputs.publicIp],
        [had.networkInterfaceId, had.privateIp, had.publicIp],
      );
      assert.equal(only(made(owner).volumes).attachment?.instanceId, instance.instanceId, "the old volumes are gone");
      assert.equal(await owner.up(inputs), "same");
      await owner.refresh();
      assert.deepEqual(owner.outputs.drift, []);
    });
  }

  it("replaces it for another key", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, { KeyName: undefined });
    assert.match(await announced(owner, fitting(had)), /; replaces i-\w+ \(keyName\), terminate-first/);
    await owner.up(fitting(had));
    assert.equal(only(made(owner).instances).keyName, WELL_KNOWN.keyName);
  });

  it("replaces a spot instance where on-demand is wanted", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, { InstanceMarketOptions: { MarketType: "spot" } });
    assert.match(await announced(owner, fitting(had)), /; replaces i-\w+ \(market\), terminate-first/);
    await owner.up(fitting(had));
    assert.equal(owner.outputs.lifecycle, "on-demand");
    assert.equal(only(made(owner).instances).spotRequestId, undefined);
  });

  for (const [kind, attribute] of [
    ["termination", { DisableApiTermination: { Value: true } }],
    ["stop", { DisableApiStop: { Value: true } }],
  ] as const) {
    it(`is refused at preview where its instance would have to end and has ${kind} protection; nothing is changed`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      await somebody(owner).send(new ModifyInstanceAttributeCommand({ InstanceId: had.instanceId, ...attribute }));
      owner.calls();
      const { failures } = await owner.preview(fitting(had, { imageId: WELL_KNOWN.imageV2 }));
      assert.equal(only(failures).property, "adopt");
      assert.match(only(failures).reason, new RegExp(`^${had.instanceId} has ${kind} protection .*; take it off`));
      assert.deepEqual((await owner.preview(fitting(had))).failures, []);
      assert.deepEqual(owner.calls("mutating"), []);
    });
  }

  it("names every reason at once", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = fitting(had, { imageId: WELL_KNOWN.imageV2, instanceType: "m6i.large", tenancy: "dedicated" });
    assert.match(await announced(owner, inputs), /replaces i-\w+ \(imageId, instanceType, tenancy\), terminate-first/);
  });

  it("does not say that a volume goes which is kept", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", volumeId: had.dataVolumeId }];
    const line = await announced(owner, fitting(had, { imageId: WELL_KNOWN.imageV2, dataVolumes }));
    assert.ok(line.endsWith(`; ${had.rootVolumeId} would be deleted with it`), line);
  });

  it("changes it where it is by a strategy that can, and it is still given", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = fitting(had, { imageId: WELL_KNOWN.imageV2, replacement: { strategy: "root-volume" } });
    const line = await announced(owner, inputs);
    assert.match(line, /; changes i-\w+ \(imageId\), root-volume, about 37 s dark$/);
    await owner.up(inputs);
    assert.equal(owner.outputs.instanceId, had.instanceId);
    assert.equal(instanceIn(owner, had.instanceId).tags[TAG.owned], "false");
    assert.equal(await owner.up(inputs), "same");
    await owner.destroy();
    assert.equal(instanceIn(owner, had.instanceId).state, "running");
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  });

  it("launches another beside it and proves that first, by overlap", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = fitting(had, { imageId: WELL_KNOWN.imageV2, replacement: { strategy: "overlap" } });
    assert.match(await announced(owner, inputs), /; replaces i-\w+ \(imageId\), overlap, about 35 s dark; vol-/);
    owner.calls();
    await owner.up(inputs);
    const calls = owner.calls("mutating");
    assert.ok(calls.indexOf("RunInstances") < calls.indexOf("TerminateInstances"));
    const instance = only(made(owner).instances);
    assert.ok(instance.networkInterfaceIds.includes(had.networkInterfaceId));
    assert.deepEqual([owner.outputs.privateIp, owner.outputs.publicIp], [had.privateIp, had.publicIp]);
    assert.equal(await owner.up(inputs), "same");
  });

  it("leaves it alone by overlap where it fits", async () => {
    const { owner, had } = await adopted({ replacement: { strategy: "overlap" } });
    assert.deepEqual(
      owner.calls("mutating").filter((it) => DISRUPTIVE.includes(it)),
      [],
    );
    assert.equal(owner.outputs.instanceId, had.instanceId);
  });

  it("keeps its data volume over the replacement", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", volumeId: had.dataVolumeId }];
    const inputs = fitting(had, { dataVolumes });
    await owner.up(inputs);
    assert.equal(owner.outputs.instanceId, had.instanceId);
    assert.deepEqual(owner.outputs.dataVolumeIds, { data: had.dataVolumeId });
    assert.equal(await owner.up(inputs), "same");
    await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
    const volume = only(made(owner).volumes.filter((it) => it.volumeId === had.dataVolumeId));
    assert.equal(volume.attachment?.instanceId, owner.outputs.instanceId);
    assert.notEqual(owner.outputs.instanceId, had.instanceId);
    assert.equal(await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 }), "same");
    await owner.destroy();
    const kept = only(made(owner).volumes);
    assert.equal(kept.volumeId, had.dataVolumeId);
    nothingIsOurs(owner);
  });

  for (const lifecycle of ["on-demand", "spot"]) {
    it(`cancels a persistent spot request before it ends its instance, for ${lifecycle}: nothing comes back`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner, {
        InstanceMarketOptions: {
          MarketType: "spot",
          SpotOptions: { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "stop" },
        },
      });
      const inputs = fitting(had, { imageId: WELL_KNOWN.imageV2, market: { lifecycle } });
      owner.calls();
      await owner.up(inputs);
      const calls = owner.calls("mutating");
      assert.ok(calls.includes("CancelSpotInstanceRequests"));
      assert.ok(calls.indexOf("CancelSpotInstanceRequests") < calls.indexOf("TerminateInstances"));
      later(owner);
      later(owner);
      assert.equal(only(made(owner).instances).instanceId, owner.outputs.instanceId);
      assert.equal(made(owner).spotRequests.length, lifecycle === "spot" ? 1 : 0);
      assert.equal(owner.outputs.lifecycle, lifecycle);
    });
  }

  it("leaves a persistent spot request alone as long as its instance stays", async () => {
    const owner = quick();
    const InstanceMarketOptions = {
      MarketType: "spot",
      SpotOptions: { SpotInstanceType: "persistent", InstanceInterruptionBehavior: "stop" },
    } as const;
    const had = await launchedByHand(owner, { InstanceMarketOptions });
    await owner.up(fitting(had, { market: { lifecycle: "spot" } }));
    assert.equal(owner.outputs.instanceId, had.instanceId);
    await owner.destroy();
    later(owner);
    const request = only(made(owner).spotRequests);
    assert.deepEqual([request.instanceId, marksOf(request)], [had.instanceId, {}]);
    assert.equal(instanceIn(owner, had.instanceId).state, "running");
  });
});

describe("adoption of an instance that is to be paused", () => {
  it("stops it, and starts the same one again", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const paused = fitting(had, { desiredState: "paused" });
    assert.match(await announced(owner, paused), /^web: adopts i-\w+ on eni-\w+ with [^;]*; pauses it: stops i-\w+$/);
    await owner.up(paused);
    assert.equal(instanceIn(owner, had.instanceId).state, "stopped");
    assert.deepEqual(
      [owner.outputs.state, owner.outputs.privateIp, owner.outputs.publicIp],
      ["paused", had.privateIp, had.publicIp],
    );
    assert.equal(await owner.up(paused), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(fitting(had));
    assert.equal(instanceIn(owner, had.instanceId).state, "running");
    assert.equal(await owner.up(fitting(had)), "same");
  });

  it("ends it where pausing ends instances, keeps the addresses, and said so before", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const paused = fitting(had, { desiredState: "paused", pauseBehavior: "terminate" });
    const line = await announced(owner, paused);
    assert.ok(
      line.endsWith(
        `; pauses it: ends ${had.instanceId}; ${had.rootVolumeId}, ${had.dataVolumeId} would be deleted with it`,
      ),
      line,
    );
    await owner.up(paused);
    assert.deepEqual(made(owner).instances, []);
    assert.deepEqual([owner.outputs.state, owner.outputs.networkInterfaceId], ["paused", had.networkInterfaceId]);
    assert.equal(await owner.up(paused), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(fitting(had, { pauseBehavior: "terminate" }));
    assert.equal(owner.outputs.networkInterfaceId, had.networkInterfaceId);
    assert.equal(owner.outputs.state, "running");
  });

  it("stops one that does not fit too, and replaces it once it is to run", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = { imageId: WELL_KNOWN.imageV2 };
    const paused = fitting(had, { desiredState: "paused", ...inputs });
    await owner.up(paused);
    assert.equal(instanceIn(owner, had.instanceId).state, "stopped");
    assert.equal(await owner.up(paused), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.up(fitting(had, inputs));
    assert.equal(only(made(owner).instances).imageId, WELL_KNOWN.imageV2);
    assert.equal(owner.outputs.privateIp, had.privateIp);
  });

  it("gives it back as it is then: stopped", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    await owner.up(fitting(had, { desiredState: "paused" }));
    await owner.destroy();
    assert.equal(instanceIn(owner, had.instanceId).state, "stopped");
    isGivenBack(owner, had);
    nothingIsOurs(owner);
  });
});

describe("adoption of an interface with several Elastic IPs", () => {
  /** With one on the primary address, and one on a further address that was put there first. */
  async function withTwo(owner: Stack): Promise<{ had: ByHand; further: { allocationId: string; publicIp: string } }> {
    const had = await launchedByHand(owner);
    const ec2 = somebody(owner);
    const NetworkInterfaceId = had.networkInterfaceId;
    const { AssignedPrivateIpAddresses = [] } = await ec2.send(
      new AssignPrivateIpAddressesCommand({ NetworkInterfaceId, SecondaryPrivateIpAddressCount: 1 }),
    );
    const PrivateIpAddress = AssignedPrivateIpAddresses[0]?.PrivateIpAddress;
    // EC2 answers in an order of its own, so the further one takes the place of the first.
    const AllowReassociation = true;
    const first = { AllocationId: had.allocationId, NetworkInterfaceId, PrivateIpAddress, AllowReassociation };
    await ec2.send(new AssociateAddressCommand(first));
    const home = await elasticIpOn(owner, NetworkInterfaceId);
    return { had: { ...had, ...home }, further: { allocationId: had.allocationId, publicIp: had.publicIp } };
  }

  it("holds the one on the primary address, and leaves the other, as it says", async () => {
    const owner = quick();
    const { had, further } = await withTwo(owner);
    assert.equal(
      await announced(owner, fitting(had)),
      `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}, ${had.publicIp}; it fits and keeps running; leaves ${further.publicIp} on it, out of its care`,
    );
    await owner.up(fitting(had));
    assert.deepEqual([owner.outputs.allocationId, owner.outputs.publicIp], [had.allocationId, had.publicIp]);
    assert.deepEqual(marksOf(elasticIpIn(owner, further.allocationId)), {});
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    await owner.destroy();
    isGivenBack(owner, { ...had });
    assert.equal(elasticIpIn(owner, further.allocationId).networkInterfaceId, had.networkInterfaceId);
  });

  it("holds none where there is one on a further address only", async () => {
    const owner = quick();
    const { had, further } = await withTwo(owner);
    const { associationId } = elasticIpIn(owner, had.allocationId);
    await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: associationId }));
    assert.match(await announced(owner, fitting(had)), /; leaves [0-9.]+ on it, out of its care$/);
    await owner.up(fitting(had));
    assert.deepEqual([owner.outputs.elasticIp, owner.outputs.allocationId], [false, ""]);
    assert.notEqual(elasticIpIn(owner, further.allocationId).privateIpAddress, had.privateIp);
  });

  it("puts a new one on the primary address beside one on a further address, which it leaves, as it says", async () => {
    const owner = quick();
    const { had, further } = await withTwo(owner);
    const { associationId } = elasticIpIn(owner, had.allocationId);
    await somebody(owner).send(new DisassociateAddressCommand({ AssociationId: associationId }));
    const inputs = fitting(had, { elasticIp: true });
    const said = `; puts a new Elastic IP on it; leaves ${further.publicIp} on it, out of its care`;
    const line = await announced(owner, inputs);
    assert.ok(line.endsWith(`; it fits and keeps running${said}`), line);
    await owner.up(inputs);
    assert.equal(elasticIpIn(owner, owner.outputs.allocationId as string).privateIpAddress, had.privateIp);
    const left = elasticIpIn(owner, further.allocationId);
    assert.equal(left.networkInterfaceId, had.networkInterfaceId);
    assert.deepEqual(marksOf(left), {});
  });
});

describe("adoption with elasticIp: false", () => {
  it("leaves the one that is on it, out of its care, over a replacement and a destroy, and said so before", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const inputs = fitting(had, { elasticIp: false });
    assert.equal(
      await announced(owner, inputs),
      `web: adopts ${had.instanceId} on ${had.networkInterfaceId} with ${had.privateIp}; it fits and keeps running; leaves ${had.publicIp} on it, out of its care`,
    );
    await owner.up(inputs);
    const isThere = (): void => {
      const eip = elasticIpIn(owner, had.allocationId);
      assert.deepEqual([eip.networkInterfaceId, marksOf(eip)], [had.networkInterfaceId, {}]);
    };
    isThere();
    assert.deepEqual([owner.outputs.elasticIp, owner.outputs.allocationId], [false, ""]);
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(inputs), "same");
    await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
    isThere();
    await owner.destroy();
    isThere();
    nothingIsOurs(owner);
  });
});

describe("adoption that is refused", () => {
  it("of an instance in an Auto Scaling group", async () => {
    const owner = quick();
    const had = await launchedByHand(owner, {
      TagSpecifications: [{ ResourceType: "instance", Tags: [{ Key: "asg", Value: "x" }] }],
    });
    // Nobody but AWS can set such a tag.
    const state = owner.simulator.snapshot();
    const instance = state.instances[had.instanceId];
    assert.ok(instance !== undefined);
    instance.tags["aws:autoscaling:groupName"] = "billing-asg";
    owner.simulator.restore(state);
    assert.equal(
      await refused(owner, fitting(had)),
      `${had.instanceId} is in the Auto Scaling group billing-asg, which would replace it; detach it there first`,
    );
  });

  it("of an instance or an interface of another managed instance", async () => {
    const other = await up();
    const owner = quick({ on: other });
    const urn = { resourceUrn: `${String(program().resourceUrn)}-2` };
    const said = `${String(other.outputs.networkInterfaceId)} belongs to the managed instance ${other.recorded?.id ?? ""}, and a machine has one owner; adopt: { managedInstanceId: "${other.recorded?.id ?? ""}" } takes over that machine as a whole, from whichever state has it`;
    const { instanceId } = other.outputs;
    assert.equal(await refused(owner, program({ ...urn, adopt: { instanceId } })), said);
    const adopt = { networkInterfaceId: other.outputs.networkInterfaceId };
    const { failures } = await owner.preview(program({ ...urn, adopt }));
    assert.ok(failures.some((it) => it.reason === said));
  });

  it("of an instance that has no room for this package's tags", async () => {
    const owner = quick();
    const Tags = Array.from({ length: 44 }, (_, index) => ({ Key: `tag-${index}`, Value: "" }));
    const had = await launchedByHand(owner, { TagSpecifications: [{ ResourceType: "instance", Tags }] });
    assert.equal(
      await refused(owner, fitting(had)),
      `${had.instanceId} has 44 tags, and with the 8 of this package that is more than the 50 that EC2 takes; take 2 off it first`,
    );
    const surplus = Tags.slice(0, 2).map(({ Key }) => ({ Key }));
    await somebody(owner).send(new DeleteTagsCommand({ Resources: [had.instanceId], Tags: surplus }));
    const inputs = fitting(had, { replacement: { drainSeconds: 10 } });
    await owner.up(inputs);
    await owner.up({ ...inputs, imageId: WELL_KNOWN.imageV2 });
    assert.equal(owner.outputs.state, "running");
    assert.notEqual(owner.outputs.instanceId, had.instanceId);
  });

  it("of an instance that has ended, or that nobody knows", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [had.instanceId] }));
    for (const instanceId of [had.instanceId, "i-0a1b2c3d4e5f60718"]) {
      assert.equal(
        await refused(owner, fitting({ instanceId })),
        `the instance ${instanceId} (adopt.instanceId) does not exist in us-east-1, or has ended`,
      );
    }
  });

  it("of an instance in another subnet: it says which subnet is right", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    assert.equal(
      await refused(owner, fitting(had, { subnetId: WELL_KNOWN.tinySubnet })),
      `${had.networkInterfaceId} is in ${WELL_KNOWN.subnetA}, and subnetId is ${WELL_KNOWN.tinySubnet}; set subnetId to ${WELL_KNOWN.subnetA}`,
    );
  });

  it("of an interface that something holds: it says which instance takes over both", async () => {
    const owner = quick();
    const { networkInterfaceId, instanceId } = await launchedByHand(owner);
    assert.equal(
      await refused(owner, program({ adopt: { networkInterfaceId } })),
      `${networkInterfaceId} (adopt.networkInterfaceId) is held by ${instanceId}; adopt.instanceId: "${instanceId}" takes over both`,
    );
  });

  it("of a further interface of an instance: it says that the instance would not bring it", async () => {
    const owner = quick();
    const { instanceId } = await launchedByHand(owner);
    const { networkInterfaceId } = await interfaceByHand(owner);
    await somebody(owner).send(
      new AttachNetworkInterfaceCommand({
        InstanceId: instanceId,
        NetworkInterfaceId: networkInterfaceId,
        DeviceIndex: 1,
      }),
    );
    later(owner);
    assert.equal(
      await refused(owner, program({ adopt: { networkInterfaceId } })),
      `${networkInterfaceId} (adopt.networkInterfaceId) is held by ${instanceId} at device index 1, and adopt.instanceId would take over that instance's primary interface and not this one; detach it there first, and adopt it by itself`,
    );
  });

  it("of an interface that is gone", async () => {
    const owner = quick();
    const adopt = { networkInterfaceId: "eni-0a1b2c3d4e5f60718" };
    assert.equal(
      await refused(owner, program({ adopt })),
      "the network interface eni-0a1b2c3d4e5f60718 (adopt) does not exist in us-east-1",
    );
  });

  it("is refused in the up too, where it came to be after the preview: nothing is changed", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    const { inputs } = await owner.preview(fitting(had));
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [had.instanceId] }));
    owner.calls();
    const failure = await failureOf(owner.handlers.create(inputs));
    assert.match(failure.message, /^nothing was changed: the instance i-\w+ \(adopt\.instanceId\) does not exist/);
    assert.ok(!("id" in failure));
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("of an Elastic IP to be allocated where one is on the interface: it says what to write", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    assert.equal(
      await refused(owner, fitting(had, { elasticIp: true })),
      `${had.networkInterfaceId} has the Elastic IP ${had.publicIp} (${had.allocationId}), which elasticIp does not name; leave elasticIp out to keep it, or disassociate it there first`,
    );
    const { AllocationId: another } = await somebody(owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
    assert.match(await refused(owner, fitting(had, { elasticIp: another })), /which elasticIp does not name/);
  });

  it("is an error, and nothing is refused, where EC2 does not answer", async () => {
    const owner = quick();
    const had = await launchedByHand(owner);
    owner.simulator.faults.add({ action: "DescribeInstances", error: { code: "UnauthorizedOperation", status: 403 } });
    const { failures } = await owner.preview(fitting(had));
    assert.match(only(failures).reason, /DescribeInstances was denied/);
  });
});

describe("adoption by a machine that then keeps no address", () => {
  for (const what of ["instanceId", "networkInterfaceId"] as const) {
    it(`of an ${what === "instanceId" ? "instance" : "interface"} is over: it is given back, and stays so over pauses and back`, async () => {
      const owner = quick();
      const byHand = what === "instanceId" ? await launchedByHand(owner) : await interfaceByHand(owner);
      const { networkInterfaceId } = byHand;
      await owner.up(program({ adopt: { [what]: (byHand as Properties)[what] }, elasticIp: false }));
      assert.equal(owner.outputs.networkInterfaceId, networkInterfaceId);
      // The program has dropped what is remembered of it.
      for (const inputs of [
        { persistPrivateIp: false },
        { persistPrivateIp: false, desiredState: "paused", pauseBehavior: "terminate" },
        { persistPrivateIp: false, desiredState: "paused", pauseBehavior: "terminate", tags: { a: "b" } },
        { desiredState: "paused", pauseBehavior: "terminate" },
        {},
      ]) {
        await owner.up(program({ ...inputs, elasticIp: false }));
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, []);
        assert.notEqual(owner.outputs.networkInterfaceId, networkInterfaceId);
        assert.deepEqual(marksOf(interfaceIn(owner, networkInterfaceId)), {});
      }
      assert.equal(owner.outputs.state, "running");
      await owner.destroy();
      nothingIsOurs(owner);
    });
  }
});

describe("data volumes of an adopted instance", () => {
  const data = (deviceName: string, more: Properties = {}): Properties => ({
    dataVolumes: [{ name: "data", deviceName, size: 10, ...more }],
  });

  for (const deviceName of ["/dev/sdf", "/dev/xvdf"]) {
    it(`are refused on ${deviceName}, where it has another: at preview, with what to do`, async () => {
      const owner = quick();
      const had = await launchedByHand(owner);
      owner.calls();
      const { failures } = await owner.preview(fitting(had, data(deviceName)));
      assert.deepEqual(failures, [
        {
          property: "dataVolumes",
          reason: `the data volume data is to be on ${deviceName}, and ${had.instanceId} has ${had.dataVolumeId} there; give data another deviceName, or volumeId: "${had.dataVolumeId}" to hold that one`,
        },
      ]);
      assert.deepEqual(owner.calls("mutating"), []);
    });
  }

  it("are refused there by a later update too, before anything is changed", async () => {
    const { owner, inputs, had } = await adopted();
    const wanted = { ...inputs, ...data("/dev/sdf") };
    assert.match(await announced(owner, wanted), new RegExp(`${had.instanceId} has ${had.dataVolumeId} there`));
    owner.calls();
    const { message } = await failureOf(owner.up(wanted));
    assert.match(message, /^nothing was changed: the data volume data is to be on \/dev\/sdf/);
    assert.deepEqual(owner.calls("mutating"), []);
  });

  it("take its place where it is that very volume, where they are on another device, and where the instance goes", async () => {
    for (const more of [
      ({ dataVolumeId }: ByHand): Properties => data("/dev/sdf", { size: undefined, volumeId: dataVolumeId }),
      (): Properties => data("/dev/sdg"),
      (): Properties => ({ ...data("/dev/sdf"), imageId: WELL_KNOWN.imageV2 }),
    ]) {
      const owner = quick();
      const had = await launchedByHand(owner);
      const inputs = fitting(had, more(had));
      await owner.up(inputs);
      assert.equal(owner.outputs.state, "running");
      assert.equal(await owner.up(inputs), "same");
    }
  });
});

describe("adoption of what is made in the same program", () => {
  it("is left open at preview, and done in the update", async () => {
    const owner = quick();
    const { failures } = await owner.preview(fitting({ instanceId: UNKNOWN }));
    assert.deepEqual(failures, []);
    assert.match(owner.lines.at(-1) ?? "", /^web: adopts what is not made yet/);
    const had = await launchedByHand(owner);
    await owner.up(fitting(had));
    assert.equal(owner.outputs.instanceId, had.instanceId);
    assert.equal(owner.outputs.allocationId, had.allocationId);
  });
});
