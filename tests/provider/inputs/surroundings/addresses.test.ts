import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../../../local/ec2";
import { IPV6, NO_SUBNET, ofCreate, ofUpdate, only, scene, TO_B } from "./scene";

describe("the surroundings", () => {
  describe("an address", () => {
    for (const [property, given, address] of [
      ["privateIp", { privateIp: "10.0.2.7" }, "10.0.2.7"],
      ["secondaryPrivateIps[1]", { secondaryPrivateIps: ["10.0.1.8", "10.9.9.9"] }, "10.9.9.9"],
    ] as const) {
      it(`in ${property} outside of the subnet is refused: both are named, with the block and what is free`, async () => {
        const failure = await only(ofCreate(scene(), given));
        assert.equal(failure.property, property);
        assert.equal(
          failure.reason,
          `${property}: ${address} is outside of subnetId: ${WELL_KNOWN.subnetA}, which is 10.0.1.0/24; give an address from 10.0.1.4 to 10.0.1.254, or another subnetId`,
        );
      });
    }

    for (const privateIp of ["10.0.1.0", "10.0.1.1", "10.0.1.3", "10.0.1.255"]) {
      it(`${privateIp} is AWS's own`, async () => {
        const { property, reason } = await only(ofCreate(scene(), { privateIp }));
        assert.equal(property, "privateIp");
        assert.match(
          reason,
          /10\.0\.1\.\d+ is AWS's own, as the first four .* subnetId: subnet-.*10\.0\.1\.0\/24.*from/,
        );
      });
    }

    it("in ipv6Addresses outside of the subnet's blocks is refused", async () => {
      const given = { ...IPV6, ipv6Addresses: ["2001:db8:6:600::7", "2001:db8:6:601::7"] };
      const { property, reason } = await only(ofCreate(scene(), given));
      assert.equal(property, "ipv6Addresses[1]");
      assert.match(reason, /2001:db8:6:601::7 is outside of subnetId: subnet-\w+, which is 2001:db8:6:600::\/64/);
    });

    for (const [property, given] of [
      ["ipv6Addresses", { ipv6Addresses: ["2001:db8::7"] }],
      ["ipv6AddressCount", { ipv6AddressCount: 1 }],
    ] as const) {
      it(`by ${property} is refused in a subnet without IPv6`, async () => {
        const failure = await only(ofCreate(scene(), given));
        assert.equal(failure.property, property);
        assert.match(failure.reason, /subnetId: subnet-\w+ has no IPv6 block/);
      });
    }

    it("that is not wanted needs no IPv6", async () => {
      assert.deepEqual(await ofCreate(scene(), { ipv6Addresses: [] }), []);
      assert.deepEqual(await ofCreate(scene(), { ipv6AddressCount: 0 }), []);
    });

    it("that stays is judged by the subnet that is new", async () => {
      const found = ofUpdate(scene(), { privateIp: "10.0.1.7" }, TO_B);
      assert.equal((await only(found)).property, "privateIp");
    });

    it("that is new is judged by the subnet that stays", async () => {
      for (const [changes, property] of [
        [{ privateIp: "10.0.2.7" }, "privateIp"],
        [{ secondaryPrivateIps: ["10.0.2.7"] }, "secondaryPrivateIps[0]"],
        [{ ipv6Addresses: ["2001:db8::7"] }, "ipv6Addresses"],
        [{ ipv6AddressCount: 2 }, "ipv6AddressCount"],
      ] as const) {
        assert.equal((await only(ofUpdate(scene(), {}, changes))).property, property);
      }
    });
  });

  it("miss a subnet in words", async () => {
    const { property, reason } = await only(ofCreate(scene(), { subnetId: NO_SUBNET, privateIp: "10.0.1.7" }));
    assert.equal(property, "subnetId");
    assert.match(reason, new RegExp(`^subnetId: ${NO_SUBNET} does not exist in us-east-1; `));
  });
});
