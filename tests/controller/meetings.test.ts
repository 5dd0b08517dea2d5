/** Runs that meet on one machine, as they were seen: a recycle, a pause or a controller in the middle of an `up`, and two controllers. */
import assert from "node:assert/strict";
import { CreateLaunchTemplateVersionCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../local/ec2";
import { recordRecycle } from "../../controller/by-hand";
import { decide } from "../../controller/decide";
import { isVoid } from "../../provider/engine/record/specification";
import { program, type Stack } from "../provider/support";
import { later, made, only, settled, somebody, up } from "../provider/world";
import { meetBefore, NIGHT, PAUSE, RECYCLE, TICK, upTo, WARNED } from "../reliability/meetings";
import { depsOf, machine } from "./support";

const NEW = { imageId: WELL_KNOWN.imageV2 };
const UP = upTo("new image", NEW);

function instanceOf(owner: Stack): ReturnType<typeof made>["instances"][number] {
  return only(made(owner).instances, "instance");
}

describe("a recycle beside an up", () => {
  for (const action of ["CreateLaunchTemplateVersion", "TerminateInstances", "RunInstances"]) {
    it(`that comes to its end before ${action} of the recycle is not undone: the new image runs`, async () => {
      const owner = await up();
      const { ends, launched } = await meetBefore(owner, [RECYCLE, UP], action);
      later(owner);
      assert.deepEqual(ends[1], {});
      assert.equal(instanceOf(owner).imageId, NEW.imageId);
      assert.deepEqual(launched, [...launched].sort());
      await owner.refresh();
      await settled(owner, NEW);
    });
  }

  it("makes a void version where it has not seen the one before, and then one of that", async () => {
    const owner = await up();
    const read = await machine(owner);
    await UP.run(owner, (handler) => handler);
    const recycled = await recordRecycle(read, depsOf(owner), "by-hand");
    const { versions } = only(made(owner).templates);
    assert.deepEqual(
      versions.map((it) => isVoid(it.versionNumber, it.description ?? "")),
      [false, false, true, false],
    );
    assert.equal(recycled.purpose.generation.number, 4);
    assert.equal((await machine(owner)).desired.imageId, NEW.imageId);
  });

  it("waits for its look to show the version that came before, and makes one void version only", async () => {
    const owner = await up();
    owner.clock.advance(20 * 60_000);
    const [first] = only(made(owner).templates).versions;
    owner.simulator.consistency.set({ staleMs: 10_000 });
    await somebody(owner).send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateId: String(owner.outputs.launchTemplateId),
        VersionDescription: first?.description?.replace("managed-instance 1", "managed-instance 2"),
        SourceVersion: "1",
        LaunchTemplateData: { InstanceType: "m5.large" },
      }),
    );
    const recycled = await recordRecycle(await machine(owner), depsOf(owner), "by-hand");
    const { versions } = only(made(owner).templates);
    assert.deepEqual(
      versions.map((it) => isVoid(it.versionNumber, it.description ?? "")),
      [false, false, true, false],
    );
    assert.equal(recycled.purpose.generation.number, 4);
  });

  it("yields where the up records its generation after it, and says whose result stands", async () => {
    const owner = await up();
    const { ends } = await meetBefore(owner, [RECYCLE, UP], "DescribeInstanceTypeOfferings");
    assert.match(
      ends[0].said ?? "",
      /another run recorded generation 3 of mi-[0-9a-f]+ meanwhile, and its result stands/,
    );
    assert.deepEqual(ends[1], {});
  });
});

