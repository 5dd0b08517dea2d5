import assert from "node:assert/strict";
import fc from "fast-check";
import { COLUMNS } from "../../console/model/columns";
import { ALL, fleetHash, machineHash, routeOf, type FleetQuery } from "../../console/model/routes";

describe("the console's routes", () => {
  it("show all machines, sorted by name, where the hash says nothing", () => {
    for (const hash of ["", "#", "#/", "#/?"]) {
      assert.deepEqual(routeOf(hash), { view: "fleet", query: ALL }, hash);
    }
    assert.equal(fleetHash(ALL), "#/");
  });

  it("say a choice of rows in the hash so that it is read back the same", () => {
    const query: fc.Arbitrary<FleetQuery> = fc.record(
      {
        text: fc.string({ unit: "grapheme", maxLength: 50 }),
        states: fc.uniqueArray(fc.constantFrom("running", "failed", "a b", "&=#?")),
        sort: fc.constantFrom(...COLUMNS.map((it) => it.id)),
        isDescending: fc.boolean(),
        page: fc.integer({ min: 1, max: 1000 }),
      },
      { noNullPrototype: true },
    );
    fc.assert(
      fc.property(query, (it) => {
        assert.deepEqual(routeOf(fleetHash(it)), { view: "fleet", query: it });
      }),
    );
  });

  it("pass over a sort, an order and a page that make no sense", () => {
    assert.deepEqual(routeOf("#/?sort=__proto__&order=up&page=-1"), { view: "fleet", query: ALL });
    assert.deepEqual(routeOf("#/?page=1e99"), { view: "fleet", query: ALL });
  });

  it("cut a text that is longer than a filter can be", () => {
    const route = routeOf(`#/?q=${"x".repeat(10_240)}`);
    assert.equal(route.view === "fleet" ? route.query.text.length : 0, 200);
  });

  it("lead to a machine by its id", () => {
    assert.deepEqual(routeOf(machineHash("mi-24fc6aa66946910e8")), { view: "machine", id: "mi-24fc6aa66946910e8" });
  });

  it("let no id through that would be another path of the server", () => {
    for (const id of ["..", "../session", "%2e%2e", "a%2Fb", "mi-1/events", "", "x".repeat(65)]) {
      assert.equal(routeOf(`#/machines/${id}`).view, "unknown", id);
    }
  });

  it("know the one-time token of the printed URL", () => {
    assert.deepEqual(routeOf("#token=abc_-1"), { view: "token", token: "abc_-1" });
  });
});
