import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { availableDrivers, type DriverName } from "../../local/driver";
import { type SimState, WELL_KNOWN } from "../../local/ec2";
import { Lab } from "./support";

/** Seen from the fixtures, where a lab looks for its project. */
const EXAMPLES = "../../../examples";

type Config = Record<string, string>;
type Instance = SimState["instances"][string];

/** An example on the simulator, under one config. */
class Example {
  /** What the last run printed; an `up` says first what a preview says (inputs.test.ts). */
  said = "";

  private constructor(
    readonly lab: Lab,
    private readonly config: Config,
  ) {}

  static async open(driver: DriverName, project: string, config: Config): Promise<Example> {
    // `tsc` has checked the types already; once again at each run would be half of the time.
    return new Example(await Lab.open(driver, { project, env: { PULUMI_NODEJS_TRANSPILE_ONLY: "true" } }), config);
  }

  async preview(changed: Config = {}): Promise<string> {
    return this.run("preview", changed);
  }

  async up(changed: Config = {}): Promise<Record<string, unknown>> {
    await this.run("up", changed);
    return this.lab.driver.outputs();
  }

  async destroy(changed: Config = {}): Promise<void> {
    await this.run("destroy", changed);
  }

  /** The changing calls of `work`. */
  async callsOf(work: () => Promise<unknown>): Promise<string[]> {
    this.lab.server.simulator.clearCalls();
    await work();
    return this.lab.server.simulator
      .calls()
      .filter((it) => it.mutating && !it.dryRun)
      .map((it) => it.action);
  }

  /** EC2's own calls, as somebody else than Pulumi makes them; answers with the first id of a kind in the reply. */
  byHand(action: string, params: Config, idTag: string): string {
    const body = new URLSearchParams({ Action: action, Version: "2016-11-15", ...params }).toString();
    const reply = this.lab.server.simulator.handle({ body });
    assert.equal(reply.status, 200, reply.body);
    return new RegExp(`<${idTag}>([^<]*)</${idTag}>`).exec(reply.body)?.[1] ?? "";
  }

  get account(): SimState {
    return this.lab.server.simulator.snapshot();
  }

  instance(id: unknown): Instance {
    const found = this.account.instances[String(id)];
    assert.ok(found, `there is no instance ${String(id)}`);
    return found;
  }

  networkInterface(id: unknown): SimState["networkInterfaces"][string] {
    const found = this.account.networkInterfaces[String(id)];
    assert.ok(found, `there is no network interface ${String(id)}`);
    return found;
  }

  private async run(verb: "preview" | "up" | "destroy", changed: Config): Promise<string> {
    const { ok, output } = await this.lab.driver.run(verb, { ...this.config, ...changed });
    assert.ok(ok, `${verb} failed:\n${output}`);
    this.said = output;
    return output;
  }
}

function userDataOf(instance: Instance): string {
  return Buffer.from(instance.userData ?? "", "base64").toString();
}

