/** Adoption of an instance that fits: it keeps running, on its addresses. How it is given back stands in give-back.test.ts. */
import assert from "node:assert/strict";
import { StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import {
  adopted,
  announced,
  DISRUPTIVE,
  elasticIpIn,
  fitting,
  instanceIn,
  interfaceIn,
  launchedByHand,
  marksOf,
  OWN_TAGS,
  ownTagsOf,
} from "./by-hand";
import { interposed } from "./interruptions";
import { program } from "./support";
import { later, made, only, quick, somebody } from "./world";

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
