/** The preflight: nothing is ended, launched or given up where EC2 would refuse what comes after it. */
import assert from "node:assert/strict";
import { CreateImageCommand, DeregisterImageCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import type { Properties } from "../../../../provider/model/properties";
import { holderOf, pathBetween } from "../../holder";
import { program, type Stack } from "../../support";
import { failureOf, made, settled, somebody, up } from "../../world";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };

async function newImage(ec2: EC2Client, owner: Stack): Promise<string> {
  const InstanceId = String(owner.outputs.instanceId);
  const { ImageId = "" } = await ec2.send(new CreateImageCommand({ InstanceId, Name: "next", NoReboot: true }));
  return ImageId;
}

interface Check {
  what: string;
  before?: Properties;
  after: Properties | ((owner: Stack) => Promise<Properties>);
  says: RegExp;
}

const CHECKS: Check[] = [
  {
    what: "the image is not there",
    after: async (owner) => {
      const ImageId = await newImage(somebody(owner), owner);
      await somebody(owner).send(new DeregisterImageCommand({ ImageId }));
      return { imageId: ImageId };
    },
    says: /the image ami-\w+ \(imageId\) does not exist in us-east-1; it was deregistered, .* take another imageId/,
  },
  {
    what: "the image is still being made",
    after: async (owner) => ({ imageId: await newImage(somebody(owner), owner) }),
    says: /the image ami-\w+ \(imageId\) is pending, not available yet; wait until/,
  },
  {
    what: "the region has no such type",
    after: { instanceType: "m99.large" },
    says: /m99\.large \(instanceType\) is not an instance type of us-east-1/,
  },
  {
    what: "the region has no such fallback type",
    after: { ...IMAGE, fallbackInstanceTypes: ["m99.large"] },
    says: /m99\.large \(fallbackInstanceTypes\) is not an instance type of us-east-1/,
  },
  {
    what: "the type is of another architecture than the image",
    after: { instanceType: "m7g.large" },
    says: /the image ami-\w+ is for x86_64, but m7g\.large \(instanceType\) takes arm64/,
  },
  {
    what: "a fallback type is of another architecture than the image",
    after: { ...IMAGE, fallbackInstanceTypes: ["m7g.large"] },
    says: /but m7g\.large \(fallbackInstanceTypes\) takes arm64/,
  },
  {
    what: "the zone does not have the type",
    before: { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" },
    after: { instanceType: "m7i.large" },
    says: /m7i\.large \(instanceType\) is not offered in us-east-1b, where eni-\w+ is/,
  },
  {
    what: "the zone has neither the type nor a fallback",
    before: { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" },
    after: { instanceType: "m7i.large", fallbackInstanceTypes: ["i4i.large"] },
    says: /not offered in us-east-1b, where eni-\w+ is, nor is one of i4i\.large \(fallbackInstanceTypes\)/,
  },
  {
    what: "the type does not take the interface's addresses",
    before: { secondaryPrivateIpCount: 2 },
    after: { instanceType: "t3.micro" },
    says: /t3\.micro \(instanceType\) takes 2 private IPv4 addresses on an interface, and eni-\w+ would have 3/,
  },
  {
    what: "a fallback type does not take the interface's addresses",
    before: { secondaryPrivateIpCount: 2 },
    after: { ...IMAGE, fallbackInstanceTypes: ["t3.micro"] },
    says: /t3\.micro \(fallbackInstanceTypes\) takes 2 private IPv4 addresses/,
  },
  {
    what: "the launch is not allowed",
    after: (owner) => {
      owner.simulator.iam.deny("RunInstances");
      return Promise.resolve(IMAGE);
    },
    says: /EC2 would not accept the launch of m7i\.large \(on-demand\): RunInstances was denied: .*UnauthorizedOperation/,
  },
  {
    what: "EC2 finds fault with the launch",
    after: { ...IMAGE, keyName: "nobodys" },
    says: /EC2 would not accept the launch of m7i\.large \(on-demand\): .*nobodys.*InvalidKeyPair\.NotFound/,
  },
];

describe("nothing is ended, or launched, when", () => {
  for (const strategy of ["terminate-first", "overlap"]) {
    for (const { what, before = {}, after, says } of CHECKS) {
      it(`${what} (${strategy})`, async () => {
        const base = { elasticIp: true, ...before, replacement: { strategy, drainSeconds: 60 } };
        const owner = await up(base);
        const was = holderOf(owner);
        const changes = typeof after === "function" ? await after(owner) : after;
        owner.calls();
        const failure = await failureOf(owner.unseen({ ...base, ...changes }));
        assert.match(failure.message, says);
        assert.match(failure.message, new RegExp(`\\. ${was.instance.instanceId} was left running`));
        assert.deepEqual(
          owner.calls("mutating").filter((it) => !["CreateLaunchTemplateVersion", "CreateTags"].includes(it)),
          [],
        );
        assert.equal(owner.outputs.imageId, WELL_KNOWN.imageV1);
        owner.simulator.iam.clear();
        await owner.up(program(base));
        const now = holderOf(owner);
        assert.equal(pathBetween(was, now), "none");
        assert.deepEqual(now.identity, was.identity);
        await settled(owner, base);
      });
    }
  }

  it("root-volume has no image to boot from", async () => {
    const base = { replacement: { strategy: "root-volume" } };
    const owner = await up(base);
    const failure = await failureOf(owner.unseen({ ...base, imageId: "ami-0fffffffffffffff0" }));
    assert.match(failure.message, /could not change i-\w+: the image ami-0f+0 \(imageId\) does not exist/);
    await owner.up(program(base));
    await settled(owner, base);
  });

  it("stop-start finds that the zone does not have the type", async () => {
    const base = { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium", replacement: { strategy: "stop-start" } };
    const owner = await up(base);
    const failure = await failureOf(owner.unseen({ ...base, instanceType: "m7i.large" }));
    assert.match(failure.message, /could not change i-\w+: m7i\.large \(instanceType\) is not offered in us-east-1b/);
    await owner.up(program(base));
    await settled(owner, base);
  });
});

describe("a change that a preflight refuses", () => {
  it("gives up no address and grows no volume: all that cannot be undone comes after it", async () => {
    const volume = { name: "data", deviceName: "/dev/sdf", size: 5 };
    const before = { elasticIp: true, secondaryPrivateIpCount: 2, dataVolumes: [volume] };
    const owner = await up(before);
    const { elasticIps, networkInterfaces, volumes } = made(owner);
    const after = { keyName: "nobody", dataVolumes: [{ ...volume, size: 9 }] };
    const failure = await failureOf(owner.unseen(after));
    assert.match(failure.message, /EC2 would not accept the launch of m7i\.large .*was left running/);
    const now = made(owner);
    assert.deepEqual(now.elasticIps, elasticIps);
    assert.deepEqual(now.networkInterfaces, networkInterfaces);
    assert.deepEqual(
      now.volumes.map((it) => it.size),
      volumes.map((it) => it.size),
    );
    await owner.up(program(before));
    assert.deepEqual(made(owner).networkInterfaces, networkInterfaces);
  });
});
