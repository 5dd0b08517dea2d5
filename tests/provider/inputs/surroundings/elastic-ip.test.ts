import assert from "node:assert/strict";
import { AllocateAddressCommand, CreateSubnetCommand, ModifyAvailabilityZoneGroupCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { deny, ofCreate, ofUpdate, only, scene, type Scene } from "./scene";

describe("the surroundings", () => {
  describe("a given Elastic IP", () => {
    for (const elasticIp of ["eipalloc-0a000000000000fff", "198.51.100.9"]) {
      it(`must be there: ${elasticIp}`, async () => {
        for (const found of [ofCreate(scene(), { elasticIp }), ofUpdate(scene(), { elasticIp: true }, { elasticIp })]) {
          const { property, reason } = await only(found);
          assert.equal(property, "elasticIp");
          assert.equal(
            reason,
            `elasticIp: ${elasticIp} does not exist in us-east-1; give one of this account, or true to allocate one`,
          );
        }
      });
    }

    it("is found by its id and by its address", async () => {
      const the = scene();
      const { id, address } = await the.allocate();
      assert.deepEqual(await ofCreate(the, { elasticIp: id }), []);
      assert.deepEqual(await ofCreate(the, { elasticIp: address }), []);
    });
  });
});

describe("a Local Zone", () => {
  const BORDER = "us-east-1-bos-1";

  async function boston(): Promise<Scene & { subnetId: string }> {
    const the = scene();
    const { somebody } = the;
    await somebody.send(new ModifyAvailabilityZoneGroupCommand({ GroupName: BORDER, OptInStatus: "opted-in" }));
    const input = { VpcId: WELL_KNOWN.vpcId, CidrBlock: "10.0.20.0/24", AvailabilityZone: "us-east-1-bos-1a" };
    const { Subnet } = await somebody.send(new CreateSubnetCommand(input));
    return { ...the, subnetId: Subnet?.SubnetId ?? "" };
  }

  async function allocated({ somebody }: Scene, NetworkBorderGroup?: string): Promise<string> {
    return (await somebody.send(new AllocateAddressCommand({ NetworkBorderGroup }))).AllocationId ?? "";
  }

  it("takes a given Elastic IP of its network border group only, and the region's own zones none of it", async () => {
    const the = await boston();
    const [ofRegion, ofBoston] = [await allocated(the), await allocated(the, BORDER)];
    const there = { subnetId: the.subnetId, instanceType: "t3.medium" };
    assert.deepEqual(await ofCreate(the, { ...there, elasticIp: ofBoston }), []);
    assert.deepEqual(await ofCreate(the, { elasticIp: ofRegion }), []);
    assert.deepEqual(await only(ofCreate(the, { ...there, elasticIp: ofRegion })), {
      property: "elasticIp",
      reason: `subnetId: ${the.subnetId} is in us-east-1-bos-1a, where Elastic IPs are of the network border group ${BORDER}, but elasticIp: ${ofRegion} is of us-east-1; give one of ${BORDER}, or true to allocate one`,
    });
    const { reason } = await only(ofCreate(the, { elasticIp: ofBoston }));
    assert.match(reason, /of the network border group us-east-1, but elasticIp: eipalloc-\w+ is of us-east-1-bos-1;/);
  });

  it("is no place to move to with an Elastic IP that was allocated elsewhere", async () => {
    const the = await boston();
    const allocationId = await allocated(the);
    const before = { elasticIp: true, instanceType: "t3.medium" };
    const { property, reason } = await only(ofUpdate(the, before, { subnetId: the.subnetId }, { allocationId }));
    assert.equal(property, "subnetId");
    assert.match(
      reason,
      /but the Elastic IP [\d.]+ of this machine is of us-east-1; .*elasticIp: false in an up of its own$/,
    );
  });

  it("is asked about by itself only: no zone of the region is", async () => {
    const the = await boston();
    await ofCreate(the, { elasticIp: await allocated(the) });
    assert.ok(!the.calls().includes("DescribeAvailabilityZones"));
    deny(the, "DescribeAvailabilityZones");
    const there = { subnetId: the.subnetId, instanceType: "t3.medium" };
    assert.deepEqual(await ofCreate(the, { ...there, elasticIp: await allocated(the) }), []);
  });
});
