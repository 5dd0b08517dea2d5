import assert from "node:assert/strict";
import { AllocateAddressCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../local/ec2";
import { createEc2 } from "../../../provider/ec2/client";
import type { Ec2 } from "../../../provider/ec2/ec2";
import { Ec2Error } from "../../../provider/ec2/errors";
import { checkInputs } from "../../../provider/inputs/inputs";
import { Surroundings } from "../../../provider/inputs/surroundings";
import { type Failure, UNKNOWN } from "../../../provider/inputs/validation";
import { CALLER, simulated } from "../../local/ec2/support";
import { program } from "../support";

type Inputs = Record<string, unknown>;

const REGION = "us-east-1";
const NO_SUBNET = "subnet-0a000000000000fff";
const NO_IMAGE = "ami-0a000000000000fff";
const ALIAS = `resolve:ssm:${WELL_KNOWN.imageAlias}`;

interface Scene {
  surroundings: Surroundings;
  /** The pauses, in milliseconds. */
  pauses: number[];
  /** What EC2 was asked since the last time. */
  calls: () => string[];
  /** @returns its id */
  makeVolume: (zone: string, size: number) => Promise<string>;
  /** Allocates an Elastic IP. */
  allocate: () => Promise<{ id: string; address: string }>;
}

/** A simulated account, in virtual time; `standIn` answers in place of the client where it has an answer of its own. */
function scene(standIn: (ec2: Ec2) => Partial<Ec2> = () => ({})): Scene {
  const { simulator, ec2: somebody, clock } = simulated();
  const pauses: number[] = [];
  const time = {
    now: () => clock.now(),
    sleep: (ms: number) => {
      pauses.push(ms);
      clock.advance(ms);
      return Promise.resolve();
    },
  };
  const client = createEc2({
    region: REGION,
    clock: time,
    requestHandler: simulator.requestHandler(),
    ...CALLER,
  });
  const ec2 = new Proxy(client, {
    get: (target, name): unknown => {
      const own = (standIn(target) as Record<string | symbol, unknown>)[name];
      const it = own ?? (target as unknown as Record<string | symbol, unknown>)[name];
      return typeof it === "function" ? (it.bind(target) as unknown) : it;
    },
  });
  return {
    surroundings: new Surroundings(() => ec2, time, REGION),
    pauses,
    calls: () => {
      const made = simulator.calls().map((it) => it.action);
      simulator.clearCalls();
      return made.sort();
    },
    allocate: async () => {
      const { AllocationId = "", PublicIp = "" } = await somebody.send(new AllocateAddressCommand({ Domain: "vpc" }));
      return { id: AllocationId, address: PublicIp };
    },
    makeVolume: async (AvailabilityZone, Size) => {
      const { VolumeId = "" } = await somebody.send(new CreateVolumeCommand({ AvailabilityZone, Size }));
      simulator.clearCalls();
      return VolumeId;
    },
  };
}

function checked(overrides: Inputs): Inputs {
  const { inputs, failures } = checkInputs(program(overrides), REGION);
  assert.deepEqual(failures, []);
  return inputs;
}

/** As of a create: everything is new. */
function ofCreate({ surroundings }: Scene, overrides: Inputs = {}): Promise<Failure[]> {
  return surroundings.failures(checked(overrides), {}, () => true);
}

/** As of an update that changes these inputs. */
function ofUpdate({ surroundings }: Scene, before: Inputs, changes: Inputs): Promise<Failure[]> {
  const inputs = checked({ ...before, ...changes });
  return surroundings.failures(inputs, checked(before), (name) => name in changes);
}

/** The one failure. */
async function only(found: Promise<Failure[]>): Promise<Failure> {
  const [failure, ...others] = await found;
  assert.ok(failure !== undefined, "there should be a failure");
  assert.deepEqual(others, []);
  assert.ok(!failure.reason.includes("\n"));
  return failure;
}

/** With a type that the other zone has. */
const TO_B = { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" };

/** What a machine is looked up by that names one image, one type and one subnet. */
const ONCE = [
  "DescribeImages",
  "DescribeInstanceTypeOfferings",
  "DescribeInstanceTypes",
  "DescribeSecurityGroups",
  "DescribeSubnets",
];

const volume = (overrides: Inputs = {}): Inputs => ({ name: "data", deviceName: "/dev/sdf", size: 10, ...overrides });
const IPV6 = { subnetId: WELL_KNOWN.dualStackSubnet };

describe("the surroundings", () => {
  it("have nothing against a program that fits", async () => {
    const the = scene();
    const volumeId = await the.makeVolume("us-east-1a", 10);
    const given = {
      ...IPV6,
      privateIp: "10.0.6.7",
      secondaryPrivateIps: ["10.0.6.8"],
      ipv6Addresses: ["2001:db8:6:600::7"],
      fallbackInstanceTypes: ["m6i.large", "c6i.large"],
      dataVolumes: [volume({ volumeId }), volume({ name: "log", deviceName: "/dev/sdg" })],
    };
    assert.deepEqual(await ofCreate(the, given), []);
    assert.deepEqual(the.pauses, []);
  });

  describe("an address", () => {
    for (const [property, given, address] of [
      ["privateIp", { privateIp: "10.0.2.7" }, "10.0.2.7"],
      ["secondaryPrivateIps[1]", { secondaryPrivateIps: ["10.0.1.8", "10.9.9.9"] }, "10.9.9.9"],
    ] as const) {
      it(`of ${property} outside of the subnet is refused: both are named, with the block and what is free`, async () => {
        const failure = await only(ofCreate(scene(), given));
        assert.equal(failure.property, property);
        assert.equal(
          failure.reason,
          `${property}: ${address} is outside of subnetId: ${WELL_KNOWN.subnetA}, which is 10.0.1.0/24; give an address from 10.0.1.4 to 10.0.1.254, or another subnetId`,
        );
      });
    }

    for (const privateIp of ["10.0.1.0", "10.0.1.1", "10.0.1.3", "10.0.1.255"]) {
      it(`${privateIp} is AWS's own`, async () => {
        const { property, reason } = await only(ofCreate(scene(), { privateIp }));
        assert.equal(property, "privateIp");
        assert.match(
          reason,
          /10\.0\.1\.\d+ is AWS's own, as the first four .* subnetId: subnet-.*10\.0\.1\.0\/24.*from/,
        );
      });
    }

    it("of IPv6 outside of the subnet's blocks is refused", async () => {
      const given = { ...IPV6, ipv6Addresses: ["2001:db8:6:600::7", "2001:db8:6:601::7"] };
      const { property, reason } = await only(ofCreate(scene(), given));
      assert.equal(property, "ipv6Addresses[1]");
      assert.match(reason, /2001:db8:6:601::7 is outside of subnetId: subnet-\w+, which is 2001:db8:6:600::\/64/);
    });

    for (const [property, given] of [
      ["ipv6Addresses", { ipv6Addresses: ["2001:db8::7"] }],
      ["ipv6AddressCount", { ipv6AddressCount: 1 }],
    ] as const) {
      it(`by ${property} is refused in a subnet without IPv6`, async () => {
        const failure = await only(ofCreate(scene(), given));
        assert.equal(failure.property, property);
        assert.match(failure.reason, /subnetId: subnet-\w+ has no IPv6 block/);
      });
    }

    it("that is not wanted needs no IPv6", async () => {
      assert.deepEqual(await ofCreate(scene(), { ipv6Addresses: [] }), []);
      assert.deepEqual(await ofCreate(scene(), { ipv6AddressCount: 0 }), []);
    });

    it("that stays is judged by the subnet that is new", async () => {
      const found = ofUpdate(scene(), { privateIp: "10.0.1.7" }, TO_B);
      assert.equal((await only(found)).property, "privateIp");
    });

    it("that is new is judged by the subnet that stays", async () => {
      for (const [changes, property] of [
        [{ privateIp: "10.0.2.7" }, "privateIp"],
        [{ secondaryPrivateIps: ["10.0.2.7"] }, "secondaryPrivateIps[0]"],
        [{ ipv6Addresses: ["2001:db8::7"] }, "ipv6Addresses"],
        [{ ipv6AddressCount: 2 }, "ipv6AddressCount"],
      ] as const) {
        assert.equal((await only(ofUpdate(scene(), {}, changes))).property, property);
      }
    });
  });

  it("miss a subnet in words", async () => {
    const { property, reason } = await only(ofCreate(scene(), { subnetId: NO_SUBNET, privateIp: "10.0.1.7" }));
    assert.equal(property, "subnetId");
    assert.match(reason, new RegExp(`^subnetId: ${NO_SUBNET} does not exist in us-east-1; `));
  });

  describe("the image and the types", () => {
    it("miss an image in words", async () => {
      const { property, reason } = await only(ofCreate(scene(), { imageId: NO_IMAGE }));
      assert.equal(property, "imageId");
      assert.match(reason, new RegExp(`^imageId: ${NO_IMAGE} does not exist in us-east-1; .*shared`));
    });

    it("need an image that is available", async () => {
      const image = {
        id: WELL_KNOWN.imageV1,
        state: "pending",
        architecture: "x86_64",
        virtualizationType: "hvm",
        enaSupport: true,
        rootDeviceName: "/dev/xvda",
        devices: [],
        isForImdsV2: true,
        platform: "linux" as const,
      };
      const { property, reason } = await only(ofCreate(scene(() => ({ describeImage: () => Promise.resolve(image) }))));
      assert.equal(property, "imageId");
      assert.match(reason, /is pending, .*wait until it is available/);
    });

    it("need types of the region", async () => {
      const found = await ofCreate(scene(), {
        instanceType: "m7i.huge",
        fallbackInstanceTypes: ["m6i.large", "x9.large"],
      });
      assert.deepEqual(
        found.map((it) => it.property),
        ["instanceType", "fallbackInstanceTypes[1]"],
      );
      assert.match(found[0]?.reason ?? "", /^instanceType: m7i\.huge is not an instance type of us-east-1; /);
      assert.match(
        found[1]?.reason ?? "",
        /^fallbackInstanceTypes\[1\]: x9\.large is not an instance type of us-east-1/,
      );
    });

    it("must be of one architecture: the type and the image are named", async () => {
      const { property, reason } = await only(ofCreate(scene(), { imageId: WELL_KNOWN.imageArm }));
      assert.equal(property, "instanceType");
      assert.match(
        reason,
        new RegExp(`^instanceType: m7i\\.large is .*x86_64, but imageId: ${WELL_KNOWN.imageArm} is arm64; `),
      );
    });

    it("must be of one architecture, those that are fallen back to as well", async () => {
      const { property, reason } = await only(ofCreate(scene(), { fallbackInstanceTypes: ["m6i.large", "m7g.large"] }));
      assert.equal(property, "fallbackInstanceTypes[1]");
      assert.match(reason, /^fallbackInstanceTypes\[1\]: m7g\.large is arm64, but imageId: ami-\w+ is x86_64; /);
    });

    it("must be of one architecture where the image is looked up at launch: then of the first type's", async () => {
      const the = scene();
      const { property, reason } = await only(
        ofCreate(the, { imageId: ALIAS, fallbackInstanceTypes: ["m6i.large", "m7g.large"] }),
      );
      assert.equal(property, "fallbackInstanceTypes[1]");
      assert.match(reason, /m7g\.large is arm64, but instanceType: m7i\.large is .*x86_64/);
      assert.ok(!the.calls().includes("DescribeImages"));
      assert.deepEqual(await ofCreate(the, { imageId: ALIAS, instanceType: "m7g.large" }), []);
    });

    it("are judged as soon as one of them changes", async () => {
      const arm = { imageId: WELL_KNOWN.imageArm };
      assert.equal((await only(ofUpdate(scene(), {}, arm))).property, "instanceType");
      assert.equal((await only(ofUpdate(scene(), {}, { instanceType: "m7g.large" }))).property, "instanceType");
      const fallback = { fallbackInstanceTypes: ["m7g.large"] };
      assert.equal((await only(ofUpdate(scene(), {}, fallback))).property, "fallbackInstanceTypes[0]");
    });
  });

  describe("the type", () => {
    it("must take the secondary private IPs, with the primary one", async () => {
      const few = { instanceType: "t3.micro", secondaryPrivateIpCount: 1 };
      assert.deepEqual(await ofCreate(scene(), few), []);
      const { property, reason } = await only(ofCreate(scene(), { ...few, secondaryPrivateIpCount: 2 }));
      assert.equal(property, "secondaryPrivateIpCount");
      assert.equal(
        reason,
        "secondaryPrivateIpCount: t3.micro takes 2 private IPv4 addresses on an interface, and this would be 3; give fewer, or types that take more",
      );
      const named = { instanceType: "t3.micro", secondaryPrivateIps: ["10.0.1.8", "10.0.1.9"] };
      assert.equal((await only(ofCreate(scene(), named))).property, "secondaryPrivateIps");
    });

    it("must take the IPv6 addresses", async () => {
      const { reason } = await only(ofCreate(scene(), { ...IPV6, instanceType: "t3.micro", ipv6AddressCount: 3 }));
      assert.match(reason, /^ipv6AddressCount: t3\.micro takes 2 IPv6 addresses on an interface, and this would be 3;/);
    });

    it("must take them as a fallback too, and is judged as soon as it or they change", async () => {
      const two = { secondaryPrivateIpCount: 2 };
      const small = { fallbackInstanceTypes: ["t3.micro"] };
      for (const found of [
        ofUpdate(scene(), small, two),
        ofUpdate(scene(), two, small),
        ofUpdate(scene(), two, { instanceType: "t3.micro" }),
      ]) {
        assert.match((await only(found)).reason, /^secondaryPrivateIpCount: t3\.micro takes 2 /);
      }
      assert.deepEqual(await ofUpdate(scene(), { ...two, ...small }, { tags: { Team: "a" } }), []);
    });
  });

  describe("the zone of the subnet", () => {
    const ZONE_B = { subnetId: WELL_KNOWN.subnetB };

    it("must offer the type: the zones that have it are named", async () => {
      const { property, reason } = await only(ofCreate(scene(), { ...ZONE_B, instanceType: "m7i.large" }));
      assert.equal(property, "instanceType");
      assert.equal(
        reason,
        `instanceType: m7i.large is not offered in us-east-1b, the zone of subnetId: ${WELL_KNOWN.subnetB}; take a type that is, or a subnet of a zone that has it: m7i.large (us-east-1a, us-east-1c)`,
      );
    });

    it("must offer one of the types that may be launched, of which each is named with its zones", async () => {
      const types = { ...ZONE_B, instanceType: "m7i.large", fallbackInstanceTypes: ["i4i.large"] };
      const { property, reason } = await only(ofCreate(scene(), types));
      assert.equal(property, "instanceType");
      assert.match(
        reason,
        /not offered in us-east-1b, .*, nor is one of fallbackInstanceTypes; .*: m7i\.large \(.*\); i4i\.large \(us-east-1a, us-east-1c\)$/,
      );
      assert.deepEqual(await ofCreate(scene(), { ...types, fallbackInstanceTypes: ["i4i.large", "t3.medium"] }), []);
    });

    it("is judged as soon as the type, the fallback types or the subnet change", async () => {
      const small = { ...ZONE_B, instanceType: "t3.medium" };
      const both = { ...ZONE_B, instanceType: "m7i.large", fallbackInstanceTypes: ["t3.medium"] };
      for (const found of [
        ofUpdate(scene(), small, { instanceType: "m7i.large" }),
        ofUpdate(scene(), both, { fallbackInstanceTypes: [] }),
        ofUpdate(scene(), { instanceType: "m7i.large" }, ZONE_B),
      ]) {
        assert.equal((await only(found)).property, "instanceType");
      }
      assert.deepEqual(await ofUpdate(scene(), both, { tags: { Team: "a" } }), []);
    });

    it("waits for what is not known yet", async () => {
      const unknown = { ...ZONE_B, instanceType: "m7i.large", fallbackInstanceTypes: ["i4i.large", UNKNOWN] };
      assert.deepEqual(await ofCreate(scene(), unknown), []);
      assert.deepEqual(await ofCreate(scene(), { ...unknown, subnetId: UNKNOWN }), []);
    });

    it("is not what a type lacks that the region does not have", async () => {
      const { reason } = await only(ofCreate(scene(), { ...ZONE_B, instanceType: "m7i.huge" }));
      assert.match(reason, /is not an instance type of us-east-1/);
    });
  });

  describe("a given Elastic IP", () => {
    for (const elasticIp of ["eipalloc-0a000000000000fff", "198.51.100.9"]) {
      it(`must be there: ${elasticIp}`, async () => {
        for (const found of [ofCreate(scene(), { elasticIp }), ofUpdate(scene(), { elasticIp: true }, { elasticIp })]) {
          const { property, reason } = await only(found);
          assert.equal(property, "elasticIp");
          assert.equal(
            reason,
            `elasticIp: ${elasticIp} does not exist in us-east-1; give one of this account, or true to allocate one`,
          );
        }
      });
    }

    it("is found by its id and by its address", async () => {
      const the = scene();
      const { id, address } = await the.allocate();
      assert.deepEqual(await ofCreate(the, { elasticIp: id }), []);
      assert.deepEqual(await ofCreate(the, { elasticIp: address }), []);
    });
  });

  describe("a given volume", () => {
    it("must be there", async () => {
      const the = scene();
      const volumeId = await the.makeVolume("us-east-1a", 10);
      const missing = "vol-0a000000000000fff";
      const { property, reason } = await only(
        ofCreate(the, {
          dataVolumes: [volume({ volumeId }), volume({ name: "b", deviceName: "/dev/sdg", volumeId: missing })],
        }),
      );
      assert.equal(property, "dataVolumes[1].volumeId");
      assert.match(reason, new RegExp(`^dataVolumes\\[1\\]\\.volumeId: ${missing} does not exist in us-east-1; `));
    });

    it("must be in the subnet's zone", async () => {
      const the = scene();
      const volumeId = await the.makeVolume("us-east-1b", 10);
      for (const found of [
        ofCreate(the, { dataVolumes: [volume({ volumeId })] }),
        ofUpdate(the, {}, { dataVolumes: [volume({ volumeId })] }),
        ofUpdate(
          the,
          { subnetId: WELL_KNOWN.subnetB, dataVolumes: [volume({ volumeId })] },
          { subnetId: WELL_KNOWN.subnetA },
        ),
      ]) {
        const { property, reason } = await only(found);
        assert.equal(property, "dataVolumes[0].volumeId");
        assert.match(
          reason,
          /vol-\w+ is in us-east-1b, but subnetId: subnet-\w+ is in us-east-1a, .*of us-east-1b, or/,
        );
      }
    });

    it("cannot shrink, which is said once", async () => {
      const the = scene();
      const volumeId = await the.makeVolume("us-east-1a", 20);
      const { property, reason } = await only(ofCreate(the, { dataVolumes: [volume({ volumeId })] }));
      assert.equal(property, "dataVolumes[0].size");
      assert.match(reason, /10 GiB is asked for and vol-\w+ has 20, but EBS volumes cannot shrink; give at least 20/);
      const before = { dataVolumes: [volume({ volumeId, size: 20 })] };
      await only(ofUpdate(the, before, { dataVolumes: [volume({ volumeId })] }));
      assert.deepEqual(await ofCreate(the, { dataVolumes: [volume({ volumeId, size: 20 })] }), []);
    });
  });

  describe("a move to another zone", () => {
    it("is refused where data volumes would stay behind: it names the zone and what can be done", async () => {
      const { property, reason } = await only(ofUpdate(scene(), { dataVolumes: [volume()] }, TO_B));
      assert.equal(property, "subnetId");
      assert.match(
        reason,
        /^subnetId: subnet-\w+ is in us-east-1b, but the data volumes of this machine \(data\) are in us-east-1a, .*choose a subnet of us-east-1a, or restore snapshots of them in dataVolumes under new names$/,
      );
    });

    it("goes by the zone that is on record, since the old subnet may be gone", async () => {
      const the = scene();
      const inputs = checked({ ...TO_B, dataVolumes: [volume()] });
      const olds = { ...checked({ subnetId: NO_SUBNET, dataVolumes: [volume()] }), availabilityZone: "us-east-1a" };
      const changed = (name: string): boolean => name === "subnetId";
      assert.equal((await only(the.surroundings.failures(inputs, olds, changed))).property, "subnetId");
      assert.deepEqual(
        await the.surroundings.failures(inputs, { ...olds, availabilityZone: "us-east-1b" }, changed),
        [],
      );
    });

    it("is fine without data volumes, with new ones, or within the zone", async () => {
      const before = { dataVolumes: [volume()] };
      assert.deepEqual(await ofUpdate(scene(), {}, TO_B), []);
      assert.deepEqual(await ofUpdate(scene(), before, { ...TO_B, dataVolumes: [] }), []);
      assert.deepEqual(await ofUpdate(scene(), before, { ...TO_B, dataVolumes: [volume({ name: "restored" })] }), []);
      assert.deepEqual(await ofUpdate(scene(), before, { subnetId: WELL_KNOWN.tinySubnet }), []);
    });
  });

  it("refuse what no machine can become, and ask EC2 nothing for it", async () => {
    const the = scene();
    const before = { dataVolumes: [volume()] };
    const { property } = await only(ofUpdate(the, before, { dataVolumes: [volume({ size: 9 })] }));
    assert.equal(property, "dataVolumes[0].size");
    assert.equal((await only(ofUpdate(the, {}, { adopt: { instanceId: "i-0a1b2c3d" } }))).property, "adopt");
    assert.deepEqual(the.calls(), []);
  });

  it("have no past in another region, where everything is looked up anew", async () => {
    const the = scene();
    const olds = { ...checked({ dataVolumes: [volume()], adopt: { instanceId: "i-0a1b2c3d" } }), region: "eu-west-1" };
    const inputs = checked({ dataVolumes: [volume({ size: 1 })], adopt: { instanceId: "i-1a1b2c3d" } });
    assert.deepEqual(await the.surroundings.failures(inputs, olds, (name) => name === "region"), []);
    // Of what is adopted, the groups are its own.
    assert.deepEqual(
      the.calls(),
      ONCE.filter((it) => it !== "DescribeSecurityGroups"),
    );
  });

  it("are nowhere as long as the region is not known", async () => {
    const the = scene();
    const changes = { region: UNKNOWN, subnetId: NO_SUBNET, dataVolumes: [volume({ size: 1 })] };
    assert.deepEqual(await ofCreate(the, changes), []);
    assert.deepEqual(await ofUpdate(the, { dataVolumes: [volume()] }, changes), []);
    assert.deepEqual(the.calls(), []);
  });

  describe("ask EC2 only what a change makes necessary:", () => {
    const EVERYTHING = {
      privateIp: "10.0.1.7",
      secondaryPrivateIps: ["10.0.1.8"],
      fallbackInstanceTypes: ["m6i.large"],
    };
    for (const [title, changes, calls] of [
      ["nothing where nothing changes", {}, []],
      ["nothing of tags", { tags: { Team: "a" } }, []],
      ["the image alone of user data, for which another instance is launched", { userData: "x" }, ["DescribeImages"]],
      [
        "the types alone of a number of secondary addresses",
        { secondaryPrivateIps: undefined, secondaryPrivateIpCount: 3 },
        ["DescribeInstanceTypes"],
      ],
      ["nothing of an address that goes", { privateIp: undefined, secondaryPrivateIps: [] }, []],
      [
        "the zone alone where fallback types go",
        { fallbackInstanceTypes: [] },
        ["DescribeInstanceTypeOfferings", "DescribeSubnets"],
      ],
      ["the subnet and the image of another address", { privateIp: "10.0.1.9" }, ["DescribeImages", "DescribeSubnets"]],
      [
        "another subnet",
        { subnetId: WELL_KNOWN.tinySubnet, privateIp: "10.0.9.4", secondaryPrivateIps: [] },
        ["DescribeImages", "DescribeInstanceTypeOfferings", "DescribeSecurityGroups", "DescribeSubnets"],
      ],
      [
        "the image, the types and the zone of another type",
        { instanceType: "m5.large" },
        ["DescribeImages", "DescribeInstanceTypeOfferings", "DescribeInstanceTypes", "DescribeSubnets"],
      ],
      ["another given Elastic IP", { elasticIp: "198.51.100.9" }, Array(4).fill("DescribeAddresses") as string[]],
      ["nothing of an Elastic IP that is allocated", { elasticIp: true }, []],
      [
        "the image alone of a volume that is made, whose device it may have",
        { dataVolumes: [volume()] },
        ["DescribeImages"],
      ],
      [
        "the image, the volume and the subnet of a given volume",
        { dataVolumes: [volume({ volumeId: "vol-0a000000000000fff" })] },
        [...(Array(4).fill("DescribeVolumes") as string[]), "DescribeImages", "DescribeSubnets"].sort(),
      ],
    ] as const) {
      it(title, async () => {
        const the = scene();
        await ofUpdate(the, EVERYTHING, changes);
        assert.deepEqual(the.calls(), calls);
      });
    }

    it("nothing of what is not known yet", async () => {
      const the = scene();
      const unknown = {
        subnetId: UNKNOWN,
        privateIp: UNKNOWN,
        secondaryPrivateIps: [UNKNOWN],
        ipv6Addresses: UNKNOWN,
        imageId: UNKNOWN,
        instanceType: UNKNOWN,
        elasticIp: UNKNOWN,
        fallbackInstanceTypes: UNKNOWN,
        dataVolumes: [volume({ volumeId: UNKNOWN }), UNKNOWN],
        securityGroupIds: [UNKNOWN],
        keyName: UNKNOWN,
        placementGroup: UNKNOWN,
        cpuCredits: UNKNOWN,
        adopt: { instanceId: UNKNOWN },
      };
      assert.deepEqual(await ofCreate(the, unknown), []);
      assert.deepEqual(await ofUpdate(the, { dataVolumes: [volume()] }, unknown), []);
      assert.deepEqual(the.calls(), []);
      assert.deepEqual(await ofCreate(the, { subnetId: UNKNOWN, privateIp: "10.0.1.7", imageId: UNKNOWN }), []);
      assert.deepEqual(the.calls(), ["DescribeInstanceTypes"]);
    });
  });

  describe("a thousand machines of one stack", () => {
    const machines = Array.from({ length: 1000 }, (_, index) => ({ tags: { Index: String(index) } }));
    it("ask once what they share, even at the same time", async () => {
      const the = scene();
      const found = await Promise.all(machines.map((overrides) => ofCreate(the, overrides)));
      assert.deepEqual(found.flat(), []);
      assert.deepEqual(the.calls(), ONCE);
      assert.deepEqual(await ofCreate(the), []);
      assert.deepEqual(the.calls(), []);
    });

    it("ask again what was not there, and what went wrong", async () => {
      let denied = true;
      const the = scene((ec2) => ({
        describeSubnet: (id) =>
          denied
            ? Promise.reject(new Ec2Error("DescribeSubnets", "UnauthorizedOperation", "no"))
            : ec2.describeSubnet(id),
      }));
      await assert.rejects(ofCreate(the), /UnauthorizedOperation/);
      denied = false;
      assert.deepEqual(await ofCreate(the), []);
      await ofCreate(the, { imageId: NO_IMAGE, instanceType: "m7i.huge" });
      the.calls();
      await ofCreate(the, { imageId: NO_IMAGE, instanceType: "m7i.huge" });
      assert.deepEqual(the.calls(), [...(Array(4).fill("DescribeImages") as string[]), "DescribeInstanceTypes"]);
    });

    it("do not keep an image that may become available", async () => {
      let state = "pending";
      const the = scene((ec2) => ({
        describeImage: async (id) => {
          const image = await ec2.describeImage(id);
          return image && { ...image, state };
        },
      }));
      assert.equal((await ofCreate(the)).length, 1);
      state = "available";
      assert.deepEqual(await ofCreate(the), []);
    });
  });

  describe("what was made a moment ago", () => {
    /** Answers `late` times as if it were not there. */
    function late(times: number): Scene {
      let [subnet, image, volumes] = [times, times, times];
      const unseen = new Ec2Error("DescribeImages", "InvalidAMIID.NotFound", "not there");
      return scene((ec2) => ({
        describeSubnet: (id) => (subnet-- > 0 ? Promise.resolve(undefined) : ec2.describeSubnet(id)),
        describeImage: (id) => (image-- > 0 ? Promise.reject(unseen) : ec2.describeImage(id)),
        describeVolumes: (filters) => (volumes-- > 0 ? Promise.resolve([]) : ec2.describeVolumes(filters)),
      }));
    }

    it("is looked for three times more, two seconds apart", async () => {
      const the = late(3);
      const volumeId = await the.makeVolume("us-east-1a", 10);
      assert.deepEqual(await ofCreate(the, { dataVolumes: [volume({ volumeId })] }), []);
      assert.deepEqual(the.pauses, Array(9).fill(2000));
    });

    it("is given up then", async () => {
      const the = late(4);
      const volumeId = await the.makeVolume("us-east-1a", 10);
      const found = await ofCreate(the, { dataVolumes: [volume({ volumeId })] });
      assert.deepEqual(
        found.map((it) => it.property),
        ["subnetId", "imageId", "dataVolumes[0].volumeId"],
      );
      assert.equal(the.pauses.length, 9);
    });
  });

  it("throw what EC2 does not answer, and do not take it for nothing", async () => {
    for (const action of ["describeSubnet", "describeImage", "describeInstanceTypes", "findZonesWith"] as const) {
      const refuse = (): Promise<never> => Promise.reject(new Ec2Error(action, "UnauthorizedOperation", "no"));
      await assert.rejects(ofCreate(scene(() => ({ [action]: refuse }))), /UnauthorizedOperation/);
    }
  });
});