const pair = JSON.stringify([WELL_KNOWN.subnetA, WELL_KNOWN.subnetB]);
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

  describe(`the examples that need @pulumi/aws, without its resources, run by the ${driver}`, function () {
    this.timeout(240_000);
    let both: Example;
    /** After the first `up`. */
    let account: SimState;
    let up: Record<string, unknown>;
    let replaced: Record<string, unknown>;
    let idle: string[];

    // One stack of both, run once; each `it` looks at one thing in it.
    before(async () => {
      both = await Example.open(driver, "without-aws", {
        subnetId: WELL_KNOWN.subnetA,
        subnetIds: pair,
        imageId: WELL_KNOWN.imageV1,
        securityGroupIds: JSON.stringify([WELL_KNOWN.otherSecurityGroup]),
      });
      up = await both.up();
      account = both.account;
      idle = await both.callsOf(() => both.up());
      replaced = await both.up(newImage);
    });

    after(() => both.lab.close());

    it("change nothing when nothing changed", () => {
      assert.deepEqual(idle, []);
    });

    describe("the example nat-instance", () => {
      it("may forward packets, does so, and is seen under one public address", () => {
        const networkInterface = account.networkInterfaces[String(up.networkInterfaceId)];
        assert.equal(networkInterface?.sourceDestCheck, false);
        assert.deepEqual(networkInterface.groupIds, [WELL_KNOWN.otherSecurityGroup]);
        assert.match(userDataOf(both.instance(up.instanceId)), /ip_forward = 1[^]*MASQUERADE/);
        const [address] = Object.values(account.addresses).filter((it) => it.publicIp === up.publicIp);
        assert.equal(address?.networkInterfaceId, up.networkInterfaceId);
      });

      it("is replaced under the routes: the same interface, the check still off, the same public address", () => {
        assert.notEqual(replaced.instanceId, up.instanceId);
        assert.equal(replaced.networkInterfaceId, up.networkInterfaceId);
        assert.equal(replaced.publicIp, up.publicIp);
        assert.equal(both.networkInterface(up.networkInterfaceId).sourceDestCheck, false);
      });
    });

    describe("the example load-balancer-targets", () => {
      it("has a machine in each subnet to register by its address", () => {
        const [first, second] = up.addresses as string[];
        assert.match(first ?? "", /^10\.0\.1\.\d+$/);
        assert.match(second ?? "", /^10\.0\.2\.\d+$/);
      });

      it("replaces one after the other under the registered addresses, so that one always answers", () => {
        assert.deepEqual(replaced.addresses, up.addresses);
        assert.equal(new Set([...(up.instanceIds as string[]), ...(replaced.instanceIds as string[])]).size, 4);
        const { privateIps } = both.lab.server.simulator.timeline();
        const [first, second] = (up.addresses as string[]).map((it) => privateIps[it]?.outages ?? []);
        assert.equal(first?.length, 1);
        assert.equal(second?.length, 1);
        assert.ok((first[0]?.to ?? Infinity) < (second[0]?.from ?? 0));
      });
    });

    // Mocha runs the tests of its own of a `describe` before those of the ones in it.
    describe("a destroy of both", () => {
      it("leaves nothing", async () => {
        await both.destroy(newImage);
        assert.deepEqual(both.lab.contents(), {});
      });
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

const onPath = (file: string): boolean =>
  (process.env.PATH ?? "").split(delimiter).some((dir) => existsSync(join(dir, file)));

/** With AWS's own provider nothing can be deployed here, but a preview shows what would be. */
if (availableDrivers().includes("pulumi CLI") && onPath("pulumi-resource-aws")) {
  describe("the examples beside @pulumi/aws, previewed by the pulumi CLI", function () {
    this.timeout(120_000);
    const aws = {
      "aws:region": "us-east-1",
      "aws:skipCredentialsValidation": "true",
      "aws:skipRequestingAccountId": "true",
      "aws:skipMetadataApiCheck": "true",
      imageId: WELL_KNOWN.imageV1,
    };
    const previewed = async (project: string, config: Config): Promise<string> => {
      const example = await Example.open("pulumi CLI", `${EXAMPLES}/${project}`, { ...aws, ...config });
      try {
        return await example.preview();
      } finally {
        await example.lab.close();
      }
    };

    it("nat-instance makes a route in each route table", async () => {
      const routeTableIds = '["rtb-0a1b2c3d4e5f60718"]';
      const said = await previewed("nat-instance", { subnetId: WELL_KNOWN.subnetA, routeTableIds });
      assert.match(said, /aws:ec2\/route:Route/);
      assert.match(said, /nat: launches t3\.small/);
    });

    it("load-balancer-targets registers every machine", async () => {
      const said = await previewed("load-balancer-targets", { subnetIds: pair, vpcId: WELL_KNOWN.vpcId });
      assert.equal(said.match(/aws:lb\/targetGroupAttachment:TargetGroupAttachment/g)?.length, 2);
    });
  });
} else {
  process.stdout.write(
    "  (no pulumi CLI with pulumi-resource-aws on the PATH: resources of @pulumi/aws are type-checked only)\n",
  );
}