describe("a pause in the middle of an up", () => {
  for (const [verb, by] of [
    [PAUSE, "hand"],
    [NIGHT, "its schedule"],
  ] as const) {
    it(`by ${by} ends the up with who did it, with no roll-back, and a resume brings up what was declared`, async () => {
      const owner = await up();
      const { ends, launched, tookMs } = await meetBefore(owner, [UP, verb], "RunInstances");
      later(owner);
      assert.match(ends[0].said ?? "", new RegExp(`was paused meanwhile by ${by}, and that stands`));
      assert.deepEqual(ends[1], {});
      assert.deepEqual(launched, [2]);
      assert.ok(tookMs < 300_000, String(tookMs));
      isStopped(owner);
      const { desired } = await machine(owner);
      assert.deepEqual([desired.desiredState, desired.imageId], ["paused", NEW.imageId]);
      await owner.up(program(NEW));
      assert.equal(instanceOf(owner).imageId, NEW.imageId);
    });
  }

  it("while it waits for its instance to run stops that, and does not wait for ten minutes", async () => {
    const owner = await up();
    const { ends, launched, tookMs } = await meetBefore(owner, [UP, PAUSE], "DescribeInstances", {
      after: "RunInstances",
    });
    later(owner);
    assert.match(ends[0].said ?? "", /was paused meanwhile by hand/);
    assert.ok(tookMs < 300_000, String(tookMs));
    assert.deepEqual(launched, [2]);
    isStopped(owner);
  });
});

function isStopped(owner: Stack): void {
  const { state, imageId } = instanceOf(owner);
  assert.deepEqual({ state, imageId }, { state: "stopped", ...NEW });
}

describe("an interface that another instance of the machine holds", () => {
  it("is taken for one's own result at once, by an up beside a controller", async () => {
    const owner = await up();
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [String(owner.outputs.instanceId)] }));
    await owner.refresh();
    later(owner);
    const { ends, tookMs } = await meetBefore(owner, [upTo("the same", {}), TICK], "RunInstances");
    later(owner);
    assert.deepEqual(ends, [{}, {}]);
    assert.ok(tookMs < 120_000, String(tookMs));
    instanceOf(owner);
  });

  it("is not waited for by a run that retires what another one has replaced", async () => {
    const owner = await up();
    const inputs = { recycleTriggers: { at: "1" } };
    const again = upTo("a recycle", inputs);
    const { ends, tookMs } = await meetBefore(owner, [again, again], "TerminateInstances");
    later(owner);
    assert.deepEqual(ends, [{}, {}]);
    assert.ok(tookMs < 180_000, String(tookMs));
    await owner.refresh();
    await settled(owner, inputs);
  });

  it("leaves an unfinished update alone for the grace", async () => {
    const owner = await up({ dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }] });
    const read = await machine(owner);
    const [volume] = read.observed.volumes;
    assert.ok(volume !== undefined);
    volume.attachment = undefined;
    volume.status = "available";
    const instance = only(read.observed.instances);
    const at = (seconds: number): string =>
      decide({ machine: read, signals: [], now: instance.launchedAt + seconds * 1000 }).kind;
    assert.equal(at(299), "wait");
    assert.equal(at(301), "finish");
    const signals = [{ kind: "continue", machineId: read.id } as const];
    assert.equal(decide({ machine: read, signals, now: instance.launchedAt + 1000 }).kind, "finish");
  });
});

describe("two controllers that launch for one overlap", () => {
  const inputs = { market: { lifecycle: "spot" }, replacement: { strategy: "overlap" } };

  for (const action of ["RunInstances", "DetachNetworkInterface", "AttachNetworkInterface", "TerminateInstances"]) {
    it(`and meet before ${action} both end well, and count nothing against the machine`, async () => {
      const owner = await up(inputs);
      const { ends } = await meetBefore(owner, [WARNED, WARNED], action);
      assert.deepEqual(ends, [{}, {}]);
      const { history } = await machine(owner);
      assert.ok((history.replacement?.inARow ?? 0) <= 1);
      later(owner);
      instanceOf(owner);
      await owner.refresh();
      await settled(owner, inputs);
    });
  }
});

describe("an instance that another run ends", () => {
  it("is not waited for by an up that attaches a data volume to it", async () => {
    const owner = await up({ pauseBehavior: "terminate" });
    const volume = { dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }], pauseBehavior: "terminate" };
    const { ends, tookMs } = await meetBefore(owner, [upTo("a volume", volume), PAUSE], "AttachVolume");
    assert.match(ends[0].said ?? "", /was paused meanwhile by hand, and that stands/);
    assert.deepEqual(ends[1], {});
    assert.ok(tookMs < 100_000, String(tookMs));
  });
});
