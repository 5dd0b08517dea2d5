/** What EC2 alone tells of a machine is enough to bring it back as the program wants it. */
import assert from "node:assert/strict";
import { CreateTagsCommand, DeleteTagsCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { isReadable, listMachines, readMachine, AmbiguousName } from "../../controller/record";
import { TAG } from "../../provider/ec2/tags";
import { templateTags } from "../../provider/engine/labels";
import type { Properties } from "../../provider/handlers";
import { program, stack, type Stack, URN } from "../provider/support";
import { later, made, quick, settled, somebody, up } from "../provider/world";
import { machine, placeOf, planOf, restore } from "./support";

const LONG_URN = `${URN}-${"x".repeat(240)}`;

/** One machine of each kind, by what a program says of it. */
const PROGRAMS: Readonly<Record<string, Properties>> = {
  "the simplest": {},
  "on spot with fallbacks": {
    market: { lifecycle: "spot", maxPrice: "0.25", revertToSpot: "always" },
    fallbackInstanceTypes: ["m6i.large", "m5.large"],
  },
  "on spot, in a window": {
    market: {
      lifecycle: "spot",
      fallbackToOnDemand: true,
      revertToSpot: { window: { days: ["sat", "sun"], from: "22:00", to: "04:30", timezone: "Europe/Berlin" } },
    },
  },
  "with an Elastic IP of its own": { elasticIp: true },
  "with secret user data": { userData: "#!/bin/sh\necho secret" },
  "with an image behind a parameter": { imageId: `resolve:ssm:${WELL_KNOWN.imageAlias}`, rootVolume: { size: 30 } },
  "with a root volume and all settings": {
    rootVolume: { size: 20, type: "gp3", encrypted: true },
    metadataOptions: { httpTokens: "optional", httpPutResponseHopLimit: 2 },
    monitoring: true,
    ebsOptimized: true,
    cpuOptions: { coreCount: 1, threadsPerCore: 1 },
  },
  "a NAT box": { sourceDestCheck: false, secondaryPrivateIpCount: 2 },
  "with addresses by name": { privateIp: "10.0.1.77", secondaryPrivateIps: ["10.0.1.78", "10.0.1.79"] },
  "with no kept interface": {
    persistPrivateIp: false,
    elasticIp: true,
    secondaryPrivateIpCount: 1,
    publicIpAssignment: "subnet-default",
  },
  "without a public address": { publicIpAssignment: "none" },
  "with a public address": { publicIpAssignment: "assign" },
  "with data volumes": {
    dataVolumes: [
      { name: "data", deviceName: "/dev/sdf", size: 10 },
      { name: "logs", deviceName: "/dev/sdg", size: 5, type: "gp2" },
    ],
  },
  "with tags and a name": { tags: { Name: "another", team: "data" } },
  "with triggers": { recycleTriggers: { build: "1" } },
  "with schedules and healing": {
    healing: { enabled: false, graceSeconds: 10, unhealthySeconds: 0 },
    minReplacementInterval: 0,
    schedules: [
      { action: "pause", cron: "0 20 * * 1-5", timezone: "Europe/Berlin" },
      { action: "recycle", cron: "*/30 3 1,15 * MON#1" },
    ],
  },
  "that overlaps": { replacement: { strategy: "overlap", drainSeconds: 5, waitFor: "status-ok" } },
  "that keeps what it retains": { deletion: { elasticIp: "retain" }, elasticIp: true },
  "of a long name": { resourceUrn: LONG_URN, tags: { team: "data" } },
};

describe("the record of a machine", () => {
  for (const [what, inputs] of Object.entries(PROGRAMS)) {
    it(`leaves nothing to be done right after up: ${what}`, async () => {
      const owner = await up(inputs);
      const read = await machine(owner);
      assert.deepEqual(planOf(read), []);
      // Written from what was read, it says the same.
      const { tags } = read.template;
      assert.deepEqual(templateTags(read.id, read.desired, tags[TAG.phase] === "ready" ? "ready" : "creating"), tags);
    });

    it(`brings back one that was ended, as the program wants it: ${what}`, async () => {
      const owner = await up(inputs);
      const { instanceId } = owner.outputs;
      await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [String(instanceId)] }));
      later(owner);
      await restore(owner, { leapMs: 60_000 });
      await owner.refresh();
      assert.notEqual(owner.outputs.instanceId, instanceId);
      assert.equal(owner.outputs.state, "running");
      await settled(owner, inputs);
    });
  }
});
