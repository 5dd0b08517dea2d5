import assert from "node:assert/strict";
import { isReplacedElsewhere, refusedChanges, shrinks } from "../../../provider/inputs/refused-changes";
import { UNKNOWN } from "../../../provider/inputs/validation";

type Volume = Record<string, unknown>;

const DATA: Volume = { name: "data", deviceName: "/dev/sdf", size: 100, type: "gp3" };
const LOG: Volume = { name: "log", deviceName: "/dev/sdg", size: 10, type: "gp3" };

function said(before: Volume[], after: unknown): [property: string, reason: string][] {
  return shrinks({ dataVolumes: before }, { dataVolumes: after }).map((it) => [it.property, it.reason]);
}

describe("a data volume", () => {
  it("cannot shrink: it is known by its name, wherever in the list it is", () => {
    assert.deepEqual(said([LOG, DATA], [{ ...DATA, size: 99 }, LOG]), [
      [
        "dataVolumes[0].size",
        "dataVolumes[0].size: 99 GiB is asked for, but EBS volumes cannot shrink; it has 100 GiB: keep at least that, or add another volume",
      ],
    ]);
  });

  for (const [title, after] of [
    ["grow", [{ ...DATA, size: 101 }]],
    ["stay", [DATA]],
    ["go", []],
    ["be gone from the program", undefined],
    ["move to another device", [{ ...DATA, deviceName: "/dev/sdh" }]],
    ["become another type", [{ ...DATA, type: "io2", iops: 4000 }]],
    ["have company", [DATA, LOG]],
    ["be followed by a smaller one under another name", [{ ...DATA, name: "less", size: 1 }]],
    ["have a size that is not known yet", [{ ...DATA, size: UNKNOWN }]],
    ["have a snapshot that is not known yet", [{ ...DATA, snapshotId: UNKNOWN }]],
    ["not be known yet", [UNKNOWN]],
  ] as const) {
    it(`can ${title}`, () => {
      assert.deepEqual(said([DATA], after), []);
    });
  }

  for (const [name, before, after] of [
    ["snapshotId", "snap-0a1b2c3d", "snap-1a1b2c3d"],
    ["snapshotId", undefined, "snap-1a1b2c3d"],
    ["volumeId", "vol-0a1b2c3d", "vol-1a1b2c3d"],
    ["volumeId", "vol-0a1b2c3d", undefined],
    ["encrypted", undefined, true],
    ["encrypted", true, false],
    ["kmsKeyId", "alias/a", "alias/b"],
  ] as const) {
    it(`cannot change its ${name} from ${before} to ${after}: it says what can be done`, () => {
      const [[property, reason] = ["", ""], ...others] = said(
        [{ ...DATA, [name]: before }],
        [{ ...DATA, [name]: after }],
      );
      assert.deepEqual(others, []);
      assert.equal(property, `dataVolumes[0].${name}`);
      assert.ok(reason.includes(`from ${before === undefined ? "none" : JSON.stringify(before)} to `), reason);
      assert.match(reason, /add a volume under another name, move the data, and then remove "data"$/);
    });
  }
});

describe("adoption", () => {
  const EXISTS = { region: "us-east-1", networkInterfaceId: "eni-1", vpcId: "vpc-1" };
  const said = (olds: Record<string, unknown>, adopt: unknown): string[] =>
    refusedChanges(olds, { adopt }).map((it) => `${it.property} | ${it.reason}`);

  it("is for what is not made yet", () => {
    assert.deepEqual(said({}, { instanceId: "i-1" }), []);
    assert.deepEqual(said(EXISTS, { instanceId: "i-1" }), [
      "adopt | adopt: only at create, and this machine exists already; make another resource for i-1, or take adopt out",
    ]);
  });

  it("cannot become that of something else", () => {
    for (const adopt of [{ instanceId: "i-2" }, { networkInterfaceId: "eni-2" }]) {
      assert.match(
        said({ ...EXISTS, adopt: { instanceId: "i-1" } }, adopt)[0] ?? "",
        /^adopt \| adopt: only at create, and this machine adopted i-1; make another resource for (i|eni)-2/,
      );
    }
  });

  it("can stay, go, or not be known yet", () => {
    const olds = { ...EXISTS, adopt: { instanceId: "i-1" } };
    for (const adopt of [{ instanceId: "i-1" }, undefined, UNKNOWN, { instanceId: UNKNOWN }]) {
      assert.deepEqual(said(olds, adopt), []);
    }
  });

  it("can be put right after a create that failed before it had its interface", () => {
    const olds = { region: "us-east-1", networkInterfaceId: "", adopt: { instanceId: "i-1" } };
    assert.deepEqual(said(olds, { instanceId: "i-2" }), []);
    assert.equal(said({ ...olds, vpcId: "vpc-1" }, { instanceId: "i-2" }).length, 1);
    assert.equal(said({ ...olds, networkInterfaceId: undefined }, { instanceId: "i-2" }).length, 1);
  });
});

describe("a secondary private IP", () => {
  const olds = { privateIp: "10.0.1.7", secondaryPrivateIps: ["10.0.1.8", "10.0.1.9"], vpcId: "vpc-1" };

  it("cannot become the primary one: it says why, and what can be done", () => {
    const [failure, ...others] = refusedChanges(olds, { privateIp: "10.0.1.9", secondaryPrivateIps: ["10.0.1.8"] });
    assert.deepEqual(others, []);
    assert.deepEqual(failure, {
      property: "privateIp",
      reason:
        'privateIp: "10.0.1.9" is a secondary private IP of this machine, and its primary one stays 10.0.1.7 for the life of the interface; keep it as a secondary one, or first take it out of secondaryPrivateIps, run up, and then make it privateIp, which replaces the network interface',
    });
  });

  for (const privateIp of ["10.0.1.7", "10.0.1.10", undefined, UNKNOWN]) {
    it(`is none of ${String(privateIp)}`, () => {
      assert.deepEqual(refusedChanges(olds, { privateIp }), []);
    });
  }
});

describe("another region", () => {
  it("has nothing to do with the past", () => {
    assert.ok(isReplacedElsewhere({ region: "us-east-1" }, { region: "eu-west-1" }));
    assert.ok(!isReplacedElsewhere({ region: "us-east-1" }, { region: "us-east-1" }));
    assert.ok(!isReplacedElsewhere({}, { region: "us-east-1" }));
    assert.ok(!isReplacedElsewhere({ region: "us-east-1" }, { region: UNKNOWN }));
  });
});
