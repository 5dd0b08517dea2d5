import assert from "node:assert/strict";
import { availableDrivers } from "../../local/driver";
import { type SimState, WELL_KNOWN } from "../../local/ec2";
import { type Config, Example, EXAMPLES, userDataOf } from "./example";
import { type Instance } from "./rows/seen";

const newImage = { imageId: WELL_KNOWN.imageV2 };

for (const driver of availableDrivers()) {
  describe(`the example cassandra-ring, run by the ${driver}`, function () {
    this.timeout(240_000);
    const addresses = ["172.31.0.10", "172.31.16.10", "172.31.32.10"];
    const fixed = { privateIps: JSON.stringify(addresses) };
    let ring: Example;
    let up: Record<string, unknown>;
    const nodes = (outputs: Record<string, unknown>): Instance[] =>
      (outputs.instanceIds as string[]).map((id) => ring.instance(id));
    const dataVolumes = (): SimState["volumes"][string][] =>
      Object.values(ring.account.volumes).filter((it) => it.size === 120);
    const seedsOf = (node: Instance): string => /^seeds="(.*)"/m.exec(userDataOf(node))?.[1] ?? "no seeds";

    before(async () => {
      ring = await Example.open(driver, `${EXAMPLES}/cassandra-ring`, {
        subnetIds: JSON.stringify(WELL_KNOWN.defaultSubnets),
        imageId: WELL_KNOWN.imageV1,
        dataGiB: "120",
      });
      up = await ring.up(fixed);
    });

    after(() => ring.lab.close());

    it("has a spot node on its address in each zone", () => {
      assert.deepEqual(up.addresses, addresses);
      assert.deepEqual(
        nodes(up).map((it) => it.availabilityZone),
        ["us-east-1a", "us-east-1b", "us-east-1c"],
      );
      assert.deepEqual(ring.lab.contents(), { i: 3, sir: 3, eni: 3, vol: 6, lt: 3 });
    });

    it("takes the next type where the preferred one is not offered", () => {
      assert.deepEqual(
        nodes(up).map((it) => it.instanceType),
        ["m7i.large", "m6i.large", "m7i.large"],
      );
    });

    it("tells every node the first two addresses as seeds", () => {
      assert.deepEqual(nodes(up).map(seedsOf), Array(3).fill("172.31.0.10,172.31.16.10"));
    });

    it("gives every node a data volume", () => {
      const attached = dataVolumes().map((it) => `${it.attachment?.instanceId ?? "-"} ${it.attachment?.device ?? "-"}`);
      assert.deepEqual(
        attached.sort(),
        nodes(up)
          .map((it) => `${it.instanceId} /dev/sdf`)
          .sort(),
      );
    });

    it("starts one node after the other", () => {
      const times = nodes(up).map((it) => it.launchTime);
      assert.deepEqual(times, [...new Set(times)].sort());
    });

    it("changes nothing when nothing changed", async () => {
      assert.deepEqual(await ring.callsOf(() => ring.up(fixed)), []);
    });

    it("without addresses of its own has the first node's as the seed; addresses and volumes stay", async () => {
      const volumes = dataVolumes().map((it) => it.volumeId);
      const other = await ring.up({ privateIps: "[]" });
      assert.deepEqual(other.addresses, addresses);
      assert.deepEqual(nodes(other).map(seedsOf), ["", "172.31.0.10", "172.31.0.10"]);
      assert.deepEqual(
        dataVolumes().map((it) => it.volumeId),
        volumes,
      );
      assert.deepEqual(
        dataVolumes()
          .map((it) => it.attachment?.instanceId)
          .sort(),
        [...(other.instanceIds as string[])].sort(),
      );
    });

    it("leaves the data and nothing else", async () => {
      await ring.destroy();
      assert.deepEqual(ring.lab.contents(), { vol: 3 });
      assert.equal(dataVolumes().length, 3);
    });
  });

  describe(`the example migrate-service, run by the ${driver}`, function () {
    this.timeout(120_000);
    let service: Example;
    let given: { instanceId: string; networkInterfaceId: string; elasticIp: string };
    let config: Config;

    /** The service as it runs before Pulumi knows of it. */
    beforeEach(async () => {
      service = await Example.open(driver, `${EXAMPLES}/migrate-service`, {
        subnetId: WELL_KNOWN.subnetA,
        securityGroupIds: JSON.stringify([WELL_KNOWN.otherSecurityGroup]),
        imageId: WELL_KNOWN.imageV1,
        instanceType: "m7i.large",
      });
      const launch = {
        MinCount: "1",
        MaxCount: "1",
        ImageId: WELL_KNOWN.imageV1,
        InstanceType: "m7i.large",
        SubnetId: WELL_KNOWN.subnetA,
        PrivateIpAddress: "10.0.1.7",
        "SecurityGroupId.1": WELL_KNOWN.otherSecurityGroup,
      };
      const instanceId = service.byHand("RunInstances", launch, "instanceId");
      await service.lab.until("the service runs", () => service.instance(instanceId).state === "running");
      const [networkInterfaceId = ""] = service.instance(instanceId).networkInterfaceIds;
      const elasticIp = service.byHand("AllocateAddress", { Domain: "vpc" }, "allocationId");
      const associate = { AllocationId: elasticIp, NetworkInterfaceId: networkInterfaceId };
      service.byHand("AssociateAddress", associate, "associationId");
      given = { instanceId, networkInterfaceId, elasticIp };
      config = { instanceId, elasticIp };
    });

    afterEach(() => service.lab.close());

    it("is adopted as it runs, and is then replaced under its addresses", async () => {
      const { instanceId, networkInterfaceId } = given;
      let adopted: Record<string, unknown> = {};
      const calls = await service.callsOf(async () => {
        adopted = await service.up(config);
      });
      assert.match(
        service.said,
        new RegExp(`service: adopts ${instanceId} on ${networkInterfaceId} with 10\\.0\\.1\\.7, .*keeps running`),
      );
      assert.deepEqual(
        { ...adopted, publicIp: "" },
        { instanceId, networkInterfaceId, privateIp: "10.0.1.7", publicIp: "" },
      );
      assert.doesNotMatch(calls.join(" "), /RunInstances|TerminateInstances|StopInstances|RebootInstances/);
      assert.equal(service.networkInterface(networkInterfaceId).attachment?.deleteOnTermination, false);
      assert.deepEqual(service.networkInterface(networkInterfaceId).groupIds, [WELL_KNOWN.otherSecurityGroup]);
      assert.deepEqual(await service.callsOf(() => service.up(config)), []);

      const next = { ...config, ...newImage };
      const replaced = await service.up(next);
      assert.match(service.said, new RegExp(`service: replaces ${instanceId} \\(imageId\\).*10\\.0\\.1\\.7`));
      assert.notEqual(replaced.instanceId, instanceId);
      assert.equal(service.instance(replaced.instanceId).imageId, WELL_KNOWN.imageV2);
      assert.deepEqual({ ...replaced, instanceId }, adopted);
      assert.deepEqual(await service.callsOf(() => service.up(next)), []);

      await service.destroy(next);
      assert.deepEqual(service.lab.contents(), { eni: 1, eipalloc: 1 });
    });

    it("is given back as it runs", async () => {
      await service.up(config);
      await service.destroy(config);
      assert.equal(service.instance(given.instanceId).state, "running");
      assert.deepEqual(service.lab.contents(), { i: 1, eni: 1, eipalloc: 1, vol: 1 });
    });
  });

  describe(`the example pause-at-night, run by the ${driver}`, function () {
    this.timeout(120_000);
    let office: Example;
    let day: Record<string, unknown>;

    before(async () => {
      office = await Example.open(driver, `${EXAMPLES}/pause-at-night`, {
        subnetId: WELL_KNOWN.subnetA,
        imageId: WELL_KNOWN.imageV1,
      });
      day = await office.up();
    });

    after(() => office.lab.close());

    it("stops in the evening and keeps its addresses", async () => {
      const night = await office.up({ paused: "true" });
      assert.match(office.said, new RegExp(`office: pauses ${String(day.instanceId)}`));
      assert.deepEqual(night, { ...day, state: "paused" });
      assert.equal(office.instance(day.instanceId).state, "stopped");
      assert.deepEqual(office.lab.contents(), { i: 1, eni: 1, eipalloc: 1, vol: 1, lt: 1 });
      assert.deepEqual(await office.callsOf(() => office.up({ paused: "true" })), []);
    });

    it("runs again in the morning, under the same addresses", async () => {
      assert.deepEqual(await office.up({ paused: "false" }), day);
      assert.equal(office.instance(day.instanceId).state, "running");
      assert.deepEqual(await office.callsOf(() => office.up({ paused: "false" })), []);
    });

    it("leaves nothing, paused or not", async () => {
      await office.up({ paused: "true" });
      await office.destroy({ paused: "true" });
      assert.deepEqual(office.lab.contents(), {});
    });
  });
}
