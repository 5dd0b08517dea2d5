/** The line on an update, from plain data: each kind of fate, and all that stands beside it. */
import assert from "node:assert/strict";
import { ROLLED_BACK } from "../../../provider/engine/planning/drift";
import { UNKNOWN } from "../../../provider/inputs/validation";
import type { Properties } from "../../../provider/model/properties";
import { announceDrift, announceUpdate } from "../../../provider/preview/announce-update";
import { withoutLook } from "../../../provider/preview/look";
import { desired, eni, generation, ID, instance, volume } from "../engine/things";
import { lineFor, scene } from "./scene";

const ELASTIC = { elasticIp: true };
const IMAGE = { imageId: "ami-0a1b2c3d" };
const OVERLAP = { replacement: { strategy: "overlap" } };
const PAUSED = { desiredState: "paused", pauseBehavior: "stop" };
const KEEPS = "; keeps eni-1, 10.0.1.7, 52.1.2.3";

function line(before: Properties, after: Properties): string {
  return lineFor(scene(before, after));
}

describe("the line on an update", () => {
  it("names the instance that a replacement ends, why, how and for how long, and the addresses that stay", () => {
    assert.equal(
      line(ELASTIC, { ...ELASTIC, ...IMAGE }),
      `replaces i-1 (imageId), terminate-first, about 41 s dark${KEEPS}`,
    );
  });

  it("says of a change in place that the instance keeps running", () => {
    const after = { ...ELASTIC, tags: { Team: "b" } };
    assert.equal(line(ELASTIC, after), `changes in place (tags); i-1 keeps running${KEEPS}`);
  });

  it("says of a move which addresses go and which stay", () => {
    assert.equal(
      line(ELASTIC, { ...ELASTIC, subnetId: "subnet-0a1b2c3d" }),
      "replaces i-1 (subnetId), terminate-first, about 41 s dark; keeps 52.1.2.3; gives up eni-1, 10.0.1.7",
    );
  });

  it("says which Elastic IP is given up, and whether for good, and none where the same one is named", () => {
    assert.match(line(ELASTIC, {}), /; gives up 52\.1\.2\.3 \(released for good\)$/);
    assert.match(line(ELASTIC, { deletion: { elasticIp: "retain" } }), /; gives up 52\.1\.2\.3$/);
  });

  it("takes the path from what there is, not from the strategy on record", () => {
    const primary = lineFor(scene({}, { ...IMAGE, ...OVERLAP }));
    assert.match(primary, /overlap, about 35 s dark/);
    const wanted = desired(OVERLAP);
    const beside = {
      networkInterfaces: [
        eni({ attachment: { id: "a-1", instanceId: "i-1", deviceIndex: 1, deleteOnTermination: false } }, wanted),
      ],
      instances: [instance({ networkInterfaceId: "eni-9", secondaryNetworkInterfaceIds: ["eni-1"] }, wanted)],
    };
    assert.match(lineFor(scene({}, { ...IMAGE, ...OVERLAP }, beside)), /overlap, about 7 s dark/);
  });

  it("says what pausing and resuming does to the instance", () => {
    assert.equal(line(ELASTIC, { ...ELASTIC, ...PAUSED }), `pauses i-1 (desiredState), stops it${KEEPS}`);
    const ends = { ...ELASTIC, ...PAUSED, pauseBehavior: "terminate" };
    assert.equal(line(ELASTIC, ends), `pauses i-1 (desiredState, pauseBehavior), ends it${KEEPS}`);
    const was = { ...ELASTIC, ...PAUSED };
    const stopped = { instances: [instance({ state: "stopped" }, desired(was))] };
    const tagged = scene(was, { ...was, tags: { Team: "b" } }, stopped);
    assert.equal(lineFor(tagged), `changes in place (tags); stays paused${KEEPS}`);
    const resumed = scene(was, ELASTIC, stopped);
    assert.equal(lineFor(resumed), `changes in place (desiredState); starts i-1${KEEPS}`);
    const free = eni({ attachment: undefined, status: "available" }, desired(was));
    const none = { instances: [], networkInterfaces: [free] };
    assert.equal(lineFor(scene(was, ELASTIC, none)), `launches an instance (desiredState)${KEEPS}`);
  });

  it("says of a stopped instance that it is not what is wanted by now, unless that is what changes", () => {
    const was = { ...PAUSED, ...IMAGE };
    const stopped = { instances: [instance({ state: "stopped" })] };
    assert.match(
      lineFor(scene(was, IMAGE, stopped)),
      /^replaces i-1 \(desiredState; what changed while it was paused\), terminate-first, about 19 s until it runs; keeps eni-1/,
    );
    assert.match(lineFor(scene(PAUSED, IMAGE, stopped)), /^replaces i-1 \(imageId, desiredState\), terminate-first/);
  });

  it("names what a look found to be off among the reasons", () => {
    const free = eni({ attachment: undefined, status: "available" }, desired(ELASTIC));
    const lost = scene(ELASTIC, ELASTIC, { instances: [], networkInterfaces: [free] });
    assert.equal(lineFor(lost, { drift: ["it has no instance"] }), `launches an instance (it has no instance)${KEEPS}`);
  });

  it("says of an instance that only lost the interface that it gets it again", () => {
    const free = eni({ attachment: undefined, status: "available" });
    const found = scene({}, {}, { instances: [instance({ networkInterfaceId: "eni-9" })], networkInterfaces: [free] });
    assert.equal(lineFor(found, { drift: ["d"] }), "attaches eni-1 to i-1 (d); keeps eni-1, 10.0.1.7");
  });

  it("names every instance that ends", () => {
    const other = instance({ id: "i-2", networkInterfaceId: "eni-9" });
    const found = scene({}, {}, { instances: [instance(), other] });
    assert.equal(
      lineFor(found, { drift: ["d"] }),
      "changes in place (d); i-1 keeps running; also ends i-2; keeps eni-1, 10.0.1.7",
    );
  });

  it("names the data volumes that go, and what becomes of each", () => {
    const [data, given] = [
      { name: "data", deviceName: "/dev/sdf", size: 10 },
      { name: "given", deviceName: "/dev/sdg", volumeId: "vol-0a1b2c3d" },
    ];
    const before = { dataVolumes: [data, given] };
    const volumes = [
      volume({}, desired(before)),
      volume({
        id: "vol-0a1b2c3d",
        tags: { "managed-instance:id": ID, "managed-instance:owned": "false", "managed-instance:volume": "given" },
      }),
    ];
    const goes = (deletion: string): string =>
      lineFor(scene(before, { deletion: { dataVolumes: deletion } }, { volumes }));
    assert.match(
      goes("delete"),
      /; deletes the data volume data \(vol-2\); detaches and keeps the data volume given \(vol-0a1b2c3d\)$/,
    );
    assert.match(goes("retain"), /; detaches and keeps the data volume data \(vol-2\); /);
  });

  it("says that what was rolled back is tried again, where it is", () => {
    const again = { generation: generation({ number: 2, replacesBefore: 2 }, desired(IMAGE)) };
    const drift = [`${ROLLED_BACK}: generation 2 did not work`];
    const tries =
      "tries again what was rolled back: should it fail again, it is dark until the previous generation is back";
    assert.ok(lineFor(scene({}, IMAGE, again), { drift }).includes(tries));
    assert.ok(!lineFor(scene({}, { imageId: "ami-0b1b2c3d" }, again), { drift }).includes(tries));
  });

  it("says of a resource replacement that no address is kept", () => {
    assert.equal(
      line({}, { region: "eu-central-1" }),
      "deletes everything in us-east-1 and makes it anew in eu-central-1 (region); no address is kept",
    );
  });

  it("says that it goes on where the last run got to no interface", () => {
    const begun = { networkInterfaceId: "", vpcId: "", instanceId: "", state: "failed" };
    assert.match(
      announceUpdate([], withoutLook(begun), { instanceType: "m7i.large", elasticIp: false }),
      /^goes on with what the last run began: launches m7i\.large on a new network interface/,
    );
  });

  it("says under another URN that it is the same machine", () => {
    const site = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::site";
    assert.equal(line({}, { resourceUrn: site }), "is now called site; i-1 keeps running");
  });
});

