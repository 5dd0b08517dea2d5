/** The image, the types, and the zone that has them. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { UNKNOWN } from "../../../../provider/inputs/validation";
import { ALIAS, IPV6, NO_IMAGE, ofCreate, ofUpdate, only, scene } from "./scene";

describe("the surroundings", () => {
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
});
