/** The addresses of the console's views. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { ALL, COLUMNS, type FleetRoute, hashOf, routeOf } from "../../console/route";

describe("an address of the console", () => {
  it("is short for the whole fleet, and has what is looked for", () => {
    assert.equal(hashOf(ALL), "#/");
    const route: FleetRoute = {
      ...ALL,
      search: "10.0.1 & more",
      state: "failed",
      sort: "launchedAt",
      isDescending: true,
      page: 3,
    };
    assert.equal(hashOf(route), "#/?q=10.0.1+%26+more&state=failed&sort=-launchedAt&page=3");
    assert.equal(hashOf({ view: "machine", id: "mi-0a" }), "#/machines/mi-0a");
  });

  it("leads back to the view that it was made of", () => {
    const fields = {
      view: fc.constant("fleet" as const),
      search: fc.string({ unit: "grapheme" }),
      state: fc.string(),
      sort: fc.constantFrom(...COLUMNS),
      isDescending: fc.boolean(),
      page: fc.integer({ min: 1, max: 999 }),
    };
    const routes = fc.record(fields, { noNullPrototype: true });
    fc.assert(
      fc.property(routes, (route) => {
        assert.deepEqual(routeOf(hashOf(route)), route);
      }),
    );
  });

  it("that nobody of ours wrote leads to the fleet", () => {
    for (const hash of [
      "",
      "#",
      "#/nothing",
      "#/machines/<img>",
      "#/machines/mi-0a/../x",
      "#/?page=-1&sort=nothing",
      "#/?page=1e99",
    ]) {
      assert.deepEqual(routeOf(hash), ALL, hash);
    }
  });
});
