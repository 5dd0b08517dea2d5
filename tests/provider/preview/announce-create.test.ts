import assert from "node:assert/strict";
import { announceCreate } from "../../../provider/preview/announce-create";
import { UNKNOWN } from "../../../provider/inputs/validation";

describe("announceCreate", () => {
  it("says what is launched and on which addresses", () => {
    const inputs = { subnetId: "subnet-1", instanceType: "m7i.large", privateIp: "10.0.1.7", elasticIp: true };
    const line = "launches m7i.large on a new network interface in subnet-1, with";
    assert.equal(announceCreate(inputs), `${line} 10.0.1.7 and a new Elastic IP`);
    assert.equal(announceCreate({ ...inputs, elasticIp: "eipalloc-1" }), `${line} 10.0.1.7 and eipalloc-1`);
    const picked = { ...inputs, privateIp: undefined, elasticIp: false };
    assert.equal(announceCreate(picked), `${line} an address that EC2 picks`);
  });

  it("shows nothing of what is not known yet", () => {
    const inputs = { subnetId: UNKNOWN, instanceType: UNKNOWN, privateIp: UNKNOWN, elasticIp: false };
    assert.equal(
      announceCreate(inputs),
      "launches an instance on a new network interface in the subnet, with an address that EC2 picks",
    );
  });

  it("says nothing half of an Elastic IP that is not known yet", () => {
    assert.doesNotMatch(announceCreate({ subnetId: "s", instanceType: "t", elasticIp: UNKNOWN }), /and $/);
  });

  it("shows no user data", () => {
    assert.ok(!announceCreate({ subnetId: "s", instanceType: "t", userData: "hunter2" }).includes("hunter2"));
  });
});
