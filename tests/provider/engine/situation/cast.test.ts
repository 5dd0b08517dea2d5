import assert from "node:assert/strict";
import { isOnOurs } from "../../../../provider/engine/situation/belongings";
import { type Cast, castOf } from "../../../../provider/engine/situation/cast";
import type { Desired } from "../../../../provider/model/desired";
import type { Situation } from "../../../../provider/model/goal";
import { NOTHING_OBSERVED, type Observed } from "../../../../provider/model/observed";
import type { ElasticIp } from "../../../../provider/model/things";
import { TAG } from "../../../../provider/ec2/tags";
import {
  desired,
  elasticIp,
  eni,
  givenElasticIp,
  ID,
  instance,
  observed,
  recorded,
  situation,
  volume,
} from "../things";

describe("the network interface of the cast", () => {
  function current(
    networkInterfaces: Observed["networkInterfaces"],
    wanted = desired(),
    recordedId?: string,
  ): string | undefined {
    const onRecord = recordedId === undefined ? undefined : recorded({ networkInterfaceId: recordedId });
    const world = { ...NOTHING_OBSERVED, networkInterfaces };
    return castOf(situation({ desired: wanted, observed: world, recorded: onRecord })).networkInterface?.id;
  }

  it("is the one in the right subnet with the right address", () => {
    const other = eni({ id: "eni-2", subnetId: "subnet-0a1b2c3d", privateIp: "10.0.2.7" });
    assert.equal(current([other, eni()]), "eni-1");
    assert.equal(current([other, eni()], desired({ subnetId: "subnet-0a1b2c3d" })), "eni-2");
    assert.equal(current([other, eni()], desired({ privateIp: "10.0.1.8" })), undefined);
    assert.equal(current([]), undefined);
  });

  it("is the recorded one, else the one in use, else the first by id, where several are right", () => {
    const free = (id: string): Observed["networkInterfaces"][number] => eni({ id, attachment: undefined });
    assert.equal(current([free("eni-3"), eni({ id: "eni-2" }), free("eni-1")], desired(), "eni-3"), "eni-3");
    assert.equal(current([free("eni-3"), eni({ id: "eni-2" }), free("eni-1")]), "eni-2");
    assert.equal(current([free("eni-3"), free("eni-1")]), "eni-1");
  });

  it("is not the recorded one if that is in another subnet by now", () => {
    assert.equal(current([eni()], desired({ subnetId: "subnet-0a1b2c3d" }), "eni-1"), undefined);
  });
});

describe("the Elastic IP of the cast", () => {
  const current = (wanted: Desired, world: Observed): ElasticIp | undefined =>
    castOf(situation({ desired: wanted, observed: world })).elasticIp;

  it("is none where none is wanted", () => {
    assert.equal(current(desired(), observed({ elasticIps: [elasticIp()] })), undefined);
  });

  it("is the given one where one is named", () => {
    const given = givenElasticIp();
    const found = current(desired({ elasticIp: "eipalloc-0a1b2c3d" }), observed({ givenElasticIp: given }));
    assert.equal(found, given);
  });

  it("is the allocated one on the interface, else the first by id, and never a given one, where one is to be allocated", () => {
    const free = elasticIp({ allocationId: "eipalloc-0", association: undefined });
    const wanted = desired({ elasticIp: true });
    assert.equal(current(wanted, observed({ elasticIps: [free, elasticIp()] }))?.allocationId, "eipalloc-1");
    const other = elasticIp({ allocationId: "eipalloc-2", association: undefined });
    assert.equal(current(wanted, observed({ elasticIps: [other, free] }))?.allocationId, "eipalloc-0");
    assert.equal(current(wanted, observed({ elasticIps: [givenElasticIp()] })), undefined);
  });

  it("is on ours only if an interface of ours has it", () => {
    assert.ok(isOnOurs(elasticIp(), observed()));
    assert.ok(!isOnOurs(elasticIp({ association: { id: "a", networkInterfaceId: "eni-9" } }), observed()));
    assert.ok(!isOnOurs(elasticIp({ association: undefined }), observed()));
  });
});

