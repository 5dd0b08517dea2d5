/** Adoption of an instance that does not fit: it is replaced at once, on the same addresses. */
import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import {
  adopted,
  announced,
  DISRUPTIVE,
  fitting,
  instanceIn,
  isGivenBack,
  launchedByHand,
  marksOf,
  nothingIsOurs,
} from "./by-hand";
import { later, made, only, quick, somebody } from "./world";

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
