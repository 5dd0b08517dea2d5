/** The outputs that a preview shows: all that the plan leaves as they are, and none that it may change. */
import assert from "node:assert/strict";
import { castOf } from "../../../provider/engine/situation/cast";
import type { Observed } from "../../../provider/model/observed";
import type { Properties } from "../../../provider/model/properties";
import { desired, elasticIp, eni, givenElasticIp, instance } from "../engine/things";
import { OUTPUT_NAMES } from "../support";
import { knownOutputs } from "../../../provider/preview/known-outputs";
import { planFor } from "../../../provider/preview/planned";
import { scene, shownIn } from "./scene";

const IDENTITY = ["networkInterfaceId", "privateIp", "privateDnsName", "macAddress"];
const PLACE = ["availabilityZone", "vpcId"];
const INSTANCE = ["instanceId", "lifecycle", "launchedInstanceType"];
const ELASTIC = { elasticIp: true };

function shown(before: Properties, after: Properties, overrides: Partial<Observed> = {}): Properties {
  return shownIn(scene(before, after, overrides));
}

/** The names of those that are not shown. */
function hidden(before: Properties, after: Properties, overrides: Partial<Observed> = {}): string[] {
  const known = shown(before, after, overrides);
  return OUTPUT_NAMES.filter((name) => !(name in known));
}

