import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import { cutting, interposed } from "./interruptions";
import { program, type Stack, URN } from "./support";
import { failureOf, later, machineOf, made, nothingIsLeft, only, quick, somebody, up } from "./world";

async function allocate(ec2: EC2Client): Promise<{ allocationId: string; publicIp: string }> {
  const { AllocationId = "", PublicIp = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  return { allocationId: AllocationId, publicIp: PublicIp };
}

async function makeInterface(ec2: EC2Client, SubnetId: string, PrivateIpAddress?: string): Promise<string> {
  const reply = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, PrivateIpAddress }));
  return reply.NetworkInterface?.NetworkInterfaceId ?? "";
}

/** Tries to create, and gives what it fails with. */
async function refused(owner: Stack, inputs: Record<string, unknown>): Promise<Awaited<ReturnType<typeof failureOf>>> {
  return failureOf(owner.up(program(inputs)));
}

const MUTATING = [
  "CreateLaunchTemplate",
  "CreateNetworkInterface",
  "AllocateAddress",
  "AssociateAddress",
  "RunInstances",
];

/** Where the credentials may not look up what inputs name, only EC2's refusal tells. */
function untold(): Stack {
  const owner = quick();
  for (const action of ["DescribeSecurityGroups", "DescribeKeyPairs"]) {
    owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
  }
  return owner;
}

