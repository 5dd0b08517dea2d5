/** The pains of Spot's users, by their numbers in docs/spot-users.md, each solved or shown not to be there. */
import assert from "node:assert/strict";
import {
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { OUTPUT_NAMES, program } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";
import { identityOf, machineOf } from "./machine";

const SPOT = { lifecycle: "spot" };

describe("a pain of Spot's users", () => {
  it("P1: ids, addresses and state are outputs", async () => {
    const owner = await up({ elasticIp: true, market: SPOT });
    const { outputs } = owner;
    for (const name of OUTPUT_NAMES) {
      assert.notEqual(outputs[name], undefined, name);
    }
    const { instance, eni, eip } = machineOf(owner);
    assert.deepEqual(
      [outputs.instanceId, outputs.networkInterfaceId, outputs.publicIp, outputs.state, outputs.lifecycle],
      [instance.instanceId, eni.networkInterfaceId, eip?.publicIp, "running", "spot"],
    );
  });

  it("P2: state is declared; a recycle comes once, with the new specification, and is waited for", async () => {
    const owner = await up({ recycleTriggers: { at: "1" } });
    const was = machineOf(owner);
    const inputs = { recycleTriggers: { at: "2" }, imageId: WELL_KNOWN.imageV2 };
    await owner.up(program(inputs));
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.instance.imageId, WELL_KNOWN.imageV2);
    assert.equal(now.instance.state, "running");
    assert.equal(await owner.up(program({ ...inputs, tags: { Team: "a" } })), "update");
    assert.equal(machineOf(owner).instance.instanceId, now.instance.instanceId, "not again on any other change");
    await owner.up(program({ ...inputs, desiredState: "paused" }));
    assert.equal(owner.outputs.state, "paused");
    await owner.up(program(inputs));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
  });

  it("P3: elasticIp and privateIp can be taken out again", async () => {
    const owner = await up({ elasticIp: true, privateIp: "10.0.1.7" });
    await owner.up(program());
    assert.deepEqual(made(owner).elasticIps, []);
    assert.equal(machineOf(owner).privateIp, "10.0.1.7", "the address that is held is as good as any");
    await owner.up(program({ subnetId: WELL_KNOWN.subnetB, instanceType: "m6i.large" }));
    assert.match(machineOf(owner).privateIp, /^10\.0\.2\./);
  });

  it("P4: a change reaches the machine in the same up, and preview says which changes replace the instance", async () => {
    const owner = await up({ userData: "one" });
    const was = machineOf(owner);
    const { changes } = await owner.preview(program({ userData: "two" }));
    assert.ok(changes);
    assert.match(owner.lines.at(-1) ?? "", /^web: replaces i-\w+ \(userData\)/);
    await owner.up(program({ userData: "two" }));
    assert.notEqual(machineOf(owner).instance.instanceId, was.instance.instanceId);
  });

  it("P5: another image is one change, and no persistence has to be switched off for it", async () => {
    const owner = await up({ replacement: { strategy: "root-volume" } });
    const was = machineOf(owner);
    await owner.up(program({ imageId: WELL_KNOWN.imageV2, replacement: { strategy: "root-volume" } }));
    assert.equal(machineOf(owner).instance.instanceId, was.instance.instanceId);
  });

  it("P6: destroy by default keeps data volumes and everything that was given", async () => {
    const owner = quick();
    const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", size: 10 }];
    const reply = await somebody(owner).send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
    const eni = reply.NetworkInterface?.NetworkInterfaceId ?? "";
    await owner.up(program({ adopt: { networkInterfaceId: eni }, dataVolumes }));
    const { data = "" } = owner.outputs.dataVolumeIds as Record<string, string>;
    await owner.destroy();
    const left = made(owner);
    assert.deepEqual(
      [left.networkInterfaces.map((it) => it.networkInterfaceId), left.volumes.map((it) => it.volumeId)],
      [[eni], [data]],
    );
    assert.deepEqual([left.instances, left.templates, left.spotRequests], [[], [], []]);
  });

  it("P7: destroy leaves nothing that was made, and waits until it is gone", async () => {
    const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", size: 10 }];
    const owner = await up({ elasticIp: true, market: SPOT, dataVolumes, deletion: { dataVolumes: "delete" } });
    await owner.destroy();
    nothingIsLeft(owner);
  });

  it("P8: every optional input may be absent, null or given, in any company", async () => {
    for (const inputs of [
      { persistPrivateIp: true, privateIp: "10.0.1.7" },
      { privateIp: null },
      { rootVolume: null },
    ]) {
      const owner = await up(inputs);
      machineOf(owner);
      await owner.destroy();
      nothingIsLeft(owner);
    }
  });

  it("P9: what is asked for is what is sent: the fallback, and each field of a volume", async () => {
    const market = { ...SPOT, fallbackToOnDemand: false };
    const volume = { name: "data", deviceName: "/dev/sdf", size: 10, type: "gp3", iops: 4000, throughput: 200 };
    const owner = await up({ market, dataVolumes: [volume] });
    const ids = owner.outputs.dataVolumeIds as Record<string, string>;
    const data = made(owner).volumes.find((it) => it.volumeId === ids.data);
    assert.deepEqual([data?.size, data?.volumeType, data?.iops, data?.throughput], [10, "gp3", 4000, 200]);
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    const failure = await failureOf(owner.up(program({ market, dataVolumes: [volume], imageId: WELL_KNOWN.imageV2 })));
    assert.match(failure.message, /no capacity in us-east-1a: m7i\.large \(spot\)/);
    assert.doesNotMatch(failure.message, /on-demand\)/);
  });

  it("P10: the public address of a kept private one changes in place", async () => {
    const owner = await up();
    const was = machineOf(owner);
    await owner.up(program({ elasticIp: true }));
    const now = machineOf(owner);
    assert.equal(now.instance.instanceId, was.instance.instanceId);
    assert.equal(now.privateIp, was.privateIp);
    assert.equal(owner.outputs.publicIp, now.eip?.publicIp);
  });

  it("P11: IMDSv2 is required from every launch on", async () => {
    const owner = await up();
    for (const at of ["1", "2"]) {
      await owner.up(program({ recycleTriggers: { at } }));
      assert.equal(machineOf(owner).instance.metadataOptions.httpTokens, "required");
    }
  });

  it("P12: an instance that was stopped or ended in AWS is seen, and put right", async () => {
    for (const act of ["stop", "end"] as const) {
      const owner = await up({ elasticIp: true });
      const was = machineOf(owner);
      const InstanceIds = [was.instance.instanceId];
      await (act === "stop"
        ? somebody(owner).send(new StopInstancesCommand({ InstanceIds }))
        : somebody(owner).send(new TerminateInstancesCommand({ InstanceIds })));
      later(owner);
      await owner.refresh();
      assert.notEqual(owner.outputs.state, "running");
      assert.equal(await owner.up(program({ elasticIp: true })), "update");
      assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    }
  });

  it("P13: a network interface that was deleted comes back with its address, or the error says who has that", async () => {
    for (const isTaken of [false, true]) {
      const owner = await up();
      const { instance, eni, privateIp } = machineOf(owner);
      const ec2 = somebody(owner);
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
      later(owner);
      await ec2.send(new DeleteNetworkInterfaceCommand({ NetworkInterfaceId: eni.networkInterfaceId }));
      const thief = isTaken
        ? await ec2.send(
            new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA, PrivateIpAddress: privateIp }),
          )
        : undefined;
      await owner.refresh();
      assert.match(owner.lines.at(-1) ?? "", /its network interface is gone/);
      if (thief === undefined) {
        await owner.up(program());
        assert.equal(machineOf(owner).privateIp, privateIp);
      } else {
        const failure = await failureOf(owner.up(program()));
        assert.ok(failure.message.includes(`held by ${thief.NetworkInterface?.NetworkInterfaceId ?? ""}`));
      }
    }
  });

  it("P14: a kept address binds the machine to a zone: a move is announced, and refused where data would stay behind", async () => {
    const dataVolumes = [{ name: "data", deviceName: "/dev/sdf", size: 10 }];
    const owner = await up({ dataVolumes });
    const { failures } = await owner.preview(
      program({ dataVolumes, subnetId: WELL_KNOWN.subnetB, instanceType: "m6i.large" }),
    );
    assert.match(failures[0]?.reason ?? "", /us-east-1a/);
    await owner.preview(program({ subnetId: WELL_KNOWN.subnetB, instanceType: "m6i.large" }));
    assert.match(owner.lines.at(-1) ?? "", /gives up eni-\w+, 10\.0\.1\.\d+/);
  });

  it("P16: nothing but EC2 is asked, with the caller's own credentials", async () => {
    const hosts = new Set<string>();
    const signers = new Set<string | undefined>();
    const owner = quick({
      signs: true,
      through: (handler) => ({
        ...handler,
        handle: (request: { hostname: string; headers: Record<string, string> }) => {
          hosts.add(request.hostname);
          signers.add(/Credential=(\w+)\//.exec(String(request.headers.authorization))?.[1]);
          return handler.handle(request);
        },
      }),
    });
    await owner.up(program({ elasticIp: true }));
    assert.deepEqual([[...hosts], [...signers]], [["ec2.us-east-1.amazonaws.com"], ["test"]]);
  });

  it("P17: an interface of one's own can be brought, and is given back", async () => {
    const owner = quick();
    const reply = await somebody(owner).send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
    const { NetworkInterfaceId: eni = "", PrivateIpAddress: address } = reply.NetworkInterface ?? {};
    await owner.up(program({ adopt: { networkInterfaceId: eni } }));
    assert.deepEqual([owner.outputs.networkInterfaceId, owner.outputs.privateIp], [eni, address]);
    assert.deepEqual(only(made(owner).instances).networkInterfaceIds, [eni]);
    await owner.destroy();
    nothingIsLeft(owner, eni);
    assert.equal(only(made(owner).networkInterfaces).tags["managed-instance:id"], undefined);
  });

  it("P18: a new image is rolled out by one up, which ends when the machine runs again", async () => {
    const owner = await up({ elasticIp: true, market: SPOT });
    const was = machineOf(owner);
    await owner.up(program({ elasticIp: true, market: SPOT, imageId: WELL_KNOWN.imageV2 }));
    assert.deepEqual(identityOf(machineOf(owner)), identityOf(was));
    assert.match(owner.lines.join("\n"), /running after \d+ s; the address was dark for \d+ s/);
  });
});
