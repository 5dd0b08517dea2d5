import assert from "node:assert/strict";
import { announceCreate, announceDrift, announceUpdate } from "../../../provider/preview/announcement";
import type { Change } from "../../../provider/inputs/changes";
import { OUTDATED } from "../../../provider/engine/planning/drift";
import type { ChangeClass, InputName } from "../../../provider/inputs/table";
import { lookedAt } from "../../../provider/inputs/outlook";
import { UNKNOWN } from "../../../provider/inputs/validation";

function recorded(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    region: "us-east-1",
    elasticIp: true,
    networkInterfaceId: "eni-1",
    privateIp: "10.0.0.7",
    publicIp: "52.1.2.3",
    allocationId: "eipalloc-1",
    instanceId: "i-1",
    state: "running",
    ...overrides,
  };
}

function change(input: InputName, kind: ChangeClass): Change {
  return { input, class: kind };
}

const IMAGE = change("imageId", "replaces-instance");
const SUBNET = change("subnetId", "moves");
const ELASTIC = change("elasticIp", "in-place");

describe("announceCreate", () => {
  it("says what is launched and on which addresses", () => {
    const inputs = { subnetId: "subnet-1", instanceType: "m7i.large", privateIp: "10.0.1.7", elasticIp: true };
    const line = "launches m7i.large on a new network interface in subnet-1, with";
    assert.equal(announceCreate(inputs), `${line} 10.0.1.7 and a new Elastic IP`);
    assert.equal(announceCreate({ ...inputs, elasticIp: "eipalloc-1" }), `${line} 10.0.1.7 and eipalloc-1`);
    const picked = { ...inputs, privateIp: undefined, elasticIp: false };
    assert.equal(announceCreate(picked), `${line} an address that EC2 picks`);
  });

  it("shows nothing of what is not known yet", () => {
    const inputs = { subnetId: UNKNOWN, instanceType: UNKNOWN, privateIp: UNKNOWN, elasticIp: false };
    assert.equal(
      announceCreate(inputs),
      "launches an instance on a new network interface in the subnet, with an address that EC2 picks",
    );
  });

  it("says nothing half of an Elastic IP that is not known yet", () => {
    assert.doesNotMatch(announceCreate({ subnetId: "s", instanceType: "t", elasticIp: UNKNOWN }), /and $/);
  });

  it("shows no user data", () => {
    assert.ok(!announceCreate({ subnetId: "s", instanceType: "t", userData: "hunter2" }).includes("hunter2"));
  });
});

