import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { createDriver, type Driver, type Verb } from "../../local/driver";
import { nothingBut } from "../../local/ec2";
import { DodgingProxy } from "./dodges";
import type { MotoTarget } from "./moto";
import type { Surroundings } from "./surroundings";
import { clientOf } from "./target";

const TIME_SCALE = 100;

interface Step {
  title: string;
  run: (life: Life) => Promise<void>;
}

/** One stack with one machine, run as a user would run it, in real processes. */
class Life {
  readonly seen: Record<string, unknown>[] = [];
  output = "";

  constructor(
    readonly driver: Driver,
    readonly here: Surroundings,
    readonly url: string,
  ) {}

  async run(verb: Verb, more: object = {}): Promise<void> {
    const { subnetA, image } = this.here;
    const args = {
      subnetId: subnetA,
      privateIp: "10.0.1.7",
      elasticIp: true,
      imageId: image,
      instanceType: "m5.large",
    };
    const { ok, output } = await this.driver.run(verb, { args: JSON.stringify({ ...args, ...more }) });
    assert.ok(ok, output);
    this.output = output;
    if (verb !== "destroy") this.seen.push(await this.driver.outputs());
  }

  /** The outputs before the last run, and after it. */
  lastTwo(): [Record<string, unknown>, Record<string, unknown>] {
    return [this.seen.at(-2) ?? {}, this.seen.at(-1) ?? {}];
  }
}

const IDENTITY = ["networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId"];

const only = (fields: readonly string[], from: Record<string, unknown>) => fields.map((field) => from[field]);

const STEPS: readonly Step[] = [
  {
    title: "create: the machine runs, on the address that was asked for, and no output is undefined",
    run: async (life) => {
      await life.run("up");
      const [, outputs] = life.lastTwo();
      assert.deepEqual(only(["privateIp", "state", "undefinedOutputs"], outputs), ["10.0.1.7", "running", []]);
      for (const field of [...IDENTITY, "instanceId"]) assert.ok(outputs[field], field);
    },
  },
  {
    title: "no change: nothing is done",
    run: async (life) => {
      await life.run("up");
      assert.match(life.output, /1 unchanged/);
      const [before, after] = life.lastTwo();
      assert.deepEqual(after, before);
    },
  },
  {
    title: "changes in place: tags, groups and the source/destination check, on the same instance",
    run: async (life) => {
      await life.run("up", { tags: { team: "a" }, sourceDestCheck: false, securityGroupIds: [life.here.otherGroup] });
      const [before, after] = life.lastTwo();
      assert.deepEqual(after, before);
      const ec2 = clientOf(life.url);
      const NetworkInterfaceIds = [String(after.networkInterfaceId)];
      const { NetworkInterfaces: [eni] = [] } = await ec2.describeNetworkInterfaces({ NetworkInterfaceIds });
      assert.equal(eni?.SourceDestCheck, false);
      assert.deepEqual(
        eni.Groups?.map(({ GroupId }) => GroupId),
        [life.here.otherGroup],
      );
      assert.ok(eni.TagSet?.some(({ Key, Value }) => Key === "team" && Value === "a"));
    },
  },
  {
    title: "replacement: another image is another instance on the same network identity",
    run: async (life) => {
      await life.run("up", { imageId: life.here.otherImage });
      const [before, after] = life.lastTwo();
      assert.notEqual(after.instanceId, before.instanceId);
      assert.deepEqual(only(IDENTITY, after), only(IDENTITY, before));
    },
  },
  {
    title: "destroy: nothing is left",
    run: async (life) => {
      await life.run("destroy");
      const ec2 = clientOf(life.url);
      const Filters = [{ Name: "subnet-id", Values: [life.here.subnetA] }];
      assert.deepEqual((await ec2.describeNetworkInterfaces({ Filters })).NetworkInterfaces, []);
      const { Addresses = [] } = await ec2.describeAddresses({});
      const { LaunchTemplates = [] } = await ec2.describeLaunchTemplates({});
      const ours = [...Addresses, ...LaunchTemplates].filter(({ Tags = [] }) =>
        Tags.some(({ Key }) => Key === "managed-instance:id"),
      );
      assert.deepEqual(ours, []);
    },
  },
];

/** The product's own life cycle on an EC2 that none of its authors wrote; gives what went wrong at each step, if anything. */
export async function lifeOnMoto(moto: MotoTarget): Promise<{ title: string; failure?: string }[]> {
  const proxy = await DodgingProxy.before(moto.url);
  const workDir = mkdtempSync(join(tmpdir(), "managed-instance-moto-"));
  try {
    const driver = createDriver("local deployer", {
      projectDir: join(__dirname, "..", "e2e", "fixtures", "machine"),
      workDir,
      stack: "test",
      env: nothingBut(proxy.url, TIME_SCALE),
      config: {},
      write: () => undefined,
    });
    return await runSteps(new Life(driver, await moto.surroundings(), moto.url));
  } finally {
    await proxy.close();
    rmSync(workDir, { recursive: true, force: true });
  }
}

async function runSteps(life: Life): Promise<{ title: string; failure?: string }[]> {
  const results: { title: string; failure?: string }[] = [];
  for (const { title, run } of STEPS) {
    const failure = await run(life).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    results.push({ title, failure });
  }
  return results;
}
