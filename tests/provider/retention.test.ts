import assert from "node:assert/strict";
import { AllocateAddressCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { destroyedAtEveryCall } from "./kills";
import { areRetained, DELETED, type Deletion, idsOf, leftIn, PARTS, RETAINED, RETAINED_VOLUME } from "./retained";
import { program } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, somebody, up } from "./world";

const COMBINATIONS: Deletion[] = (["delete", "retain"] as const).flatMap((networkInterface) =>
  (["delete", "retain"] as const).flatMap((elasticIp) =>
    (["delete", "retain"] as const).map((dataVolumes) => ({ networkInterface, elasticIp, dataVolumes })),
  ),
);

const LINES: Record<(typeof PARTS)[number], RegExp> = {
  networkInterface:
    /^web: retained (eni-\w+), the network interface with 10\.0\.1\.\d+: it costs nothing; `adopt: \{ networkInterfaceId: "\1" \}` brings it back$/,
  elasticIp:
    /^web: retained (eipalloc-\w+), the Elastic IP [\d.]+: it costs about \$3\.65 a month; `elasticIp: "\1"` brings it back$/,
  dataVolumes:
    /^web: retained (vol-\w+), the data volume data, 10 GiB of gp3: it costs about \$0\.80 a month; `dataVolumes: \[\{ name: "data", deviceName: "\/dev\/sdf", volumeId: "\1" \}\]` brings it back$/,
};

describe("destroy", () => {
  for (const deletion of COMBINATIONS) {
    const words = PARTS.filter((part) => deletion[part] === "retain").join(", ");
    it(`retains ${words === "" ? "nothing" : `exactly ${words}`}, and has a line for each`, async () => {
      const owner = await up({ elasticIp: true, dataVolumes: [RETAINED_VOLUME], deletion });
      const ids = idsOf(owner);
      await owner.destroy();
      later(owner);
      areRetained(
        owner,
        PARTS.filter((part) => deletion[part] === "retain").map((part) => ids[part]),
      );
      for (const part of PARTS) {
        const said = owner.lines.filter((line) => LINES[part].test(line) && line.includes(`retained ${ids[part]},`));
        assert.equal(said.length, deletion[part] === "retain" ? 1 : 0, part);
      }
    });
  }

  it("says what a volume of each type costs", async () => {
    const io = { name: "io", deviceName: "/dev/sdg", size: 100, type: "io2", iops: 500 };
    const cold = { name: "cold", deviceName: "/dev/sdh", size: 200, type: "sc1" };
    const owner = await up({ dataVolumes: [io, cold] });
    await owner.destroy();
    const said = owner.lines
      .filter((line) => line.includes("retained vol-"))
      .map((line) => /about \$[\d.]+/.exec(line)?.[0]);
    assert.deepEqual(said, ["about $12.50", "about $3.00"]);
  });

  it("retains by default the data volumes alone", async () => {
    const owner = await up({ elasticIp: true, dataVolumes: [RETAINED_VOLUME] });
    const ids = idsOf(owner);
    await owner.destroy();
    later(owner);
    areRetained(owner, [ids.dataVolumes]);
  });

  for (const deletion of [
    RETAINED,
    DELETED,
    { ...RETAINED, elasticIp: "delete" },
    { ...DELETED, elasticIp: "retain" },
  ] as Deletion[]) {
    const words = PARTS.map((part) => deletion[part]).join(", ");
    it(`that was killed leaves, done again, what it is to leave (${words})`, async () => {
      const owner = await up({ elasticIp: true, dataVolumes: [RETAINED_VOLUME], deletion });
      const ids = idsOf(owner);
      await destroyedAtEveryCall(owner, (_stack, point) => {
        areRetained(
          owner,
          PARTS.filter((part) => deletion[part] === "retain").map((part) => ids[part]),
          point,
        );
      });
    });
  }
});

