/** The examples that use @pulumi/aws: deployed without its resources, and previewed with them. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { availableDrivers } from "../../local/driver";
import { type SimState, WELL_KNOWN } from "../../local/ec2";
import { type Config, Example, EXAMPLES, pair, userDataOf } from "./example";

const newImage = { imageId: WELL_KNOWN.imageV2 };

for (const driver of availableDrivers()) {
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
