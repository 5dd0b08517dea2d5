import assert from "node:assert/strict";
import { ModifyAvailabilityZoneGroupCommand } from "@aws-sdk/client-ec2";
import { cutting } from "../interruptions";
import { TAGS, account, codeOf, madeInterface, running, seenInterface } from "./account";

describe("the EC2 client and Elastic IPs", () => {
  it("reads one, and who holds it", async () => {
    const owner = account();
    const { ec2 } = owner;
    const instance = await running(owner);
    const eni = await seenInterface(ec2, instance.networkInterfaceId ?? "");
    const { allocationId, publicIp } = await ec2.allocateAddress(TAGS);
    const networkBorderGroup = "us-east-1";
    const described = async () => (await ec2.describeAddresses({ "allocation-id": [allocationId] }))[0];
    assert.deepEqual(await described(), { allocationId, publicIp, networkBorderGroup, tags: TAGS });
    const id = await ec2.associateAddress(allocationId, eni.id, eni.privateIp);
    const association = { id, networkInterfaceId: eni.id, privateIp: eni.privateIp, instanceId: instance.id };
    assert.deepEqual(await described(), { allocationId, publicIp, networkBorderGroup, association, tags: TAGS });
    await ec2.disassociateAddress(id);
    assert.deepEqual(await described(), { allocationId, publicIp, networkBorderGroup, tags: TAGS });
    const free = await madeInterface(ec2);
    await ec2.associateAddress(allocationId, free.id, free.privateIp);
    assert.equal((await described())?.association?.instanceId, undefined);
  });

  it("does not repeat an allocation of which the reply was lost", async () => {
    const { ec2 } = account(cutting("AllocateAddress", "after"));
    assert.equal(await codeOf(ec2.allocateAddress(TAGS)), "ECONNRESET");
    assert.equal((await ec2.describeAddresses({ domain: ["vpc"] })).length, 1);
  });

  it("never takes an address from its holder", async () => {
    const { ec2 } = account();
    const eni = await madeInterface(ec2);
    const other = await madeInterface(ec2);
    const { allocationId } = await ec2.allocateAddress(TAGS);
    await ec2.associateAddress(allocationId, other.id, other.privateIp);
    assert.equal(await codeOf(ec2.associateAddress(allocationId, eni.id, eni.privateIp)), "Resource.AlreadyAssociated");
  });

  it("allocates and releases an address in the network border group of a Local Zone or of a Wavelength Zone", async () => {
    const { ec2, somebody } = account();
    for (const GroupName of ["us-east-1-bos-1", "us-east-1-wl1"]) {
      await somebody.send(new ModifyAvailabilityZoneGroupCommand({ GroupName, OptInStatus: "opted-in" }));
    }
    for (const name of ["us-east-1-bos-1a", "us-east-1-wl1-bos-wlz-1"]) {
      const zone = await ec2.describeZone(name);
      assert.notEqual(zone?.networkBorderGroup, "us-east-1");
      const made = await ec2.allocateAddress(TAGS, zone?.networkBorderGroup);
      assert.equal(made.networkBorderGroup, zone?.networkBorderGroup);
      assert.match(made.publicIp, /^\d+\.\d+\.\d+\.\d+$/);
      const [seen] = await ec2.describeAddresses({ "allocation-id": [made.allocationId] });
      assert.deepEqual(seen, made);
      await ec2.releaseAddress(made);
      assert.deepEqual(await ec2.describeAddresses({ "allocation-id": [made.allocationId] }), []);
    }
    assert.equal(await ec2.describeZone("us-east-1z"), undefined);
  });
});