describe("the outputs that a preview shows", () => {
  it("are all of them where nothing is to be done, with the values that there are", () => {
    assert.deepEqual(hidden(ELASTIC, ELASTIC), []);
    const { privateIp, allocationId } = shown(ELASTIC, ELASTIC);
    assert.deepEqual([privateIp, allocationId], ["10.0.1.7", "eipalloc-1"]);
  });

  it("are all of them over a change of tags, groups or the source/destination check", () => {
    const after = { ...ELASTIC, tags: { Team: "b" }, securityGroupIds: ["sg-0a1b2c3d"], sourceDestCheck: false };
    assert.deepEqual(hidden(ELASTIC, after), []);
  });

  for (const [name, value] of Object.entries({
    imageId: "ami-0a1b2c3d",
    instanceType: "m6i.large",
    market: { lifecycle: "spot" },
    userData: "#!/bin/sh",
    keyName: "key",
    rootVolume: { size: 20 },
    recycleTriggers: { at: "1" },
  })) {
    it(`are all but the instance and the generation over a replacement for ${name}`, () => {
      assert.deepEqual(hidden(ELASTIC, { ...ELASTIC, [name]: value }), [...INSTANCE, "generation"]);
    });
  }

  it("are not the interface where it is set to be deleted with an instance that ends already", () => {
    const ending = {
      instances: [instance({ state: "shutting-down" })],
      networkInterfaces: [
        eni({ attachment: { id: "a-1", instanceId: "i-1", deviceIndex: 0, deleteOnTermination: true } }),
      ],
    };
    const names = hidden({}, {}, ending);
    assert.ok(
      IDENTITY.every((it) => names.includes(it)),
      names.join(),
    );
    assert.ok(!hidden({}, {}, { ...ending, networkInterfaces: [eni()] }).includes("networkInterfaceId"));
  });

  it("have the instance where it is changed and not replaced", () => {
    const strategy = (it: string): Properties => ({ ...ELASTIC, replacement: { strategy: it } });
    const typed = { ...strategy("stop-start"), instanceType: "m6i.large" };
    assert.deepEqual(hidden(strategy("stop-start"), typed), ["launchedInstanceType", "generation"]);
  });

  it("are all but the generation over what is recorded as a generation and set in place", () => {
    assert.deepEqual(hidden(ELASTIC, { ...ELASTIC, metadataOptions: { httpTokens: "optional" } }), ["generation"]);
  });

  it("have the Elastic IP and the record, and not the private address, over a move", () => {
    for (const change of [{ subnetId: "subnet-0a1b2c3d" }, { privateIp: "10.0.1.8" }]) {
      const gone = hidden(ELASTIC, { ...ELASTIC, ...change });
      // The subnet decides where the machine is.
      const place = "subnetId" in change ? PLACE : [];
      const ipv6 = "subnetId" in change ? ["ipv6Addresses"] : [];
      assert.deepEqual([...gone].sort(), [...IDENTITY, ...ipv6, ...place, ...INSTANCE, "generation"].sort());
    }
  });

  it("are none of which the record knows nothing, though an interface is made with the address that was asked for", () => {
    const before = { privateIp: "10.0.1.7", secondaryPrivateIpCount: 1 };
    const made = scene(before, before, { networkInterfaces: [], instances: [] });
    const recorded = { ...scene(before, before).recorded, privateDnsName: undefined, secondaryPrivateIps: undefined };
    const shown = shownIn({ ...made, recorded });
    assert.equal(shown.privateIp, "10.0.1.7");
    assert.deepEqual(
      Object.keys(shown).filter((name) => shown[name] === undefined),
      [],
    );
  });

  it("have no public address over a change of the Elastic IP but one that the program names", () => {
    assert.ok(!("publicIp" in shown(ELASTIC, {})));
    assert.equal(shown(ELASTIC, {}).allocationId, "", "none is wanted");
    const free = givenElasticIp({ association: undefined, publicIp: "52.1.2.9" });
    const named = shown(ELASTIC, { elasticIp: free.allocationId }, { givenElasticIp: free });
    assert.deepEqual([named.publicIp, named.allocationId], ["52.1.2.9", free.allocationId]);
  });

  it("have the Elastic IP that is held when it is named in another way", () => {
    const held = elasticIp({}, desired(ELASTIC));
    assert.deepEqual(hidden(ELASTIC, { elasticIp: "52.1.2.3" }, { givenElasticIp: held }), []);
  });

  it("have a changing public address only as long as the instance stays", () => {
    const running = { instances: [instance({ publicIp: "198.18.0.1" })] };
    assert.equal(shown({}, { tags: { Team: "b" } }, running).publicIp, "198.18.0.1");
    assert.ok(!("publicIp" in shown({}, { imageId: "ami-0a1b2c3d" }, running)));
  });

  it("have an interface that is made anew as far as it is to be what it was", () => {
    const { recorded, planned } = scene({}, {});
    const { cast } = planned();
    const lost = planFor(castOf({ ...cast, observed: { ...cast.observed, networkInterfaces: [], instances: [] } }));
    const known = knownOutputs(lost, { ...recorded, networkInterfaceId: "", macAddress: "", state: "missing" });
    assert.deepEqual(
      [known.privateIp, known.privateDnsName, known.vpcId],
      ["10.0.1.7", "ip-10-0-1-7.ec2.internal", "vpc-1"],
    );
    for (const name of ["networkInterfaceId", "macAddress", ...INSTANCE, "state"]) {
      assert.ok(!(name in known), name);
    }
  });

  it("have the interface of a machine that keeps none only as long as its instance stays", () => {
    const fleeting = { persistPrivateIp: false };
    const kept = eni({ tags: { ...eni({}, desired(fleeting)).tags, "managed-instance:kept": "false" } });
    const there = { networkInterfaces: [kept] };
    assert.equal(shown(fleeting, { ...fleeting, tags: { Team: "b" } }, there).networkInterfaceId, "eni-1");
    const gone = shown(fleeting, { ...fleeting, imageId: "ami-0a1b2c3d" }, there);
    assert.ok(IDENTITY.every((name) => !(name in gone)));
  });

  it("have the ids of the data volumes that are still named where another goes, and none where one is made", () => {
    const data = { name: "data", deviceName: "/dev/sdf", size: 10 };
    const made = shown({}, { dataVolumes: [data] });
    assert.ok(!("dataVolumeIds" in made));
    assert.deepEqual(shown({}, {}).dataVolumeIds, {});
  });
});