describe("create", () => {
  it("makes the record first, then the identity, then the instance, and each only once", async () => {
    const owner = quick();
    await owner.up(program({ elasticIp: true }));
    // The last one gives the machine to the state.
    assert.deepEqual(owner.calls("mutating"), [...MUTATING, "CreateTags"]);
    machineOf(owner);
  });

  it("gives a machine that runs what was asked for", async () => {
    const owner = await up({
      privateIp: "10.0.1.7",
      securityGroupIds: [WELL_KNOWN.otherSecurityGroup],
      sourceDestCheck: false,
      userData: "#!/bin/sh",
      keyName: WELL_KNOWN.keyName,
      iamInstanceProfile: WELL_KNOWN.instanceProfile,
      metadataOptions: { httpPutResponseHopLimit: 3, instanceMetadataTags: "enabled" },
      rootVolume: { size: 20, type: "gp3" },
    });
    const { eni, instance, volume, privateIp } = machineOf(owner);
    assert.equal(privateIp, "10.0.1.7");
    assert.deepEqual(eni.groupIds, [WELL_KNOWN.otherSecurityGroup]);
    assert.equal(eni.sourceDestCheck, false);
    assert.equal(Buffer.from(instance.userData ?? "", "base64").toString(), "#!/bin/sh");
    assert.equal(instance.keyName, WELL_KNOWN.keyName);
    assert.match(instance.iamInstanceProfile?.arn ?? "", /instance-profile\/demo$/);
    assert.deepEqual(
      [instance.metadataOptions.httpTokens, instance.metadataOptions.httpPutResponseHopLimit],
      ["required", 3],
    );
    assert.equal(instance.metadataOptions.instanceMetadataTags, "enabled");
    assert.equal(volume.size, 20);
  });

  it("returns once the instance runs, on-demand unless spot is asked for", async () => {
    assert.equal(machineOf(await up()).instance.spotRequestId, undefined);
    const spot = machineOf(await up({ market: { lifecycle: "spot", maxPrice: "0.09" } }));
    assert.notEqual(spot.instance.spotRequestId, undefined);
  });

  it("finds the image behind an SSM parameter, for a root volume of its own too", async () => {
    const owner = await up({ imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 30 } });
    const state = made(owner);
    assert.equal(only(state.instances).imageId, WELL_KNOWN.imageV2);
    assert.equal(only(state.volumes).size, 30);
    owner.calls();
    assert.equal(
      await owner.up(program({ imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 30 } })),
      "same",
    );
  });

  it("tags everything that it makes with the id, the URN, the user's tags and a Name", async () => {
    const owner = await up({ elasticIp: true, market: { lifecycle: "spot" }, tags: { Team: "a" } });
    const { template, eni, eip, instance, volume } = machineOf(owner);
    const request = only(made(owner).spotRequests);
    for (const { tags } of [template, eni, { tags: eip?.tags ?? {} }, instance, volume, request]) {
      assert.equal(tags[TAG.id], owner.recorded?.id);
      assert.equal(tags[TAG.urn], URN);
      assert.equal(tags.Team, "a");
      assert.equal(tags.Name, "web");
    }
    assert.equal(instance.tags[TAG.generation], "1");
    assert.match(template.tags[TAG.phase] ?? "", /^ready by=[0-9a-f]{16}$/);
    assert.equal(TAG.lease in template.tags, false);
    assert.equal(template.tags[TAG.market], "spot fallback-to-on-demand=true");
  });

  it("names the things as the user does", async () => {
    assert.equal(machineOf(await up({ tags: { Name: "db" } })).eni.tags.Name, "db");
  });

  it("keeps user data out of the tags and out of what is printed", async () => {
    const owner = await up({ userData: "hunter2" });
    const { template, eni, instance, volume } = machineOf(owner);
    const told = JSON.stringify([template.tags, eni.tags, instance.tags, volume.tags, owner.lines]);
    assert.ok(!told.includes("hunter2") && !told.includes(Buffer.from("hunter2").toString("base64")));
  });

  it("tells each step in a line that begins with the machine's name", async () => {
    const owner = await up({ elasticIp: true });
    assert.ok(owner.lines.every((line) => line.startsWith("web: ")));
    const told = owner.lines.join("\n");
    const { eni, eip, instance } = machineOf(owner);
    for (const id of [eni.networkInterfaceId, eip?.allocationId ?? "-", instance.instanceId]) {
      assert.ok(told.includes(id), id);
    }
  });

  it("falls back to on-demand where there is no spot, and says so", async () => {
    const owner = quick();
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    await owner.up(program({ market: { lifecycle: "spot" } }));
    const { instance } = machineOf(owner);
    assert.equal(instance.spotRequestId, undefined);
    assert.ok(owner.lines.some((line) => line.includes("m7i.large (spot) is not to be had in us-east-1a")));
    assert.equal(await owner.up(program({ market: { lifecycle: "spot" } })), "same");
  });

  describe("when a reply is lost", () => {
    for (const action of MUTATING) {
      for (const when of ["before", "after"] as const) {
        it(`makes one of each: ${action}, lost ${when} it took effect`, async () => {
          const owner = quick({ through: cutting(action, when) });
          await owner.up(program({ elasticIp: true, market: { lifecycle: "spot" } }));
          machineOf(owner);
          assert.equal(made(owner).elasticIps.length, 1);
        });
      }
    }
  });

  describe("when nobody answers", () => {
    /** As Node has it for a host with two addresses, such as localhost, where neither answers. */
    const refusedTwice = (): Error =>
      Object.assign(new AggregateError([new Error("connect ECONNREFUSED ::1:1")]), { code: "ECONNREFUSED" });

    it("knows a socket's error by its code, whatever class it is of", async () => {
      let left = 2;
      const through = interposed({
        before: () => {
          if (left-- > 0) {
            throw refusedTwice();
          }
        },
      });
      await quick({ through }).up(program());
    });

    it("says which error it was where nobody answers", async () => {
      const through = interposed({
        before: () => {
          throw refusedTwice();
        },
      });
      assert.match((await failureOf(quick({ through }).up(program()))).message, /ECONNREFUSED.*Check the endpoint/);
    });
  });

  it("waits out throttling and a profile that EC2 does not see yet", async () => {
    const owner = quick({ leapMs: 5000 });
    owner.simulator.faults.add({ action: "*", error: { code: "RequestLimitExceeded", status: 503 }, probability: 0.3 });
    const message = "Value (demo) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name";
    owner.simulator.faults.add({ action: "RunInstances", error: { code: "InvalidParameterValue", message }, times: 2 });
    await owner.up(program({ elasticIp: true, iamInstanceProfile: "demo" }));
    machineOf(owner);
  });

  for (const code of ["InvalidLaunchTemplateId.NotFound", "InvalidNetworkInterfaceID.NotFound"]) {
    it(`waits until EC2 sees what it just made: ${code}`, async () => {
      const owner = quick();
      owner.simulator.faults.add({ action: "RunInstances", error: { code }, times: 1 });
      await owner.up(program());
      machineOf(owner);
    });
  }

  it("waits with the Elastic IP while the interface's instance is pending", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "AssociateAddress", error: { code: "IncorrectInstanceState" }, times: 1 });
    await owner.up(program({ elasticIp: true }));
    machineOf(owner);
  });

  it("asks once for what is denied, and says what was denied", async () => {
    const owner = quick();
    const message = "You are not authorized to perform this operation.";
    owner.simulator.faults.add({
      action: "RunInstances",
      error: { code: "UnauthorizedOperation", message, status: 403 },
    });
    const failure = await refused(owner, {});
    assert.match(
      failure.message,
      /RunInstances was denied: You are not authorized .* Allow the action in the IAM policy/,
    );
    assert.equal(owner.calls().filter((it) => it === "RunInstances").length, 1);
  });

  describe("with a given Elastic IP", () => {
    for (const form of ["allocationId", "publicIp"] as const) {
      it(`holds it by its ${form}, tagged as given`, async () => {
        const owner = quick();
        const given = await allocate(somebody(owner));
        await owner.up(program({ elasticIp: given[form] }));
        const { eip } = machineOf(owner);
        assert.equal(eip?.allocationId, given.allocationId);
        assert.equal(eip.tags[TAG.owned], "false");
        assert.equal(only(made(owner).elasticIps).allocationId, given.allocationId);
      });
    }

    it("never takes it from a holder: nothing is made", async () => {
      const owner = quick();
      const ec2 = somebody(owner);
      const { allocationId, publicIp } = await allocate(ec2);
      const NetworkInterfaceId = await makeInterface(ec2, WELL_KNOWN.subnetA);
      await ec2.send(new AssociateAddressCommand({ AllocationId: allocationId, NetworkInterfaceId }));
      const failure = await refused(owner, { elasticIp: allocationId });
      assert.equal(
        failure.message,
        `nothing was changed: the Elastic IP ${publicIp} (${allocationId}) is in use by ${NetworkInterfaceId}; it is never taken from its holder: disassociate it there first, or change elasticIp. \`pulumi up\` goes on from here.`,
      );
      assert.ok(!("id" in failure));
      nothingIsLeft(owner, allocationId, NetworkInterfaceId);
      assert.equal(only(made(owner).elasticIps).networkInterfaceId, NetworkInterfaceId);
    });

    for (const [what, elasticIp] of [
      ["is not there", "eipalloc-0a1b2c3d4e5f60718"],
      ["belongs to another account", WELL_KNOWN.foreignAllocationId],
      ["is an address that nobody has", "192.0.2.1"],
    ] as const) {
      it(`says at preview that it ${what}: nothing is made`, async () => {
        const owner = quick();
        const { failures } = await owner.preview(program({ elasticIp }));
        assert.deepEqual(
          failures.map((it) => it.property),
          ["elasticIp"],
        );
        const failure = await refused(owner, { elasticIp });
        assert.match(failure.message, new RegExp(`elasticIp: ${elasticIp} does not exist in us-east-1; give one`));
        assert.deepEqual(owner.calls("mutating"), []);
        assert.ok(!("id" in failure));
        assert.equal(owner.recorded, undefined);
        nothingIsLeft(owner);
      });
    }
  });

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
    /** What is given, what the sentence says, and whether the record is all that exists. */
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
        const failure = await refused(owner, inputs);
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
      const failure = await refused(owner, { privateIp: "10.0.1.7" });
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
      const failure = await refused(owner, { subnetId: WELL_KNOWN.tinySubnet });
      assert.match(failure.message, /not have enough free addresses.* Free an address of the subnet, or give another/);
      assert.equal(made(owner).networkInterfaces.length, 11);
    });

    it("a sixth Elastic IP: the interface is kept, and the sentence names the quota", async () => {
      const owner = quick();
      const ec2 = somebody(owner);
      for (let count = 0; count < 5; count++) {
        await allocate(ec2);
      }
      const failure = await refused(owner, { elasticIp: true });
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
      const failure = await refused(owner, { elasticIp: true });
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
    const failure = await refused(owner, { elasticIp: true });
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
    const failure = await refused(owner, {});
    assert.equal(failure.name, "");
    assert.equal(failure.stack, "");
    assert.ok(!("id" in failure) && !("properties" in failure));
    assert.equal(owner.recorded, undefined);
    nothingIsLeft(owner);
  });

  it("records nothing when EC2 cannot be reached, and makes nothing", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "*", error: { code: "ServiceUnavailable", status: 503 } });
    const failure = await refused(owner, {});
    assert.match(failure.message, /ServiceUnavailable/);
    assert.ok(!("id" in failure));
    owner.simulator.faults.clear();
    nothingIsLeft(owner);
  });

  it("waits until the holder of its interface has let go of it", async () => {
    let struck = false;
    const owner = quick({
      through: interposed({
        before: (action) => {
          if (action === "RunInstances" && !struck) {
            struck = true;
            owner.simulator.faults.add({
              action: "RunInstances",
              error: { code: "InvalidNetworkInterface.InUse" },
              times: 1,
            });
          }
        },
      }),
    });
    await owner.up(program());
    machineOf(owner);
  });

  it("records what exists when the second look at the world fails", async () => {
    const owner = quick({
      through: interposed({
        after: async (action) => {
          // Another run's launch has got the interface, and the look that follows does not get through.
          if (action === "RunInstances") {
            owner.simulator.faults.add({ action: "DescribeLaunchTemplates", error: { code: "UnauthorizedOperation" } });
            await Promise.resolve();
            throw Object.assign(new Error("in use"), { name: "InvalidNetworkInterface.InUse" });
          }
        },
      }),
    });
    const failure = await failureOf(owner.up(program()));
    assert.match(failure.id ?? "no id", /^mi-/);
  });

  it("looks for the Elastic IP of which the reply was lost before it allocates another", async () => {
    const owner = quick({ through: cutting("AllocateAddress", "after") });
    await owner.up(program({ elasticIp: true }));
    assert.equal(owner.calls().filter((it) => it === "AllocateAddress").length, 1);
  });

  it("repeats a launch whose connection was cut, and makes one instance", async () => {
    const owner = quick();
    owner.simulator.faults.add({ action: "RunInstances", reset: true, when: "after", times: 1 });
    await owner.up(program());
    machineOf(owner);
  });

  it("makes another machine of the same name after the first was destroyed", async () => {
    const owner = await up({ elasticIp: true });
    const was = machineOf(owner);
    await owner.destroy();
    later(owner);
    const inputs = program({ elasticIp: true });
    assert.equal(await owner.up(inputs), "create");
    const now = machineOf(owner);
    assert.notEqual(now.instance.instanceId, was.instance.instanceId);
    assert.notEqual(now.eni.networkInterfaceId, was.eni.networkInterfaceId);
    assert.notEqual(now.template.launchTemplateId, was.template.launchTemplateId);
  });

  it("leaves nothing when it is destroyed right away", async () => {
    const owner = await up({ elasticIp: true, market: { lifecycle: "spot" } });
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });
});
