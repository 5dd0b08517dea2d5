import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { Ec2Error } from "../../../../provider/ec2/errors";
import { UNKNOWN } from "../../../../provider/inputs/validation";
import { checked, IPV6, NO_IMAGE, NO_SUBNET, ofCreate, ofUpdate, ONCE, only, scene, type Scene, volume } from "./scene";

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
    // An adopted interface keeps its own groups.
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

  it("throw what EC2 does not answer, and do not take it for nothing", async () => {
    for (const action of ["describeSubnet", "describeImage", "describeInstanceTypes", "findZonesWith"] as const) {
      const refuse = (): Promise<never> => Promise.reject(new Ec2Error(action, "UnauthorizedOperation", "no"));
      await assert.rejects(ofCreate(scene(() => ({ [action]: refuse }))), /UnauthorizedOperation/);
    }
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

  describe("a thing that was made a moment ago", () => {
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
});
