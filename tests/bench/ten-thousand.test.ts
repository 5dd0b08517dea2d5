import assert from "node:assert/strict";
import { total } from "../../bench/ten-thousand/counted";
import { type Fleet, fleetOf, kindsOf } from "../../bench/ten-thousand/fleet";
import { floorOf } from "../../bench/ten-thousand/floor";
import { CAPACITY, reclaim } from "../../bench/ten-thousand/reclaim";
import { refresh } from "../../bench/ten-thousand/refresh";

describe("a fleet of copies", function () {
  this.timeout(60_000);
  const COUNT = 40;
  let fleet: Fleet;

  before(async () => {
    fleet = await fleetOf(kindsOf(COUNT));
  });

  it("has each machine once, with an identity of its own", () => {
    const all = [...fleet.machines.values()].flat();
    for (const name of ["networkInterfaceId", "privateIp", "macAddress", "instanceId", "launchTemplateId"]) {
      assert.equal(new Set(all.map((it) => it.outputs[name])).size, COUNT, name);
    }
    const { networkInterfaces, instances, launchTemplates, volumes } = fleet.simulator.snapshot();
    for (const table of [networkInterfaces, instances, launchTemplates, volumes]) {
      assert.equal(Object.keys(table).length, COUNT);
    }
  });

  it("is what the product would have made: it finds nothing that is not as declared", async () => {
    const { drifted } = await refresh(fleet);
    assert.equal(drifted, 0);
  });

  it("has nothing to change for the product", async () => {
    for (const { id, outputs } of [...fleet.machines.values()].map((it) => it.at(-1) ?? assert.fail())) {
      const { outs } = await fleet.time.until(fleet.handlers.update(id, outputs, outputs));
      assert.equal(outs.instanceId, outputs.instanceId);
    }
    assert.equal(
      total(fleet.counter.take(), "calls", (it) => !it.startsWith("Describe")),
      0,
    );
  });
});

describe("a reclaim of a fifth of them", function () {
  this.timeout(60_000);

  it("is the same each time", async () => {
    const once = async (): Promise<unknown> => {
      const { cpuSeconds, ...told } = await reclaim(await fleetOf(kindsOf(20)), CAPACITY.scarce);
      assert.ok(cpuSeconds > 0);
      return told;
    };
    assert.deepEqual(await once(), await once());
  });
});

describe("the floor of a reclaim", () => {
  const lost = (freeAt: number, launchMs = 0): Parameters<typeof floorOf>[0][number] => ({
    lostAt: 0,
    freeAt,
    launchMs,
  });
  /** Seconds that a call to RunInstances takes. */
  const CALL = 1.5;

  it("is, for a few, what EC2 itself takes", () => {
    assert.deepEqual(floorOf([lost(30_000, 8_000), lost(20_000, 5_000)]), [38 + CALL, 25 + CALL]);
  });

  it("lets five launch at once, then two a second, in the order in which interfaces come free", () => {
    const waits = floorOf([...Array.from({ length: 7 }, () => lost(10_000)), lost(9_000)]);
    assert.deepEqual(
      waits,
      [10, 10, 10, 10, 10, 10.5, 11, 9].map((it) => it + CALL),
    );
  });
});
