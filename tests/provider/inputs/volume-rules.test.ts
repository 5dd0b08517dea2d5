import assert from "node:assert/strict";
import { type Failure, UNKNOWN } from "../../../provider/inputs/validation";
import { failures, inputs } from "./checking";

function firstOf(list: unknown): object {
  return (list as object[])[0] ?? {};
}

describe("inputs that do not go together", () => {
  describe("data volumes", () => {
    const VOLUME = { name: "data", deviceName: "/dev/sdf", size: 100 };
    const failuresOf = (...volumes: unknown[]): Failure[] => failures({ dataVolumes: volumes });
    const one = (overrides: Record<string, unknown>): Failure[] => failuresOf({ ...VOLUME, ...overrides });

    it("are gp3, with what EBS gives of itself, unless they say otherwise or are given", () => {
      const given = { ...VOLUME, name: "b", deviceName: "/dev/sdg", volumeId: "vol-0a1b2c3d" };
      const io2 = { ...VOLUME, name: "c", deviceName: "/dev/sdh", type: "io2", iops: 4000 };
      assert.deepEqual(inputs({ dataVolumes: [VOLUME, given, io2] }).dataVolumes, [
        { ...VOLUME, type: "gp3", iops: 3000, throughput: 125 },
        given,
        io2,
      ]);
      assert.ok(!("type" in firstOf(inputs({ dataVolumes: [{ ...VOLUME, volumeId: UNKNOWN }] }).dataVolumes)));
    });

    it("may come from a snapshot, at its size or another", () => {
      assert.deepEqual(one({ size: undefined, snapshotId: "snap-0a1b2c3d" }), []);
      assert.deepEqual(one({ snapshotId: "snap-0a1b2c3d", encrypted: true, kmsKeyId: "alias/disk" }), []);
    });

    it("may be given, with another shape", () => {
      assert.deepEqual(one({ size: undefined, volumeId: "vol-0a1b2c3d4e5f60718" }), []);
      assert.deepEqual(one({ volumeId: "vol-0a1b2c3d", type: "io1", throughput: undefined }), []);
    });

    for (const deviceName of ["/dev/sdb", "/dev/sdz", "/dev/xvdb", "/dev/xvdz", "/dev/xvdba", "/dev/xvdaa"]) {
      it(`may be on ${deviceName}`, () => {
        assert.deepEqual(one({ deviceName }), []);
      });
    }

    for (const deviceName of ["/dev/sda", "/dev/sda1", "/dev/xvda", "/dev/sdf1", "sdf", "/dev/nvme1n1", "/dev/xvdea"]) {
      it(`may not be on ${deviceName}`, () => {
        const [failure] = one({ deviceName });
        assert.equal(failure?.property, "dataVolumes[0].deviceName");
        assert.match(failure.reason, new RegExp(`got "${deviceName}", but .* such as /dev/sdf`));
      });
    }

    for (const [title, overrides, property, reason] of [
      ["without a name", { name: undefined }, "name", /^dataVolumes\[0\]\.name is required$/],
      ["without a device", { deviceName: null }, "deviceName", /^dataVolumes\[0\]\.deviceName is required$/],
      ["without a size", { size: undefined }, "size", /size is required .*snapshotId or .*volumeId is given/],
      ["with a name that is a path", { name: "a/b" }, "name", /"a\/b".*letters, digits/],
      ["with a name that an object has already", { name: "__proto__" }, "name", /begins with a letter or a digit/],
      ["with a name of 64 characters", { name: "n".repeat(64) }, "name", /at most 63/],
      ["with no size", { size: 0 }, "size", /from 1 to 65536/],
      ["with 65537 GiB", { size: 65537 }, "size", /from 1 to 65536/],
      ["with an unknown type", { type: "ssd" }, "type", /"gp2" or "gp3"/],
      ["with a snapshot that is none", { snapshotId: "vol-0a1b2c3d" }, "snapshotId", /such as snap-/],
      ["with a volume that is none", { volumeId: "snap-0a1b2c3d" }, "volumeId", /such as vol-/],
      ["with throughput on gp2", { type: "gp2", throughput: 200 }, "throughput", /for gp3 only, but .*type is "gp2"/],
      ["with throughput on io2", { type: "io2", iops: 4000, throughput: 200 }, "throughput", /for gp3 only/],
      ["with IOPS on st1", { type: "st1", iops: 400 }, "iops", /for gp3, io1 and io2 only, but .*type is "st1"/],
      ["with io1 without IOPS", { type: "io1" }, "iops", /iops is required, since .*type is "io1"/],
      ["with io2 without IOPS", { type: "io2" }, "iops", /iops is required/],
      ["with a key and not encrypted", { kmsKeyId: "k" }, "kmsKeyId", /needs dataVolumes\[0\]\.encrypted: true/],
      ["with a key and plain", { kmsKeyId: "k", encrypted: false }, "kmsKeyId", /needs dataVolumes\[0\]\.encrypted/],
      ["with a misspelt field", { snapshot: "snap-0a1b2c3d" }, "snapshot", /did you mean "snapshotId"/],
    ] as const) {
      it(`are refused ${title}`, () => {
        const found = one(overrides);
        assert.deepEqual(
          found.map((it) => it.property),
          [`dataVolumes[0].${property}`],
        );
        assert.match(found[0]?.reason ?? "", reason);
      });
    }

    for (const [name, value] of [
      ["snapshotId", "snap-0a1b2c3d"],
      ["encrypted", false],
      ["kmsKeyId", "alias/disk"],
    ] as const) {
      it(`are refused where they are given and have a ${name}: it names both`, () => {
        assert.deepEqual(
          one({ volumeId: "vol-0a1b2c3d", [name]: value }).map((it) => [it.property, it.reason]),
          [
            [
              "dataVolumes[0].volumeId",
              `dataVolumes[0].volumeId: "vol-0a1b2c3d" and dataVolumes[0].${name}: ${JSON.stringify(value)} contradict each other: ${name} is for a volume that is made; take one of the two out`,
            ],
          ],
        );
      });
    }

    for (const [field, values, said] of [
      ["name", ["a", "b", "a"], "are both named a; "],
      ["deviceName", ["/dev/sdf", "/dev/sdg", "/dev/sdf"], "are both on /dev/sdf; "],
      ["deviceName", ["/dev/sdf", "/dev/sdg", "/dev/xvdf"], "are both on /dev/sdf; "],
      ["volumeId", ["vol-0a1b2c3d", "vol-1a1b2c3d", "vol-0a1b2c3d"], "are both vol-0a1b2c3d; "],
    ] as const) {
      it(`may not share ${values[0]} and ${values[2]} as ${field}: it names both by index`, () => {
        const others = { name: ["a", "b", "c"], deviceName: ["/dev/sdj", "/dev/sdk", "/dev/sdl"] };
        const volumes = values.map((value, index) => ({
          name: others.name[index],
          deviceName: others.deviceName[index],
          size: 1,
          [field]: value,
        }));
        const found = failuresOf(...volumes);
        assert.equal(found.length, 1);
        assert.equal(found[0]?.property, `dataVolumes[0].${field}`);
        assert.ok(found[0].reason.startsWith(`dataVolumes[0] and dataVolumes[2] ${said}`), found[0].reason);
      });
    }

    it("on /dev/xvdba and /dev/xvdbb, or on /dev/sdb, are on devices of their own", () => {
      const devices = ["/dev/xvdba", "/dev/xvdbb", "/dev/sdb"];
      assert.deepEqual(
        failuresOf(...devices.map((deviceName, index) => ({ ...VOLUME, name: `v${index}`, deviceName }))),
        [],
      );
    });

    it("are not judged by what is not known yet", () => {
      for (const overrides of [
        { size: UNKNOWN },
        { size: undefined, snapshotId: UNKNOWN },
        { volumeId: UNKNOWN, snapshotId: "snap-0a1b2c3d", encrypted: true },
        { volumeId: "vol-0a1b2c3d", snapshotId: UNKNOWN },
        { type: UNKNOWN, throughput: 200, iops: 3000 },
        { type: "gp2", throughput: UNKNOWN, iops: UNKNOWN },
        { type: "io1", iops: UNKNOWN },
        { encrypted: UNKNOWN, kmsKeyId: "k" },
        { encrypted: false, kmsKeyId: UNKNOWN },
      ]) {
        assert.deepEqual(one(overrides), [], JSON.stringify(overrides));
      }
      assert.deepEqual(failuresOf(UNKNOWN, { ...VOLUME, name: UNKNOWN, deviceName: UNKNOWN }, VOLUME), []);
      assert.deepEqual(
        failuresOf(...[1, 2].map(() => ({ name: UNKNOWN, deviceName: UNKNOWN, volumeId: UNKNOWN }))),
        [],
      );
    });
  });

  describe("the root volume", () => {
    it("has bounds, and takes what is on them", () => {
      for (const [field, least, most] of [
        ["size", 1, 65536],
        ["iops", 100, 256000],
        ["throughput", 125, 2000],
      ] as const) {
        const found = (value: number): Failure[] => failures({ rootVolume: { [field]: value } });
        assert.deepEqual([...found(least), ...found(most)], []);
        for (const value of [least - 1, most + 1]) {
          assert.match(found(value)[0]?.reason ?? "", new RegExp(`from ${least} to ${most}`));
        }
      }
    });

    it("is held to the rules of EBS too", () => {
      for (const [rootVolume, property] of [
        [{ type: "gp2", throughput: 200 }, "rootVolume.throughput"],
        [{ type: "standard", iops: 200 }, "rootVolume.iops"],
        [{ type: "io2" }, "rootVolume.iops"],
        [{ kmsKeyId: "k" }, "rootVolume.kmsKeyId"],
        [{ kmsKeyId: "k", encrypted: false }, "rootVolume.kmsKeyId"],
      ] as const) {
        assert.deepEqual(
          failures({ rootVolume }).map((it) => it.property),
          [property],
        );
      }
      assert.match(failures({ rootVolume: { kmsKeyId: "k" } })[0]?.reason ?? "", /needs rootVolume\.encrypted: true/);
    });

    it("has its image's type where it names none, so that nothing is known of what goes with it", () => {
      assert.deepEqual(failures({ rootVolume: { iops: 3000, throughput: 200 } }), []);
    });
  });
});
