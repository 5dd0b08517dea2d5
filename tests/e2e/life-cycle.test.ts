import assert from "node:assert/strict";
import { availableDrivers } from "../../local/driver";
import { WELL_KNOWN } from "../../local/ec2";
import { Lab, WHOLE } from "./support";

const drivers = availableDrivers();
if (!drivers.includes("pulumi CLI")) {
  process.stdout.write("  (no pulumi CLI on the PATH: end-to-end tests run with the local deployer only)\n");
}

for (const name of drivers) {
  describe(`the life of a managed instance, run by the ${name}`, function () {
    this.timeout(120_000);
    let lab: Lab;
    const seen: Record<string, Record<string, unknown>> = {};
    const said: Record<string, string> = {};

    const stage = async (title: string, ...run: Parameters<Lab["run"]>): Promise<void> => {
      const { ok, output } = await lab.run(...run);
      assert.ok(ok, `${title} failed:\n${output}`);
      said[title] = output;
      if (run[0] !== "destroy") {
        seen[title] = await lab.driver.outputs();
      }
    };
    const endInstance = (): void => {
      const id = String(seen.recycled?.instanceId);
      const body = `Action=TerminateInstances&Version=2016-11-15&InstanceId.1=${id}`;
      assert.equal(lab.server.simulator.handle({ body }).status, 200);
    };

    // One life, run once; each `it` looks at one thing in it.
    before(async () => {
      lab = await Lab.open(name);
      const noted = { noted: "publicIp,privateIp,networkInterfaceId,allocationId" };
      const image = { imageId: WELL_KNOWN.imageV2 };
      const type = { ...image, instanceType: "m6i.large" };
      const recycle = { ...type, recycleTriggers: { on: "monday" } };
      await stage("up", "up", {}, noted);
      await stage("preview", "preview", image, noted);
      await stage("tags previewed", "preview", { tags: { team: "a" } }, { noted: `${noted.noted},instanceId` });
      await stage("move previewed", "preview", { privateIp: "10.0.1.8" }, { noted: "publicIp,allocationId" });
      await stage("image", "up", image, noted);
      await stage("type", "up", type, noted);
      await stage("recycled", "up", recycle, noted);
      endInstance();
      await stage("refreshed", "refresh", recycle, noted);
      await stage("healed", "up", recycle, noted);
      lab.server.simulator.clearCalls();
      await stage("again", "up", recycle, noted);
      said.callsOfNoOp = lab.server.simulator
        .calls()
        .filter((it) => it.mutating)
        .map((it) => it.action)
        .join(" ");
      await stage("destroy", "destroy", recycle, noted);
    });

    after(() => lab.close());

    const stages = ["up", "image", "type", "recycled", "healed", "again"];

    it("keeps the network interface, private IP, MAC and Elastic IP over every replacement", () => {
      for (const key of ["id", "networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId"]) {
        assert.equal(new Set(stages.map((it) => seen[it]?.[key])).size, 1, key);
        assert.ok(seen.up?.[key]);
      }
    });

    it("runs a new instance after an image change, a type change, a recycle and a termination by hand", () => {
      const replaced = ["up", "image", "type", "recycled", "healed"].map((it) => seen[it]?.instanceId);
      assert.equal(new Set(replaced).size, 5);
    });

    it("has no undefined output", () => {
      assert.deepEqual(seen.up?.undefinedOutputs, []);
    });

    it("previews an image change as one update with its line, and dependents of the addresses as unchanged", () => {
      const { preview = "" } = said;
      assert.match(
        preview,
        /web: replaces i-\w+ \(imageId\), terminate-first, about 41 s dark; keeps eni-\w+, 10\.0\.1\.7, [\d.]+/,
      );
      assert.match(preview, /1 to update/);
      assert.doesNotMatch(preview, /to replace|to create|to delete|2 to update/);
    });

    it("previews a change in place with the instance's id, so that its dependents are not touched", () => {
      assert.match(said["tags previewed"] ?? "", /web: changes in place \(tags\); i-\w+ keeps running/);
      assert.match(said["tags previewed"] ?? "", /1 to update/);
    });

    it("previews another private IP as an update that says what goes, and dependents of the Elastic IP as unchanged", () => {
      const { "move previewed": preview = "" } = said;
      assert.match(preview, /web: replaces i-\w+ \(privateIp\).*; keeps [\d.]+; gives up eni-\w+, 10\.0\.1\.7/);
      assert.match(preview, /1 to update/);
      assert.doesNotMatch(preview, /to replace|to create|2 to update/);
    });

    it("says at each step of a replacement what it does", () => {
      assert.match(said.image ?? "", /web: retiring i-\w+/);
      assert.match(said.image ?? "", /web: i-\w+ retired after \d+ s/);
      assert.match(said.image ?? "", /web: launching m7i\.large \(on-demand\) on eni-\w+/);
      assert.match(said.image ?? "", /web: i-\w+ running after \d+ s; the address was dark for \d+ s/);
    });

    it("finds at refresh that the instance was ended, and says so", () => {
      assert.match(said.refreshed ?? "", /web: found that it has no instance \(recorded: i-\w+\)/);
    });

    it("changes nothing when nothing changed", () => {
      assert.equal(said.callsOfNoOp, "");
      assert.equal(seen.again?.instanceId, seen.healed?.instanceId);
    });

    it("leaves nothing behind", () => {
      assert.deepEqual(lab.contents(), {});
    });
  });

  describe(`a given Elastic IP, run by the ${name}`, function () {
    this.timeout(60_000);

    it("is held by its allocation id and is still allocated after destroy", async () => {
      const lab = await Lab.open(name);
      try {
        const { body } = lab.server.simulator.handle({ body: "Action=AllocateAddress&Version=2016-11-15&Domain=vpc" });
        const elasticIp = /<allocationId>(.*)<\/allocationId>/.exec(body)?.[1] ?? "";
        const up = await lab.run("up", { elasticIp });
        assert.ok(up.ok, up.output);
        assert.equal((await lab.driver.outputs()).allocationId, elasticIp);
        assert.deepEqual(lab.contents(), WHOLE);
        const destroy = await lab.run("destroy", { elasticIp });
        assert.ok(destroy.ok, destroy.output);
        assert.deepEqual(lab.contents(), { eipalloc: 1 });
      } finally {
        await lab.close();
      }
    });
  });
}