describe("the line on an update for which no plan can be made", () => {
  it("claims nothing of the instance where not all inputs are known, and of the addresses what is certain", () => {
    const { changes, recorded, wanted } = scene(ELASTIC, { ...ELASTIC, ...IMAGE, userData: UNKNOWN });
    assert.equal(
      announceUpdate(changes, { recorded, drift: [], further: [] }, wanted),
      `changes (imageId, userData); whether i-1 stays is told once all inputs are known${KEEPS}`,
    );
  });

  it("claims no address that an input which is not known may give up, and shows none such input", () => {
    const { changes, recorded, wanted } = scene(ELASTIC, { subnetId: UNKNOWN, elasticIp: UNKNOWN });
    const said = announceUpdate(changes, { recorded, drift: [], further: [] }, wanted);
    assert.doesNotMatch(said, /keeps|gives up/);
    assert.ok(!said.includes(UNKNOWN));
  });

  it("claims nothing where EC2 could not be asked", () => {
    const { changes, recorded, wanted } = scene(ELASTIC, { ...ELASTIC, ...IMAGE });
    assert.equal(
      announceUpdate(changes, withoutLook(recorded), wanted),
      "changes (imageId); EC2 could not be asked, so whether i-1 and its addresses stay is not known",
    );
  });
});

describe("the line on what a refresh found", () => {
  it("says what was found, what was on record and that the next up puts it right", () => {
    assert.equal(
      announceDrift(["it has no instance", "its network interface is gone"], { instanceId: "i-1" }),
      "found that it has no instance and its network interface is gone (recorded: i-1); the next `pulumi up` puts it right",
    );
    assert.doesNotMatch(announceDrift(["it has no instance"], { instanceId: "" }), /recorded/);
  });
});
