import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import {
  currentElasticIp,
  currentInstance,
  currentNetworkInterface,
  fits,
} from "../../../../provider/engine/situation/current";
import { generationOf, isAlive } from "../../../../provider/engine/situation/instances";
import { isOnOurs } from "../../../../provider/engine/situation/belongings";
import { launchHash } from "../../../../provider/engine/record/specification";
import { NOTHING_OBSERVED, type Observed } from "../../../../provider/model/observed";
import type { InstanceState } from "../../../../provider/model/things";
import { desired, elasticIp, eni, generation, givenElasticIp, ID, instance, observed, recorded } from "../things";

describe("the current network interface", () => {
  function current(
    networkInterfaces: Observed["networkInterfaces"],
    wanted = desired(),
    recordedId?: string,
  ): string | undefined {
    const onRecord = recordedId === undefined ? undefined : recorded({ networkInterfaceId: recordedId });
    return currentNetworkInterface({
      id: ID,
      desired: wanted,
      observed: { ...NOTHING_OBSERVED, networkInterfaces },
      recorded: onRecord,
    })?.id;
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

describe("the current Elastic IP", () => {
  it("is none where none is wanted", () => {
    assert.equal(currentElasticIp(desired(), observed({ elasticIps: [elasticIp()] })), undefined);
  });

  it("is the given one where one is named", () => {
    const given = givenElasticIp();
    const found = currentElasticIp(desired({ elasticIp: "eipalloc-0a1b2c3d" }), observed({ givenElasticIp: given }));
    assert.equal(found, given);
  });

  it("is the allocated one on the interface, else the first by id, and never a given one, where one is to be allocated", () => {
    const free = elasticIp({ allocationId: "eipalloc-0", association: undefined });
    const wanted = desired({ elasticIp: true });
    assert.equal(currentElasticIp(wanted, observed({ elasticIps: [free, elasticIp()] }))?.allocationId, "eipalloc-1");
    const other = elasticIp({ allocationId: "eipalloc-2", association: undefined });
    assert.equal(currentElasticIp(wanted, observed({ elasticIps: [other, free] }))?.allocationId, "eipalloc-0");
    assert.equal(currentElasticIp(wanted, observed({ elasticIps: [givenElasticIp()] })), undefined);
  });

  it("is on ours only if an interface of ours has it", () => {
    assert.ok(isOnOurs(elasticIp(), observed()));
    assert.ok(!isOnOurs(elasticIp({ association: { id: "a", networkInterfaceId: "eni-9" } }), observed()));
    assert.ok(!isOnOurs(elasticIp({ association: undefined }), observed()));
  });
});

describe("the current instance", () => {
  it("is the one that is alive and has the interface", () => {
    assert.equal(currentInstance(eni(), observed())?.id, "i-1");
    assert.equal(currentInstance(eni({ id: "eni-2" }), observed()), undefined);
    assert.equal(
      currentInstance(undefined, observed({ instances: [instance({ networkInterfaceId: undefined })] })),
      undefined,
    );
  });

  for (const [state, alive] of Object.entries({
    pending: true,
    running: true,
    stopping: true,
    stopped: true,
    "shutting-down": false,
    terminated: false,
  })) {
    it(`is ${alive ? "" : "not "}one that is ${state}`, () => {
      const one = instance({ state: state as InstanceState });
      assert.equal(isAlive(one), alive);
      assert.equal(currentInstance(eni(), observed({ instances: [one] })) !== undefined, alive);
    });
  }
});

describe("an instance fits", () => {
  const fitting = (one = instance(), around: Partial<Parameters<typeof fits>[1]> = {}): boolean =>
    fits(one, { id: ID, desired: desired(), observed: observed(), ...around });

  it("if it was launched with what is wanted", () => {
    assert.ok(fitting());
    assert.ok(!fitting(instance(), { desired: desired({ imageId: "ami-0a1b2c3d" }) }));
  });

  it("whatever its generation, as long as no recycle came after it", () => {
    const newer = (replacesBefore: number): Observed =>
      observed({ generation: generation({ number: 3, replacesBefore }) });
    assert.ok(fitting(instance(), { observed: newer(1) }));
    assert.ok(!fitting(instance(), { observed: newer(2) }));
  });

  it("if its tags were taken off, by what is on record for it", () => {
    const bare = instance({ tags: {} });
    const onRecord = recorded({ instanceId: "i-1", launchHash: launchHash(ID, desired()) });
    assert.ok(fitting(bare, { recorded: onRecord }));
    assert.ok(!fitting(bare, { recorded: { ...onRecord, instanceId: "i-2" } }));
    assert.ok(!fitting(bare, { recorded: { ...onRecord, launchHash: "other" } }));
    assert.ok(!fitting(bare));
  });
});

describe("generationOf", () => {
  it("is the number in the tag, if it is one", () => {
    assert.equal(generationOf(instance({ tags: { [TAG.generation]: "12" } })), 12);
    assert.equal(generationOf(instance({ tags: {} })), undefined);
    assert.equal(generationOf(instance({ tags: { [TAG.generation]: "1x" } })), undefined);
  });
});
