import assert from "node:assert/strict";
import { availableDrivers } from "../../local/driver";
import { Lab } from "./support";

/** Nothing that a user cannot act on: stacks, the SDK's notices, the runtime's own words for an unhandled error. */
const NOISE = /^\s+at .*:\d+:\d+\)?$|NodeVersionSupportWarning|DeprecationWarning|UnhandledPromise/m;

for (const name of availableDrivers()) {
  describe(`bad input, run by the ${name}`, function () {
    this.timeout(60_000);
    let lab: Lab;

    afterEach(async () => {
      assert.deepEqual(lab.contents(), {}, "a failed check makes nothing");
      await lab.close();
    });

    const refused = async (args: Record<string, unknown>, env: Record<string, string> = {}): Promise<string> => {
      lab = await Lab.open(name, { env });
      const { ok, output } = await lab.run("preview", args);
      assert.equal(ok, false, output);
      assert.doesNotMatch(output, NOISE);
      // The CLI wraps long lines.
      return output.replace(/\s+/g, " ");
    };

    it("fails in preview, naming each property, what was given and what is accepted", async () => {
      const output = await refused({
        privateIp: "10.0.1.700",
        imageID: "ami-1",
        market: { lifecycle: "spot", maxPrice: "cheap" },
      });
      assert.match(
        output,
        /privateIp.*got "10\.0\.1\.700", but privateIp must be an IPv4 address, such as 10\.0\.1\.7/,
      );
      assert.match(output, /"imageID" is not an input of a ManagedInstance; did you mean "imageId"\?/);
      assert.match(output, /got "cheap", but market\.maxPrice must be a price in US dollars for an hour/);
    });

    it("fails in preview on what contradicts itself, naming both properties", async () => {
      const output = await refused({
        elasticIp: true,
        publicIpAssignment: "none",
        market: { lifecycle: "spot" },
        pauseBehavior: "stop",
        persistPrivateIp: false,
        replacement: { strategy: "overlap" },
        adopt: { networkInterfaceId: "eni-0a1b2c3d4e5f60718" },
        dataVolumes: ["a", "b"].map((name) => ({ name, deviceName: "/dev/sdf", size: 1 })),
      });
      for (const pair of [
        /publicIpAssignment: "none" and elasticIp: true/,
        /pauseBehavior: "stop" and market\.lifecycle: "spot"/,
        /replacement\.strategy: "overlap" and persistPrivateIp: false/,
        /adopt.* and privateIp: "10\.0\.1\.7"/,
        /dataVolumes\[0\] and dataVolumes\[1\] are both on \/dev\/sdf/,
      ]) {
        assert.match(output, pair);
      }
    });

    it("fails in preview on what EC2 knows to be wrong, naming both properties", async () => {
      const output = await refused({
        privateIp: "10.0.2.9",
        fallbackInstanceTypes: ["m6i.large", "m7g.large"],
      });
      assert.match(
        output,
        /privateIp: 10\.0\.2\.9 is outside of subnetId: subnet-0a000000000000001, which is 10\.0\.1\.0\/24/,
      );
      assert.match(output, /fallbackInstanceTypes\[1\]: m7g\.large is arm64, but imageId: ami-\w+ is x86_64/);
    });

    it("says in one sentence that there are no credentials", async () => {
      const none = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" };
      assert.match(await refused({}, none), /there are no usable AWS credentials \(.*\)\. Set the stack's aws:profile/);
    });

    it("says in one sentence that there is no region", async () => {
      assert.match(
        await refused({}, { AWS_REGION: "" }),
        /no AWS region is set; set it with `pulumi config set aws:region REGION`/,
      );
    });
  });

  describe(`input that EC2 refuses, run by the ${name}`, function () {
    this.timeout(60_000);

    it("is a sentence with what is kept and what to do, and can be destroyed", async () => {
      const lab = await Lab.open(name);
      try {
        const { ok, output } = await lab.run("up", { iamInstanceProfile: "nobody", elasticIp: false });
        assert.equal(ok, false, output);
        assert.doesNotMatch(output, NOISE);
        const text = output.replace(/\s+/g, " ");
        assert.match(
          text,
          /could not launch m7i\.large on eni-\w+: .*nobody.* \(InvalidParameterValue, request [-\w]+\).*Kept: eni-\w+ with 10\.0\.1\.7\. `pulumi up` goes on from here/,
        );
        const destroy = await lab.run("destroy", {});
        assert.ok(destroy.ok, destroy.output);
        assert.deepEqual(lab.contents(), {});
      } finally {
        await lab.close();
      }
    });
  });
}