describe("the instances of the cast", () => {
  const NEW = { imageId: "ami-0a1b2c3d" };
  const FREE = eni({ attachment: undefined, status: "available" });
  const idsIn = (around: Partial<Situation>): Record<string, string> => {
    const { holder, kept, staying, coming, working, path } = castOf(situation(around));
    const ids = { holder, kept, staying, coming, working };
    const there = Object.entries(ids).flatMap(([part, it]) => (it === undefined ? [] : [[part, it.id] as const]));
    return { ...Object.fromEntries(there), path };
  };

  it("are one and the same where it fits", () => {
    assert.deepEqual(idsIn({}), {
      holder: "i-1",
      kept: "i-1",
      staying: "i-1",
      working: "i-1",
      path: "terminate-first",
    });
  });

  it("tell one that makes way, and by which path, from one that stays and is changed", () => {
    assert.deepEqual(idsIn({ desired: desired(NEW) }), { holder: "i-1", working: "i-1", path: "terminate-first" });
    const larger = desired({ instanceType: "m7i.xlarge", replacement: { strategy: "stop-start" } });
    assert.deepEqual(idsIn({ desired: larger }), {
      holder: "i-1",
      staying: "i-1",
      working: "i-1",
      path: "stop-start",
    });
  });

  it("tell the one that comes from the one that works, by overlap; of two that come it is the last", () => {
    const wanted = desired({ ...NEW, replacement: { strategy: "overlap" } });
    const beside = (id: string, launchedAt: number): ReturnType<typeof instance> =>
      instance({ id, networkInterfaceId: `eni-of-${id}`, launchedAt }, wanted);
    const instances = [instance(), beside("i-3", 2), beside("i-2", 1)];
    assert.deepEqual(idsIn({ desired: wanted, observed: observed({ instances }) }), {
      holder: "i-1",
      coming: "i-3",
      working: "i-1",
      path: "overlap",
    });
    const paused = desired({ ...NEW, replacement: { strategy: "overlap" }, desiredState: "paused" });
    assert.equal(castOf(situation({ desired: paused, observed: observed({ instances }) })).coming, undefined);
  });

  it("tell one that lost its interface, which comes back to it whatever the strategy", () => {
    const world = observed({ networkInterfaces: [FREE], instances: [instance({ networkInterfaceId: "eni-9" })] });
    assert.deepEqual(idsIn({ observed: world }), { coming: "i-1", path: "overlap" });
  });

  it("tell one that runs while its dying predecessor still holds the interface, whatever the strategy", () => {
    const next = instance({ id: "i-2", networkInterfaceId: "eni-9", launchedAt: 2 });
    const world = observed({ instances: [instance({ state: "shutting-down" }), next] });
    assert.deepEqual(idsIn({ observed: world }), { coming: "i-2", path: "overlap" });
  });

  it("are measured by the digests of the record, where that is what is wanted", () => {
    const { digests } = castOf(situation({ desired: desired(NEW) }));
    const purpose = { kind: "upkeep", generation: { number: 1, replacesBefore: 1, ...digests } } as const;
    assert.equal(castOf(situation({ purpose })).kept, undefined);
  });
});

describe("the volumes of the cast", () => {
  const DATA = { name: "data", deviceName: "/dev/sdf", size: 10 };
  const volumesOf = (around: Partial<Situation>): Pick<Cast, "volumes" | "surplusVolumes"> => castOf(situation(around));
  const wanted = desired({ dataVolumes: [DATA] });

  it("are those that are wanted, there or not, and those of ours that are not wanted", () => {
    const theirs = volume({ id: "vol-9", tags: { [TAG.id]: "mi-other", [TAG.volume]: "logs" } });
    const other = volume({ id: "vol-3", tags: { [TAG.id]: ID, [TAG.volume]: "logs" } });
    const { volumes, surplusVolumes } = volumesOf({
      desired: wanted,
      observed: observed({ volumes: [volume(), other, theirs] }),
    });
    assert.deepEqual(
      volumes.map((it) => [it.wanted.name, it.volume?.id]),
      [["data", "vol-2"]],
    );
    assert.deepEqual(
      surplusVolumes.map((it) => it.id),
      ["vol-3"],
    );
    assert.equal(volumesOf({ desired: wanted }).volumes[0]?.volume, undefined);
  });

  it("are none that would have to be made or given up, where no program says so", () => {
    const upkeep = {
      kind: "upkeep",
      generation: { number: 1, replacesBefore: 1, launchHash: "", settingsHash: "" },
    } as const;
    const other = volume({ id: "vol-3", tags: { [TAG.id]: ID, [TAG.volume]: "logs" } });
    const seen = (volumes: Observed["volumes"]): Pick<Cast, "volumes" | "surplusVolumes"> =>
      volumesOf({ desired: wanted, observed: observed({ volumes }), purpose: upkeep });
    assert.deepEqual(seen([]), { ...seen([]), volumes: [], surplusVolumes: [] });
    assert.deepEqual(seen([volume({ status: "deleting", attachment: undefined })]).volumes, []);
    assert.equal(seen([volume()]).volumes[0]?.volume?.id, "vol-2");
    assert.deepEqual(seen([volume(), other]).surplusVolumes, []);
  });

  it("are found by the record where somebody took their tags off", () => {
    const bare = volume({ tags: {} });
    const known = recorded({ dataVolumeIds: { data: bare.id } });
    const { volumes } = volumesOf({ desired: wanted, observed: observed({ volumes: [bare] }), recorded: known });
    assert.equal(volumes[0]?.volume, bare);
  });
});
