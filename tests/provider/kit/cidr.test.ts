import assert from "node:assert/strict";
import { contains, isReserved, usableRange } from "../../../provider/kit/cidr";

describe("a block of addresses", () => {
  for (const [block, address, inside] of [
    ["10.0.1.0/24", "10.0.1.0", true],
    ["10.0.1.0/24", "10.0.1.255", true],
    ["10.0.1.0/24", "10.0.2.0", false],
    ["10.0.1.0/24", "10.0.0.255", false],
    ["10.0.0.0/16", "10.0.255.7", true],
    ["192.168.9.16/28", "192.168.9.31", true],
    ["192.168.9.16/28", "192.168.9.32", false],
    ["2001:db8:6:600::/64", "2001:db8:6:600:ffff::1", true],
    ["2001:db8:6:600::/64", "2001:db8:6:601::1", false],
    ["2001:db8:6:600::/56", "2001:db8:6:6ff::1", true],
  ] as const) {
    it(`${block} has ${inside ? "" : "not "}${address}`, () => {
      assert.equal(contains(block, address), inside);
    });
  }

  for (const [block, reserved, free] of [
    ["10.0.1.0/24", ["10.0.1.0", "10.0.1.3", "10.0.1.255"], ["10.0.1.4", "10.0.1.254"]],
    ["10.0.9.16/28", ["10.0.9.16", "10.0.9.19", "10.0.9.31"], ["10.0.9.20", "10.0.9.30"]],
    ["172.31.0.0/16", ["172.31.0.3", "172.31.255.255"], ["172.31.0.4", "172.31.0.255", "172.31.255.254"]],
    ["223.255.255.240/28", ["223.255.255.255"], ["223.255.255.254"]],
  ] as const) {
    it(`${block} leaves ${free[0]} and what follows, up to the last but one`, () => {
      assert.ok(reserved.every((address) => isReserved(block, address)));
      assert.ok(!free.some((address) => isReserved(block, address)));
    });
  }

  it("says from where to where its addresses can be had", () => {
    assert.deepEqual(usableRange("10.0.9.16/28"), { first: "10.0.9.20", last: "10.0.9.30" });
    assert.deepEqual(usableRange("192.168.0.0/16"), { first: "192.168.0.4", last: "192.168.255.254" });
  });
});
