/** A create that is refused, at preview or by EC2, and what is on record then. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import { allocateByHand, makeInterface, refusedCreate } from "./creations";
import { program, type Stack } from "./support";
import { failureOf, made, nothingIsLeft, only, quick, somebody } from "./world";
import { machineOf } from "./machine";

/** Where the credentials may not look up what inputs name, only EC2's refusal tells. */
function untold(): Stack {
  const owner = quick();
  for (const action of ["DescribeSecurityGroups", "DescribeKeyPairs"]) {
    owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
  }
  return owner;
}

describe("create", () => {
  describe("at preview", () => {
    const REFUSED: [title: string, inputs: Record<string, unknown>, property: string, said: RegExp][] = [
      ["an address outside the subnet", { privateIp: "10.0.7.7" }, "privateIp", /10\.0\.7\.7 is outside of subnetId/],
      ["an address that AWS reserves", { privateIp: "10.0.1.2" }, "privateIp", /10\.0\.1\.2 is AWS's own/],
      ["an unknown subnet", { subnetId: "subnet-0a1b2c3d4e5f60718" }, "subnetId", /does not exist in us-east-1/],
      ["an unknown image", { imageId: "ami-0a1b2c3d4e5f60718" }, "imageId", /does not exist in us-east-1/],
      ["an unknown type", { instanceType: "m99.large" }, "instanceType", /is not an instance type of us-east-1/],
      [
        "an unknown security group",
        { securityGroupIds: ["sg-0a1b2c3d4e5f60718"] },
        "securityGroupIds[0]",
        /^securityGroupIds\[0\]: sg-0a1b2c3d4e5f60718 does not exist in us-east-1/,
      ],
      ["an unknown key", { keyName: "nobody" }, "keyName", /^keyName: nobody does not exist in us-east-1/],
      [
        "a type for another architecture",
        { instanceType: "m7g.large" },
        "instanceType",
        /is arm64, but imageId: .*x86/,
      ],
    ];

    for (const [title, inputs, property, said] of REFUSED) {
      it(`refuses ${title}, and nothing is made`, async () => {
        const owner = quick();
        const { failures } = await owner.preview(program(inputs));
        assert.deepEqual(
          failures.map((it) => it.property),
          [property],
        );
        assert.match(failures[0]?.reason ?? "", said);
        nothingIsLeft(owner);
      });
    }

    for (const [title, inputs, said] of [
      [
        "an address outside the subnet",
        { privateIp: "10.0.7.7" },
        /could not make the network interface with 10\.0\.7\.7/,
      ],
      ["an unknown image", { imageId: "ami-0a1b2c3d4e5f60718" }, /could not launch m7i\.large on eni-.*Check imageId/],
    ] as const) {
      it(`passed ${title} that EC2 refuses by the time of the create: a sentence says so`, async () => {
        const owner = quick();
        const { inputs: checked } = await owner.preview(program());
        const failure = await failureOf(owner.handlers.create({ ...checked, ...inputs }));
        assert.match(failure.message, said);
      });
    }
  });

  describe("when EC2 refuses", () => {
    /** A title, the inputs that EC2 refuses, and the sentence that says so. */
    const REFUSED: [title: string, inputs: Record<string, unknown>, said: RegExp][] = [
      [
        "an unknown security group",
        { securityGroupIds: ["sg-0a1b2c3d4e5f60718"] },
        /sg-0a1b2c3d4e5f60718.* does not exist .*Check securityGroupIds/,
      ],
      ["an unknown key", { keyName: "nobody" }, /key pair 'nobody' does not exist .*Check keyName/],
    ];

    for (const [title, inputs, said] of REFUSED) {
      it(`${title}: a sentence says so, what is kept and how to go on; mended, the next up finishes`, async () => {
        const owner = untold();
        const failure = await refusedCreate(owner, inputs);
        assert.match(failure.message, said);
        assert.match(failure.message, /`pulumi up` goes on from here\.$/);
        assert.deepEqual(failure.reasons, [failure.message]);
        assert.equal(owner.recorded?.id, only(made(owner).templates).launchTemplateName);
        assert.equal(owner.outputs.state, "failed");
        assert.equal(owner.outputs.networkInterfaceId, made(owner).networkInterfaces[0]?.networkInterfaceId ?? "");
        await owner.up(program({ privateIp: "10.0.1.7" }));
        machineOf(owner);
        await owner.destroy();
        nothingIsLeft(owner);
      });
    }

    it("an address that is taken: it is left with its holder", async () => {
      const owner = quick();
      const taken = await makeInterface(somebody(owner), WELL_KNOWN.subnetA, "10.0.1.7");
      const failure = await refusedCreate(owner, { privateIp: "10.0.1.7" });
      assert.match(
        failure.message,
        /^nothing was changed: 10\.0\.1\.7 is held by eni-\w+; free it there, or give another privateIp\. `pulumi up` goes on/,
      );
      assert.equal(owner.recorded, undefined);
      nothingIsLeft(owner, taken);
      await owner.up(program({ privateIp: "10.0.1.8" }));
      assert.equal(owner.outputs.privateIp, "10.0.1.8");
      await owner.destroy();
      nothingIsLeft(owner, taken);
    });

    it("a subnet that is full", async () => {
      const owner = quick();
      const ec2 = somebody(owner);
      for (let count = 0; count < 11; count++) {
        await makeInterface(ec2, WELL_KNOWN.tinySubnet);
      }
      const failure = await refusedCreate(owner, { subnetId: WELL_KNOWN.tinySubnet });
      assert.match(failure.message, /not have enough free addresses.* Free an address of the subnet, or give another/);
      assert.equal(made(owner).networkInterfaces.length, 11);
    });

    it("a sixth Elastic IP: the interface is kept, and the sentence names the quota", async () => {
      const owner = quick();
      const ec2 = somebody(owner);
      for (let count = 0; count < 5; count++) {
        await allocateByHand(ec2);
      }
      const failure = await refusedCreate(owner, { elasticIp: true });
      const eni = only(made(owner).networkInterfaces);
      assert.match(failure.message, /could not allocate an Elastic IP: .*L-0263D0A3.*Kept: eni-/);
      assert.equal(failure.properties?.networkInterfaceId, eni.networkInterfaceId);
      assert.equal(made(owner).instances.length, 0);
      await owner.up(program());
      assert.equal(owner.outputs.networkInterfaceId, eni.networkInterfaceId);
    });

    it("every launch: the identity is kept, and the next up finishes on it", async () => {
      const owner = quick();
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
      const failure = await refusedCreate(owner, { elasticIp: true });
      assert.match(
        failure.message,
        /no capacity in us-east-1a: .*Kept: eni-[0-9a-f]+ with 10\.0\.1\.\d+, the Elastic IP/,
      );
      const { networkInterfaceId, privateIp, publicIp } = owner.outputs;
      owner.simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 1);
      assert.equal(await owner.up(program({ elasticIp: true })), "update");
      machineOf(owner);
      const now = owner.outputs;
      assert.deepEqual(
        [now.networkInterfaceId, now.privateIp, now.publicIp],
        [networkInterfaceId, privateIp, publicIp],
      );
    });
  });

  it("keeps the identity when an instance ends while it starts, and the next up launches another", async () => {
    const owner = quick();
    owner.simulator.failNextLaunch("Client.InternalError");
    const failure = await refusedCreate(owner, { elasticIp: true });
    assert.match(failure.message, /i-[0-9a-f]+ ended while it started: .*\(Client\.InternalError\)/);
    const eni = only(made(owner).networkInterfaces);
    assert.equal(owner.outputs.state, "failed");
    assert.equal(await owner.up(program({ elasticIp: true })), "update");
    assert.equal(machineOf(owner).eni.networkInterfaceId, eni.networkInterfaceId);
  });

  it("takes an instance that ends for lack of capacity for no capacity, and falls back", async () => {
    const owner = quick();
    owner.simulator.failNextLaunch("Server.InsufficientInstanceCapacity");
    await owner.up(program({ market: { lifecycle: "spot" } }));
    assert.equal(machineOf(owner).instance.spotRequestId, undefined);
  });

  it("records nothing when nothing exists, and only a partial failure has an id", async () => {
    const owner = quick();
    owner.simulator.faults.add({
      action: "CreateLaunchTemplate",
      error: { code: "UnauthorizedOperation", status: 403 },
    });
    const failure = await refusedCreate(owner, {});
    assert.equal(failure.name, "");
    assert.equal(failure.stack, "");
    assert.ok(!("id" in failure) && !("properties" in failure));
    assert.equal(owner.recorded, undefined);
    nothingIsLeft(owner);
  });

  it("records nothing when EC2 cannot be reached, and makes nothing", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "*", error: { code: "ServiceUnavailable", status: 503 } });
    const failure = await refusedCreate(owner, {});
    assert.match(failure.message, /ServiceUnavailable/);
    assert.ok(!("id" in failure));
    owner.simulator.faults.clear();
    nothingIsLeft(owner);
  });
});
