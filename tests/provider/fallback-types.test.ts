/** `fallbackInstanceTypes`: which type is tried next where there is no capacity. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { holderOf, pathBetween, said } from "./holder";
import { program, type Stack } from "./support";
import { failureOf, made, only, quick, settled, up } from "./world";

const SPOT = { market: { lifecycle: "spot" } };
const ZONE = "us-east-1a";
const TYPES = { instanceType: "m7i.large", fallbackInstanceTypes: ["m6i.large", "c6i.large"] };

function noRoom(owner: Stack, lifecycle: "spot" | "on-demand", ...types: string[]): void {
  for (const type of types) {
    owner.simulator.capacity.set(type, ZONE, lifecycle, 0);
  }
}

/** The launches that were tried, in order. */
function tried(owner: Stack): string[] {
  return owner.lines.flatMap((line) => /launching (\S+ \(\S+\)) on/.exec(line)?.[1] ?? []);
}

/** How often an instance was asked for, dry runs aside. */
function launches(owner: Stack): number {
  return owner.simulator.calls().filter((it) => it.action === "RunInstances" && !it.dryRun).length;
}

describe("fallbackInstanceTypes", () => {
  it("are tried in their order, every type on spot before the first on demand", async () => {
    const owner = quick();
    noRoom(owner, "spot", "m7i.large", "m6i.large", "c6i.large");
    noRoom(owner, "on-demand", "m7i.large");
    await owner.up(program({ ...TYPES, ...SPOT }));
    assert.deepEqual(tried(owner), [
      "m7i.large (spot)",
      "m6i.large (spot)",
      "c6i.large (spot)",
      "m7i.large (on-demand)",
      "m6i.large (on-demand)",
    ]);
    assert.deepEqual([owner.outputs.lifecycle, owner.outputs.launchedInstanceType], ["on-demand", "m6i.large"]);
    holderOf(owner);
    // It counts as what was wanted, even when there is room again.
    owner.simulator.capacity.clear("m7i.large", ZONE, "spot");
    await settled(owner, { ...TYPES, ...SPOT });
  });

  it("leave it at spot where on-demand is not allowed, and tell what was tried", async () => {
    const owner = quick();
    noRoom(owner, "spot", "m7i.large", "m6i.large", "c6i.large");
    const wanted = { ...TYPES, market: { lifecycle: "spot", fallbackToOnDemand: false } };
    const failure = await failureOf(owner.up(program(wanted)));
    assert.match(
      failure.message,
      /no capacity in us-east-1a: m7i\.large \(spot\): .*; m6i\.large \(spot\): .*; c6i\.large \(spot\): .*Try again later, or change instanceType, fallbackInstanceTypes or market.*Kept: eni-/,
    );
    assert.equal(launches(owner), 3);
    owner.simulator.capacity.clear("c6i.large", ZONE, "spot");
    await owner.up(program(wanted));
    assert.equal(owner.outputs.launchedInstanceType, "c6i.large");
    holderOf(owner);
  });

  it("are no reason for a replacement when they change, or when the wanted type has room again", async () => {
    const owner = quick();
    noRoom(owner, "on-demand", "m7i.large");
    await owner.up(program(TYPES));
    const was = holderOf(owner);
    assert.equal(owner.outputs.launchedInstanceType, "m6i.large");
    owner.simulator.capacity.clear("m7i.large", ZONE, "on-demand");
    const fewer = { instanceType: "m7i.large", fallbackInstanceTypes: ["c6i.large"] };
    assert.match(await said(owner, fewer), /^changes in place \(fallbackInstanceTypes\); i-\w+ keeps running/);
    await owner.up(program(fewer));
    assert.equal(pathBetween(was, holderOf(owner)), "none");
    await settled(owner, fewer);
    await owner.up(program({ ...fewer, recycleTriggers: { at: "1" } }));
    assert.equal(owner.outputs.launchedInstanceType, "m7i.large");
  });

  for (const code of ["UnfulfillableCapacity", "Unsupported", "InsufficientInstanceCapacity", "SpotMaxPriceTooLow"]) {
    it(`are tried after ${code}, which is not repeated`, async () => {
      const owner = quick();
      const status = code === "InsufficientInstanceCapacity" ? 500 : 400;
      owner.simulator.faults.add({ action: "RunInstances", error: { code, message: "ordered", status }, times: 1 });
      await owner.up(program(TYPES));
      assert.deepEqual(tried(owner), ["m7i.large (on-demand)", "m6i.large (on-demand)"]);
      assert.equal(launches(owner), 2);
    });
  }

  describe("where EC2 refuses a type for what is set", () => {
    const CREDITS = { cpuCredits: "unlimited" };
    const running = (owner: Stack) => only(made(owner).instances);

    /** As `up` finds a program of which the preview was not told, or that an older version passed. */
    async function created(owner: Stack, inputs: Properties): Promise<Error> {
      const { inputs: checked } = await owner.preview(program());
      return failureOf(owner.handlers.create({ ...checked, ...inputs }));
    }

    it("are tried, and the refusal is told with its type", async () => {
      const owner = quick();
      noRoom(owner, "on-demand", "t3.large");
      const { inputs: checked } = await owner.preview(program());
      const types = { instanceType: "t3.large", fallbackInstanceTypes: ["m5.large", "t3.medium"] };
      await owner.handlers.create({ ...checked, ...types, ...CREDITS });
      assert.deepEqual(tried(owner), ["t3.large (on-demand)", "m5.large (on-demand)", "t3.medium (on-demand)"]);
      assert.ok(
        owner.lines.some((it) =>
          /EC2 refuses to launch m5\.large \(on-demand\): .*InstanceCreditSpecification/.test(it),
        ),
        owner.lines.join("\n"),
      );
      assert.equal(running(owner).instanceType, "t3.medium");
    });

    it("are all told where the others have no room, with what to do", async () => {
      const owner = quick();
      noRoom(owner, "on-demand", "t3.large");
      const types = { instanceType: "t3.large", fallbackInstanceTypes: ["m5.large"] };
      const { message } = await created(owner, { ...types, ...CREDITS });
      assert.match(
        message,
        /no type could be launched in us-east-1a: t3\.large \(on-demand\): .*InsufficientInstanceCapacity.*; m5\.large \(on-demand\): The m5\.large instance type does not support.*cpuCredits out.*Try again later/,
      );
    });

    it("are all told where each is refused, and it is no lack of capacity", async () => {
      const owner = quick();
      const types = { instanceType: "m6i.large", fallbackInstanceTypes: ["m5.large"] };
      const { message } = await created(owner, { ...types, ...CREDITS });
      assert.match(
        message,
        /EC2 refuses each type: m6i\.large \(on-demand\): .*; m5\.large \(on-demand\): .*Name types/,
      );
      assert.doesNotMatch(message, /no capacity/);
    });

    it("are named where EC2 ends the launch for something else while one of them is tried", async () => {
      const owner = quick();
      noRoom(owner, "on-demand", "m7i.large");
      owner.simulator.faults.add({ action: "RunInstances", error: { code: "VcpuLimitExceeded" }, skip: 1 });
      const { message } = await failureOf(owner.up(program(TYPES)));
      assert.match(message, /could not launch m6i\.large on eni-\w+: .*VcpuLimitExceeded/);
    });

    it("leave the working instance alone where the wanted type is refused, and only say it of a fallback", async () => {
      const owner = await up({ instanceType: "t3.large" });
      const was = running(owner);
      const wrong = { instanceType: "m5.large", fallbackInstanceTypes: ["m6i.large"], ...CREDITS };
      const { message } = await failureOf(owner.unseen(wrong));
      assert.match(
        message,
        /cpuCredits is "unlimited", but m5\.large \(instanceType\) is not burstable.*was left running/,
      );
      assert.deepEqual([running(owner).instanceId, running(owner).state], [was.instanceId, "running"]);
      owner.lines.length = 0;
      await owner.unseen({ instanceType: "t3.medium", fallbackInstanceTypes: ["m5.large"], ...CREDITS });
      assert.ok(
        owner.lines.some((it) => /m5\.large \(fallbackInstanceTypes\) is not burstable.* cannot be fallen/.test(it)),
      );
      assert.equal(running(owner).instanceType, "t3.medium");
    });
  });

  it("are tried when EC2 takes the launch and then has no room", async () => {
    const owner = quick();
    owner.simulator.failNextLaunch("Server.InsufficientInstanceCapacity");
    await owner.up(program(TYPES));
    assert.equal(owner.outputs.launchedInstanceType, "m6i.large");
    holderOf(owner);
  });

  it("are tried at a price that is above the limit, and on demand last", async () => {
    const owner = quick();
    await owner.up(program({ ...TYPES, market: { lifecycle: "spot", maxPrice: "0.001" } }));
    assert.equal(tried(owner).length, 4);
    assert.deepEqual([owner.outputs.lifecycle, owner.outputs.launchedInstanceType], ["on-demand", "m7i.large"]);
  });

  it("let a replacement go on where only the price of the first is above the limit", async () => {
    const owner = await up(SPOT);
    const wanted = { market: { lifecycle: "spot", maxPrice: "0.001" } };
    await owner.up(program(wanted));
    assert.equal(owner.outputs.lifecycle, "on-demand");
    await settled(owner, wanted);
  });

  for (const code of [
    "VcpuLimitExceeded",
    "MaxSpotInstanceCountExceeded",
    "UnauthorizedOperation",
    "InvalidParameterValue",
    "PendingVerification",
  ]) {
    it(`are not tried after ${code}`, async () => {
      const owner = quick();
      owner.simulator.faults.add({ action: "RunInstances", error: { code, message: "ordered" } });
      const failure = await failureOf(owner.up(program({ ...TYPES, ...SPOT })));
      assert.match(failure.message, new RegExp(`could not launch m7i\\.large on eni-\\w+: .*${code}`));
      assert.equal(launches(owner), 1);
    });
  }

  it("are not tried when EC2 takes the launch and fails for a fault of the launch", async () => {
    const owner = quick();
    owner.simulator.failNextLaunch("Client.InternalError");
    await failureOf(owner.up(program(TYPES)));
    assert.equal(launches(owner), 1);
  });

  describe("where the zone does not have the wanted type", () => {
    const there = {
      subnetId: WELL_KNOWN.subnetB,
      instanceType: "m7i.large",
      fallbackInstanceTypes: ["m6i.large"],
    };

    it("take its place at the create", async () => {
      const owner = await up(there);
      assert.equal(owner.outputs.launchedInstanceType, "m6i.large");
      await settled(owner, there);
    });

    it("take its place at a replacement", async () => {
      const owner = await up({ ...there, instanceType: "t3.medium" });
      const was = holderOf(owner);
      await owner.up(program(there));
      assert.equal(owner.outputs.launchedInstanceType, "m6i.large");
      assert.deepEqual(holderOf(owner).identity, was.identity);
      await settled(owner, there);
    });

    it("take its place by stop-start", async () => {
      const replacement = { strategy: "stop-start" };
      const owner = await up({ ...there, replacement, instanceType: "t3.medium" });
      const was = holderOf(owner);
      await owner.up(program({ ...there, replacement }));
      assert.equal(pathBetween(was, holderOf(owner)), "stop-start");
      assert.equal(owner.outputs.launchedInstanceType, "m6i.large");
      await settled(owner, { ...there, replacement });
    });
  });

  it("are tried when a stopped instance has no room to start again", async () => {
    const owner = await up(TYPES);
    const was = holderOf(owner);
    await owner.up(program({ ...TYPES, desiredState: "paused" }));
    noRoom(owner, "on-demand", "m7i.large");
    await owner.up(program(TYPES));
    const now = holderOf(owner);
    assert.equal(pathBetween(was, now), "stop-start");
    assert.equal(owner.outputs.launchedInstanceType, "m6i.large");
    assert.deepEqual(now.identity, was.identity);
    await settled(owner, TYPES);
  });

  it("leave an instance stopped that no type has room for, and it is started by a later up", async () => {
    const owner = await up();
    const was = holderOf(owner);
    await owner.up(program({ desiredState: "paused" }));
    noRoom(owner, "on-demand", "m7i.large");
    const failure = await failureOf(owner.up(program()));
    assert.match(
      failure.message,
      /could not start i-\w+: .*m7i\.large: .*InsufficientInstanceCapacity.*goes on from here/,
    );
    assert.equal(only(made(owner).instances).state, "stopped");
    owner.simulator.capacity.clear("m7i.large", ZONE, "on-demand");
    await owner.up(program());
    assert.equal(holderOf(owner).instance.instanceId, was.instance.instanceId);
  });
});
