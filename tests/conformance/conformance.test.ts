import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { listActions } from "../../local/ec2/wire/actions";
import { DEVIATIONS_OF_MOTO } from "./deviations-of-moto";
import { DEVIATIONS_OF_SIMULATOR } from "./deviations-of-simulator";
import { documentation } from "./docs";
import { DODGES } from "./dodges";
import { AREAS, type Probe } from "./probe";
import { PROBES } from "./probes";
import { complaint, tryProbe } from "./run";
import { SimulatorTarget } from "./target";

describe("the simulator, over HTTP with the unmodified SDK, held against EC2", function () {
  this.timeout(20_000);
  let simulator: SimulatorTarget;

  before(async () => {
    simulator = await SimulatorTarget.start();
  });

  after(() => simulator.close());

  for (const area of AREAS) {
    describe(area, () => {
      for (const probe of PROBES.filter((it) => it.area === area)) {
        const known = DEVIATIONS_OF_SIMULATOR.byProbe.get(probe.id);
        it(known === undefined ? probe.title : `${probe.title} (known: the simulator ${known})`, async () => {
          const wrong = complaint(await tryProbe(simulator, probe), DEVIATIONS_OF_SIMULATOR);
          assert.equal(wrong, undefined, `${probe.id}: ${wrong ?? ""}; expected by ${probe.source}`);
        });
      }
    });
  }
});

describe("the table of probes", () => {
  const ids = PROBES.map(({ id }) => id);

  it("has at least 250 probes, each with an id and a title of its own and a source", () => {
    assert.ok(PROBES.length >= 250);
    assert.equal(new Set(ids).size, ids.length);
    const said = PROBES.map(({ area, title }) => `${area}: ${title}`);
    assert.deepEqual(
      said.filter((line, index) => said.indexOf(line) !== index),
      [],
    );
    assert.ok(PROBES.every(({ source }) => source !== ""));
  });

  it("has every deviation that is listed", () => {
    const listed = [...DEVIATIONS_OF_MOTO.byProbe.keys(), ...DEVIATIONS_OF_SIMULATOR.byProbe.keys()];
    assert.deepEqual(
      listed.filter((id) => !ids.includes(id)),
      [],
    );
  });

  it("lists as a deviation of moto all that the product's life cycle dodges there", () => {
    assert.deepEqual(
      DODGES.filter(({ probe }) => !DEVIATIONS_OF_MOTO.byProbe.has(probe)),
      [],
    );
  });

  it("is what docs/simulator.md says (npm run conformance -- --write-docs)", () => {
    const file = readFileSync(join(__dirname, "..", "..", "docs", "simulator.md"), "utf8");
    assert.equal(file, documentation(listActions().map(({ action }) => action)));
  });
});

describe("a probe", () => {
  let simulator: SimulatorTarget;

  before(async () => {
    simulator = await SimulatorTarget.start();
  });

  after(() => simulator.close());

  const [probe] = PROBES.filter(({ id }) => id === "ids.instance.unknown");

  it("fails where the answer is another one", async () => {
    assert.ok(probe);
    const other = { ...probe, expected: { refusal: { code: "InvalidInstanceID.Malformed", status: 400 } } };
    const verdict = await tryProbe(simulator, other);
    assert.match(complaint(verdict, DEVIATIONS_OF_SIMULATOR) ?? "", /refused with InvalidInstanceID\.NotFound/);
  });

  it("fails where it is accepted, or refused, and should not be", async () => {
    assert.ok(probe);
    const accepted = await tryProbe(simulator, { ...probe, prepare: () => Promise.resolve(() => Promise.resolve(1)) });
    assert.equal(accepted.seen, "it is accepted");
    const refused = await tryProbe(simulator, { ...probe, expected: { value: 1 } });
    assert.match(refused.seen, /refused with InvalidInstanceID\.NotFound \(400\)/);
  });

  it("fails where its set-up does, even with the code that the call should be refused with", async () => {
    assert.ok(probe);
    const broken: Probe = {
      ...probe,
      prepare: async (scene) => {
        await (
          await probe.prepare(scene)
        )();
        return () => Promise.resolve(1);
      },
    };
    assert.match((await tryProbe(simulator, broken)).seen, /^could not be set up/);
  });

  it("is stale as a deviation when it agrees", async () => {
    assert.ok(probe);
    const known = { groups: [], byProbe: new Map([[probe.id, "does otherwise"]]) };
    assert.match(complaint(await tryProbe(simulator, probe), known) ?? "", /^stale/);
  });
});
