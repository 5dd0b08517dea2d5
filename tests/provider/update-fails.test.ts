import assert from "node:assert/strict";
import { ModifyInstanceAttributeCommand, ModifyNetworkInterfaceAttributeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { program } from "./support";
import { failureOf, made, only, somebody, up } from "./world";
import { identityOf, machineOf, sameInstance } from "./machine";

describe("update", () => {
  describe("to what cannot start", () => {
    const IMPOSSIBLE: [title: string, after: Properties, said: RegExp][] = [
      [
        "a key that is not there",
        { keyName: "nobody" },
        /EC2 would not accept the launch of .*'nobody' does not exist/,
      ],
    ];

    /** Inputs whose things were made between the preview and the update, and may be gone again. */
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
      assert.equal(failure.properties?.instanceType, "m7i.large", "an input that was not applied is not recorded");
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