describe("announceUpdate", () => {
  it("says of a replacement which instance goes, why, how, and which addresses stay", () => {
    assert.equal(
      announceUpdate([IMAGE], recorded(), { elasticIp: true }),
      "replaces i-1 (imageId), terminate-first; keeps eni-1, 10.0.0.7, 52.1.2.3",
    );
  });

  it("says of a change in place that the instance keeps running", () => {
    assert.equal(
      announceUpdate([change("tags", "in-place")], recorded(), { elasticIp: true }),
      "changes in place (tags); i-1 keeps running; keeps eni-1, 10.0.0.7, 52.1.2.3",
    );
  });

  it("says of a move which addresses go and which stay", () => {
    assert.equal(
      announceUpdate([SUBNET], recorded(), { elasticIp: true }),
      "replaces i-1 (subnetId), terminate-first; keeps 52.1.2.3; gives up eni-1, 10.0.0.7",
    );
  });

  it("says which Elastic IP is given up, and whether for good, and none where the same one is named", () => {
    const off = { elasticIp: false };
    assert.match(announceUpdate([ELASTIC], recorded(), off), /; gives up 52\.1\.2\.3 \(released for good\)$/);
    const given = recorded({ elasticIp: "eipalloc-1" });
    assert.match(announceUpdate([ELASTIC], given, off), /; gives up 52\.1\.2\.3$/);
    const retained = { ...off, deletion: { elasticIp: "retain" } };
    assert.match(announceUpdate([ELASTIC], recorded(), retained), /; gives up 52\.1\.2\.3$/);
    for (const elasticIp of ["eipalloc-1", "52.1.2.3"]) {
      assert.doesNotMatch(announceUpdate([ELASTIC], recorded(), { elasticIp }), /gives up/);
    }
  });

  it("says of a resource replacement that no address is kept", () => {
    assert.equal(
      announceUpdate([change("region", "replaces-resource")], recorded(), { region: "eu-central-1" }),
      "deletes everything in us-east-1 and makes it anew in eu-central-1 (region); no address is kept",
    );
  });

  it("says what was found to be wrong, and what is done about it", () => {
    assert.equal(
      announceUpdate([], recorded({ instanceId: "", state: "missing" }), { elasticIp: true }),
      "launches an instance (it has no instance); keeps eni-1, 10.0.0.7, 52.1.2.3",
    );
    assert.match(
      announceUpdate([], recorded({ state: "paused" }), {}),
      /^changes in place \(its instance is stopped\); starts i-1;/,
    );
    assert.match(
      announceUpdate([IMAGE], recorded({ networkInterfaceId: "", vpcId: "vpc-1", instanceId: "", state: "missing" }), {
        elasticIp: true,
      }),
      /^launches an instance \(imageId; its network interface is gone; it has no instance\); keeps 10\.0\.0\.7, 52/,
    );
  });

  it("says what pausing and resuming does to the instance", () => {
    const PAUSE = change("desiredState", "in-place");
    const stops = { desiredState: "paused", pauseBehavior: "stop", elasticIp: true };
    const keeps = "; keeps eni-1, 10.0.0.7, 52.1.2.3";
    assert.equal(announceUpdate([PAUSE], recorded(), stops), `pauses i-1 (desiredState), stops it${keeps}`);
    const ends = { ...stops, pauseBehavior: "terminate" };
    assert.equal(announceUpdate([PAUSE], recorded(), ends), `pauses i-1 (desiredState), ends it${keeps}`);
    const spot = recorded({ lifecycle: "spot" });
    assert.equal(announceUpdate([PAUSE], spot, stops), `pauses i-1 (desiredState), ends it${keeps}`);
    const paused = recorded({ state: "paused", desiredState: "paused" });
    assert.equal(
      announceUpdate([change("tags", "in-place")], paused, stops),
      `changes in place (tags); stays paused${keeps}`,
    );
    const resumed = { desiredState: "running", elasticIp: true };
    assert.equal(announceUpdate([PAUSE], paused, resumed), `changes in place (desiredState); starts i-1${keeps}`);
    assert.equal(
      announceUpdate([PAUSE], { ...paused, instanceId: "" }, resumed),
      `launches an instance (desiredState)${keeps}`,
    );
  });

  it("says what a look told: that the stopped instance is not what is wanted by now", () => {
    const PAUSE = change("desiredState", "in-place");
    const paused = recorded({ state: "paused", desiredState: "paused", lifecycle: "on-demand" });
    const because = "desiredState; what changed while it was paused";
    const resumed = { elasticIp: true, replacement: { strategy: "auto" } };
    assert.match(
      announceUpdate([PAUSE], lookedAt(paused, ["imageId"]), resumed),
      new RegExp(`^replaces i-1 \\(${because}\\), terminate-first; keeps eni-1`),
    );
    assert.match(
      announceUpdate([PAUSE], lookedAt(paused, ["instanceType"]), resumed),
      new RegExp(`^changes i-1 \\(${because}\\), stop-start;`),
    );
    assert.match(announceUpdate([PAUSE], lookedAt(paused, []), resumed), /; starts i-1;/);
  });

  it("says of an instance that a refresh found to be another that it is replaced", () => {
    const outdated = recorded({ drift: [OUTDATED] });
    assert.match(
      announceUpdate([], outdated, { elasticIp: true }),
      /^replaces i-1 \(its instance is not of the newest/,
    );
    const replacement = { strategy: "auto" };
    assert.match(
      announceUpdate([], lookedAt(outdated, ["imageId"]), { elasticIp: true, replacement }),
      /^changes i-1 \(its instance is not of the newest generation\), root-volume;/,
    );
  });

  it("says that it goes on where the last run got to no interface", () => {
    const begun = recorded({ networkInterfaceId: "", vpcId: "", instanceId: "", state: "failed" });
    assert.match(
      announceUpdate([], begun, { instanceType: "m7i.large", elasticIp: false }),
      /^goes on with what the last run began: launches m7i\.large on a new network interface/,
    );
  });

  it("shows nothing of what is not known yet", () => {
    const line = announceUpdate([SUBNET, ELASTIC], recorded(), { subnetId: UNKNOWN, elasticIp: UNKNOWN });
    assert.ok(!line.includes(UNKNOWN));
  });
});

describe("announceDrift", () => {
  it("says what was found, what was on record and that the next up puts it right", () => {
    assert.equal(
      announceDrift(["it has no instance", "its network interface is gone"], recorded()),
      "found that it has no instance and its network interface is gone (recorded: i-1); the next `pulumi up` puts it right",
    );
    assert.doesNotMatch(announceDrift(["it has no instance"], recorded({ instanceId: "" })), /recorded/);
  });
});
