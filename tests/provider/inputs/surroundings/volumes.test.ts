import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { checked, NO_SUBNET, ofCreate, ofUpdate, only, scene, TO_B, volume } from "./scene";

describe("the surroundings", () => {
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
});
