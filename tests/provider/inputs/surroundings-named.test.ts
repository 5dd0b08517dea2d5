/** What EC2 would refuse at `up` of what the inputs name and of options that types do not take, said at preview. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  AssociateSecurityGroupVpcCommand,
  CreatePlacementGroupCommand,
  CreateSecurityGroupCommand,
  CreateSubnetCommand,
  type EC2Client,
  ModifyAvailabilityZoneGroupCommand,
} from "@aws-sdk/client-ec2";
import { type Ec2Simulator, WELL_KNOWN } from "../../../local/ec2";
import { createEc2 } from "../../../provider/ec2/client";
import { checkInputs } from "../../../provider/inputs/inputs";
import { Surroundings } from "../../../provider/inputs/surroundings";
import { type Failure, UNKNOWN } from "../../../provider/inputs/validation";
import { CALLER, simulated } from "../../local/ec2/support";
import { program } from "../support";

type Inputs = Record<string, unknown>;

const REGION = "us-east-1";

interface Scene {
  surroundings: Surroundings;
  simulator: Ec2Simulator;
  somebody: EC2Client;
  calls: () => string[];
}

function scene(): Scene {
  const { simulator, ec2: somebody, clock } = simulated();
  const time = {
    now: () => clock.now(),
    sleep: (ms: number) => {
      clock.advance(ms);
      return Promise.resolve();
    },
  };
  const ec2 = createEc2({
    region: REGION,
    clock: time,
    requestHandler: simulator.requestHandler(),
    ...CALLER,
  });
  return {
    surroundings: new Surroundings(() => ec2, time, REGION),
    simulator,
    somebody,
    calls: () => {
      const made = simulator.calls().map((it) => it.action);
      simulator.clearCalls();
      return made;
    },
  };
}

function checked(overrides: Inputs): Inputs {
  const { inputs, failures } = checkInputs(program(overrides), REGION);
  assert.deepEqual(failures, []);
  return inputs;
}

const ofCreate = ({ surroundings }: Scene, overrides: Inputs = {}): Promise<Failure[]> =>
  surroundings.failures(checked(overrides), {}, () => true);

function ofUpdate({ surroundings }: Scene, before: Inputs, changes: Inputs, outputs: Inputs = {}): Promise<Failure[]> {
  const inputs = checked({ ...before, ...changes });
  return surroundings.failures(inputs, { ...checked(before), ...outputs }, (name) => name in changes);
}

async function only(found: Promise<Failure[]>): Promise<Failure> {
  const [failure, ...others] = await found;
  assert.ok(failure !== undefined, "there should be a failure");
  assert.deepEqual(others, []);
  return failure;
}

function deny({ simulator }: Scene, ...actions: string[]): void {
  for (const action of actions) {
    simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
  }
}

async function group({ somebody }: Scene, name: string, VpcId: string = WELL_KNOWN.vpcId): Promise<string> {
  const input = { GroupName: name, Description: "a group", VpcId };
  return (await somebody.send(new CreateSecurityGroupCommand(input))).GroupId ?? "";
}

const NO_GROUP = "sg-0a000000000000fff";
const BURSTABLE = { instanceType: "t3.large", cpuCredits: "unlimited" };

describe("an option that a type does not take", () => {
  for (const [option, given, property, reason] of [
    [
      "cpuCredits with a fallback type that is not burstable",
      { ...BURSTABLE, fallbackInstanceTypes: ["t3a.medium", "m5.large"] },
      "cpuCredits",
      'cpuCredits is "unlimited", but fallbackInstanceTypes[1]: m5.large is not burstable and has no CPU credits; take cpuCredits out, or name burstable types only (T2, T3, T3a, T4g)',
    ],
    [
      "cpuCredits with a type that is not burstable",
      { instanceType: "m5.large", cpuCredits: "standard" },
      "cpuCredits",
      'cpuCredits is "standard", but instanceType: m5.large is not burstable and has no CPU credits; take cpuCredits out, or name burstable types only (T2, T3, T3a, T4g)',
    ],
    [
      "cpuOptions with a fallback type that has fewer cores",
      {
        instanceType: "m5.2xlarge",
        fallbackInstanceTypes: ["m5.large"],
        cpuOptions: { coreCount: 2, threadsPerCore: 1 },
      },
      "cpuOptions",
      "cpuOptions asks for 2 cores with 1 threads each, but fallbackInstanceTypes[0]: m5.large takes 1 cores with 1 or 2 threads each; give what each type takes, or take cpuOptions out",
    ],
    [
      "cpuOptions with T2",
      { instanceType: "t2.micro", cpuOptions: { coreCount: 1, threadsPerCore: 1 } },
      "cpuOptions",
      "cpuOptions asks for 1 cores with 1 threads each, but instanceType: t2.micro takes no CPU options; give what each type takes, or take cpuOptions out",
    ],
    [
      "ebsOptimized",
      { ebsOptimized: true, fallbackInstanceTypes: ["t2.medium"] },
      "ebsOptimized",
      "ebsOptimized is true, but fallbackInstanceTypes[0]: t2.medium cannot be EBS-optimized; take ebsOptimized out, or name types that can be (the newer ones always are)",
    ],
    [
      "tenancy",
      { tenancy: "dedicated", fallbackInstanceTypes: ["t2.medium"] },
      "tenancy",
      'tenancy is "dedicated", but fallbackInstanceTypes[0]: t2.medium cannot be a Dedicated Instance; take tenancy out, or name other types',
    ],
  ] as const) {
    it(`is refused, with the input and the type: ${option}`, async () => {
      assert.deepEqual(await only(ofCreate(scene(), given)), { property, reason });
    });
  }

  it("is refused of a placement group by its strategy", async () => {
    const the = scene();
    await the.somebody.send(new CreatePlacementGroupCommand({ GroupName: "close", Strategy: "cluster" }));
    const given = { placementGroup: "close", fallbackInstanceTypes: ["t3.large"] };
    assert.deepEqual(await only(ofCreate(the, given)), {
      property: "placementGroup",
      reason:
        "placementGroup: close is a cluster placement group, but fallbackInstanceTypes[0]: t3.large takes partition and spread placement groups only; name another placement group, or types that its strategy takes",
    });
  });

  it("is fine where each type takes it", async () => {
    const the = scene();
    assert.deepEqual(await ofCreate(the, { ...BURSTABLE, fallbackInstanceTypes: ["t3a.medium"] }), []);
    const given = {
      instanceType: "m5.large",
      ebsOptimized: true,
      tenancy: "dedicated",
      placementGroup: WELL_KNOWN.placementGroup,
      cpuOptions: { coreCount: 1, threadsPerCore: 2 },
    };
    assert.deepEqual(await ofCreate(the, given), []);
    assert.deepEqual(await ofCreate(the, { instanceType: "t2.micro", ebsOptimized: false, tenancy: "default" }), []);
  });

  it("is judged as soon as it or a type changes, and never by what is not known yet", async () => {
    const wrong = { ...BURSTABLE, fallbackInstanceTypes: ["m5.large"] };
    const the = scene();
    assert.equal((await ofUpdate(the, { instanceType: "m5.large" }, { cpuCredits: "standard" })).length, 1);
    assert.equal((await ofUpdate(the, BURSTABLE, { fallbackInstanceTypes: ["m5.large"] })).length, 1);
    assert.deepEqual(await ofUpdate(the, wrong, { tags: { Team: "a" } }), []);
    assert.deepEqual(await ofCreate(the, { ...BURSTABLE, fallbackInstanceTypes: [UNKNOWN] }), []);
    assert.deepEqual(await ofCreate(the, { instanceType: "m5.large", cpuCredits: UNKNOWN }), []);
  });
});

describe("a security group", () => {
  it("has to exist", async () => {
    const given = { securityGroupIds: [WELL_KNOWN.otherSecurityGroup, NO_GROUP] };
    assert.deepEqual(await only(ofCreate(scene(), given)), {
      property: "securityGroupIds[1]",
      reason: `securityGroupIds[1]: ${NO_GROUP} does not exist in us-east-1; check it, and the region`,
    });
  });

  it("has to be of the subnet's VPC, or associated with it", async () => {
    const the = scene();
    const id = await group(the, "elsewhere", WELL_KNOWN.defaultVpcId);
    const { property, reason } = await only(ofCreate(the, { securityGroupIds: [id] }));
    assert.equal(property, "securityGroupIds[0]");
    assert.equal(
      reason,
      `securityGroupIds[0]: ${id} is of ${WELL_KNOWN.defaultVpcId}, but subnetId: ${WELL_KNOWN.subnetA} is in ${WELL_KNOWN.vpcId}; name a security group of ${WELL_KNOWN.vpcId}, or associate this one with it`,
    );
    await the.somebody.send(new AssociateSecurityGroupVpcCommand({ GroupId: id, VpcId: WELL_KNOWN.vpcId }));
    const later = scene();
    later.simulator.restore(the.simulator.snapshot());
    assert.deepEqual(await ofCreate(later, { securityGroupIds: [id] }), []);
  });

  it("is judged again in another subnet, and not where neither changes", async () => {
    const the = scene();
    const before = { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] };
    const [moved] = await ofUpdate(the, before, { subnetId: WELL_KNOWN.defaultSubnets[0] });
    assert.match(moved?.reason ?? "", /is of vpc-\w+, but subnetId: /);
    assert.deepEqual(await ofUpdate(the, { securityGroupIds: [NO_GROUP] }, { tags: { Team: "a" } }), []);
  });

  it("is one of at most as many as the account may put on an interface, which is asked for with more than five", async () => {
    const the = scene();
    const securityGroupIds: string[] = [];
    for (const name of ["a", "b", "c", "d", "e"]) {
      securityGroupIds.push(await group(the, name));
    }
    the.calls();
    assert.deepEqual(await ofCreate(the, { securityGroupIds }), []);
    assert.ok(!the.calls().includes("DescribeAccountAttributes"));
    const more = { securityGroupIds: [...securityGroupIds, WELL_KNOWN.otherSecurityGroup] };
    const { property, reason } = await only(ofCreate(the, more));
    assert.equal(property, "securityGroupIds");
    assert.match(reason, /^securityGroupIds has 6 groups, and this account can put 5 on .*us-east-1; .*L-2AFB9258/);
    const raised = scene();
    raised.simulator.restore(the.simulator.snapshot());
    raised.simulator.quotas.set("security-groups-per-interface", 6);
    assert.deepEqual(await ofCreate(raised, more), []);
  });

  it("has to be named in a subnet that another account shares", async () => {
    const the = scene();
    const state = the.simulator.snapshot();
    Object.assign(state.subnets[WELL_KNOWN.subnetA] ?? {}, { ownerId: "999999999999" });
    Reflect.deleteProperty(state.securityGroups, WELL_KNOWN.securityGroup);
    the.simulator.restore(state);
    const { property, reason } = await only(ofCreate(the));
    assert.equal(property, "securityGroupIds");
    assert.match(
      reason,
      /^securityGroupIds: name at least one; .* subnetId: subnet-\w+ is in vpc-\w+, .*another account's/,
    );
    assert.deepEqual(await ofCreate(the, { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] }), []);
    const dropped = await ofUpdate(
      the,
      { securityGroupIds: [WELL_KNOWN.otherSecurityGroup] },
      { securityGroupIds: undefined },
    );
    assert.equal(dropped.length, 1);
    // What is adopted has its groups.
    assert.deepEqual(await ofCreate(the, { adopt: { networkInterfaceId: "eni-0a1b2c3d4e5f60718" } }), []);
  });
});

describe("a key pair and a placement group", () => {
  it("have to exist", async () => {
    const the = scene();
    assert.deepEqual(await only(ofCreate(the, { keyName: "nobody" })), {
      property: "keyName",
      reason: "keyName: nobody does not exist in us-east-1; check it, and the region: key pairs are regional",
    });
    assert.deepEqual(await only(ofCreate(the, { placementGroup: "nowhere" })), {
      property: "placementGroup",
      reason: "placementGroup: nowhere does not exist in us-east-1; check it, and the region",
    });
    const there = { keyName: WELL_KNOWN.keyName, placementGroup: WELL_KNOWN.placementGroup };
    assert.deepEqual(await ofCreate(the, there), []);
  });
});

describe("a Local Zone", () => {
  const BORDER = "us-east-1-bos-1";

  async function boston(): Promise<Scene & { subnetId: string }> {
    const the = scene();
    const { somebody } = the;
    await somebody.send(new ModifyAvailabilityZoneGroupCommand({ GroupName: BORDER, OptInStatus: "opted-in" }));
    const input = { VpcId: WELL_KNOWN.vpcId, CidrBlock: "10.0.20.0/24", AvailabilityZone: "us-east-1-bos-1a" };
    const { Subnet } = await somebody.send(new CreateSubnetCommand(input));
    return { ...the, subnetId: Subnet?.SubnetId ?? "" };
  }

  async function allocated({ somebody }: Scene, NetworkBorderGroup?: string): Promise<string> {
    return (await somebody.send(new AllocateAddressCommand({ NetworkBorderGroup }))).AllocationId ?? "";
  }

  it("takes a given Elastic IP of its network border group only, and the region's own zones none of it", async () => {
    const the = await boston();
    const [ofRegion, ofBoston] = [await allocated(the), await allocated(the, BORDER)];
    const there = { subnetId: the.subnetId, instanceType: "t3.medium" };
    assert.deepEqual(await ofCreate(the, { ...there, elasticIp: ofBoston }), []);
    assert.deepEqual(await ofCreate(the, { elasticIp: ofRegion }), []);
    assert.deepEqual(await only(ofCreate(the, { ...there, elasticIp: ofRegion })), {
      property: "elasticIp",
      reason: `subnetId: ${the.subnetId} is in us-east-1-bos-1a, where Elastic IPs are of the network border group ${BORDER}, but elasticIp: ${ofRegion} is of us-east-1; give one of ${BORDER}, or true to allocate one`,
    });
    const { reason } = await only(ofCreate(the, { elasticIp: ofBoston }));
    assert.match(reason, /of the network border group us-east-1, but elasticIp: eipalloc-\w+ is of us-east-1-bos-1;/);
  });

  it("is no place to move to with an Elastic IP that was allocated elsewhere", async () => {
    const the = await boston();
    const allocationId = await allocated(the);
    const before = { elasticIp: true, instanceType: "t3.medium" };
    const { property, reason } = await only(ofUpdate(the, before, { subnetId: the.subnetId }, { allocationId }));
    assert.equal(property, "subnetId");
    assert.match(
      reason,
      /but the Elastic IP [\d.]+ of this machine is of us-east-1; .*elasticIp: false in an up of its own$/,
    );
  });

  it("is asked about by itself only: no zone of the region is", async () => {
    const the = await boston();
    await ofCreate(the, { elasticIp: await allocated(the) });
    assert.ok(!the.calls().includes("DescribeAvailabilityZones"));
    deny(the, "DescribeAvailabilityZones");
    const there = { subnetId: the.subnetId, instanceType: "t3.medium" };
    assert.deepEqual(await ofCreate(the, { ...there, elasticIp: await allocated(the) }), []);
  });
});

describe("a device name of Windows", () => {
  const volume = (deviceName: string): Inputs => ({ dataVolumes: [{ name: "data", deviceName, size: 10 }] });

  function windows(): Scene {
    const the = scene();
    const state = the.simulator.snapshot();
    Object.assign(state.images[WELL_KNOWN.imageV2] ?? {}, { platform: "windows" });
    the.simulator.restore(state);
    return the;
  }

  it("is for an image of Windows, which takes Linux's names too", async () => {
    const the = windows();
    for (const deviceName of ["xvdf", "xvdca", "/dev/sdf"]) {
      assert.deepEqual(await ofCreate(the, { imageId: WELL_KNOWN.imageV2, ...volume(deviceName) }), []);
    }
  });

  it("is refused with an image of Linux, as soon as the volume or the image changes", async () => {
    const the = windows();
    const reason = `dataVolumes[0].deviceName: xvdf is a device name for Windows, but imageId: ${WELL_KNOWN.imageV1} is for Linux; write /dev/sdf, or another of /dev/sdf to /dev/sdp`;
    const failure = { property: "dataVolumes[0].deviceName", reason };
    assert.deepEqual(await only(ofCreate(the, volume("xvdf"))), failure);
    const before = { imageId: WELL_KNOWN.imageV2, ...volume("xvdf") };
    assert.deepEqual(await only(ofUpdate(the, before, { imageId: WELL_KNOWN.imageV1 })), failure);
    assert.deepEqual(await ofCreate(the, { imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, ...volume("xvdf") }), []);
  });
});

describe("credentials that may not look something up", () => {
  it("pass a preview that says nothing of it, and are not asked twice", async () => {
    const the = scene();
    const id = await group(the, "elsewhere", WELL_KNOWN.defaultVpcId);
    const securityGroupIds: string[] = [id];
    for (const name of ["a", "b", "c", "d", "e"]) {
      securityGroupIds.push(await group(the, name));
    }
    deny(
      the,
      "DescribeAccountAttributes",
      "DescribeAvailabilityZones",
      "DescribeKeyPairs",
      "DescribePlacementGroups",
      "GetSecurityGroupsForVpc",
    );
    the.calls();
    const given = { securityGroupIds, keyName: "nobody", placementGroup: "nowhere" };
    assert.deepEqual(await ofCreate(the, given), []);
    assert.ok(the.calls().includes("DescribeKeyPairs"));
    assert.deepEqual(await ofCreate(the, given), []);
    assert.deepEqual(the.calls(), []);
    deny(the, "DescribeSecurityGroups");
    assert.deepEqual(await ofCreate(the, { securityGroupIds: [NO_GROUP] }), []);
  });

  it("are told apart from an EC2 that does not answer, which is thrown", async () => {
    for (const action of ["DescribeKeyPairs", "DescribeSecurityGroups", "DescribePlacementGroups"]) {
      const the = scene();
      the.simulator.faults.add({ action, error: { code: "PendingVerification" } });
      const given = { keyName: "nobody", placementGroup: "nowhere" };
      await assert.rejects(ofCreate(the, given), /PendingVerification/, action);
    }
  });
});