describe("a change right before destroy strands nothing:", () => {
  const BASE = { elasticIp: true, dataVolumes: [RETAINED_VOLUME] };
  const CHANGES: [string, Properties, Properties, (typeof PARTS)[number][]][] = [
    ["retain, and then not", { deletion: RETAINED }, { deletion: DELETED }, []],
    ["not, and then retain", { deletion: DELETED }, { deletion: RETAINED }, [...PARTS]],
    ["an IP that need not persist any more", { deletion: DELETED }, { deletion: DELETED, persistPrivateIp: false }, []],
    ["an IP that is to persist", { deletion: DELETED, persistPrivateIp: false }, { deletion: DELETED }, []],
    [
      "an IP that need not persist any more, of a machine that is paused",
      { deletion: DELETED, desiredState: "paused", pauseBehavior: "terminate" },
      { deletion: DELETED, desiredState: "paused", pauseBehavior: "terminate", persistPrivateIp: false },
      [],
    ],
  ];
  for (const [what, before, after, stays] of CHANGES) {
    it(what, async () => {
      const owner = await up({ ...BASE, ...before });
      await owner.up(program({ ...BASE, ...after }));
      const ids = idsOf(owner);
      await owner.destroy();
      later(owner);
      areRetained(
        owner,
        stays.map((part) => ids[part]),
      );
    });

    it(`${what}, and the update fails`, async () => {
      for (const action of ["RunInstances", "CreateNetworkInterface", "TerminateInstances", "CreateTags"]) {
        const owner = await up({ ...BASE, ...before });
        owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
        await owner.up(program({ ...BASE, ...after })).catch(() => undefined);
        owner.simulator.faults.clear();
        const { networkInterface, elasticIp, dataVolumes } = owner.outputs.deletion as Deletion;
        await owner.destroy();
        later(owner);
        const left = leftIn(owner);
        nothingIsLeft(owner, ...left.map((it) => it.id));
        const kept = (prefix: string): boolean => left.some((it) => it.id.startsWith(prefix));
        assert.deepEqual(
          [kept("eni-"), kept("eipalloc-"), kept("vol-")],
          [networkInterface, elasticIp, dataVolumes].map((it) => it === "retain"),
          action,
        );
      }
    });
  }
});

describe("destroy leaves nothing of", () => {
  const SHAPES: [string, Properties][] = [
    ["a machine of the strategy overlap", { replacement: { strategy: "overlap" } }],
    ["a machine whose private IP need not persist", { persistPrivateIp: false }],
    ["a machine that is paused", { desiredState: "paused" }],
    ["a machine that is paused and has no interface", { desiredState: "paused", persistPrivateIp: false }],
    ["a machine on spot", { market: { lifecycle: "spot" } }],
  ];
  for (const [what, inputs] of SHAPES) {
    const whole = { ...inputs, elasticIp: true, dataVolumes: [RETAINED_VOLUME], deletion: DELETED };

    it(what, async () => {
      const owner = await up(whole);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });

    it(`${what}, after a replacement that was killed`, async () => {
      const owner = await up(whole);
      owner.simulator.faults.add({
        action: "TerminateInstances",
        error: { code: "UnauthorizedOperation", status: 403 },
      });
      await owner.up(program({ ...whole, imageId: WELL_KNOWN.imageV2 })).catch(() => undefined);
      owner.simulator.faults.clear();
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });

    it(`${what}, killed at every call and done again`, async () => {
      const owner = await up(whole);
      await destroyedAtEveryCall(owner, () => {
        nothingIsLeft(owner);
      });
    });
  }

  it("a machine whose create failed half-way, at whatever call", async () => {
    for (const action of [
      "CreateNetworkInterface",
      "CreateVolume",
      "AllocateAddress",
      "AssociateAddress",
      "RunInstances",
      "AttachVolume",
    ]) {
      const owner = quick();
      owner.simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
      await failureOf(owner.up(program({ elasticIp: true, dataVolumes: [RETAINED_VOLUME], deletion: DELETED })));
      assert.ok(owner.recorded !== undefined, action);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    }
  });

  it("a machine with a given Elastic IP, whatever deletion says, and keeps the address itself", async () => {
    for (const deletion of [DELETED, RETAINED]) {
      const owner = quick();
      const { AllocationId = "" } = await somebody(owner).send(new AllocateAddressCommand({ Domain: "vpc" }));
      await owner.up(program({ elasticIp: AllocationId, deletion }));
      const ids = idsOf(owner);
      await owner.destroy();
      later(owner);
      const kept = deletion === RETAINED ? [ids.networkInterface] : [];
      nothingIsLeft(owner, AllocationId, ...kept);
      assert.deepEqual(only(made(owner).elasticIps).tags, {});
    }
  });
});
