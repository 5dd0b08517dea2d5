import assert from "node:assert/strict";
import { TAG, urnTag } from "../../../provider/ec2/tags";
import type { Ec2 } from "../../../provider/ec2/ec2";
import { claimId, idOf, isUnfinished } from "../../../provider/engine/claim";
import type { LaunchTemplate } from "../../../provider/engine/state";
import { URN } from "../support";
import { template } from "./things";

function record(name: string, phase: "creating" | "ready"): LaunchTemplate {
  return template({ name, tags: { [TAG.urn]: urnTag(URN), [TAG.phase]: phase } });
}

/** The id that a create takes where these records are there. */
function claimed(records: LaunchTemplate[], taken: string[] = []): Promise<string> {
  const ec2 = { describeLaunchTemplates: () => Promise.resolve(records) } as unknown as Ec2;
  return claimId(ec2, URN, new Set(taken));
}

describe("idOf", () => {
  it("is mi- and 17 hex digits, the same for the same URN and count, and another for another", () => {
    assert.match(idOf(URN, 0), /^mi-[0-9a-f]{17}$/);
    assert.equal(idOf(URN, 0), idOf(URN, 0));
    assert.notEqual(idOf(URN, 0), idOf(URN, 1));
    assert.notEqual(idOf(URN, 0), idOf(`${URN}2`, 0));
  });
});

describe("claimId", () => {
  it("takes the first id where there is no record", async () => {
    assert.equal(await claimed([]), idOf(URN, 0));
  });

  it("goes on with the record that a create began, wherever it stands in the count", async () => {
    assert.equal(await claimed([record(idOf(URN, 0), "creating")]), idOf(URN, 0));
    assert.equal(await claimed([record(idOf(URN, 0), "ready"), record(idOf(URN, 3), "creating")]), idOf(URN, 3));
    assert.equal(await claimed([record("mi-0000000000000000b", "creating")]), "mi-0000000000000000b");
  });

  it("never takes over what is ready, and counts on", async () => {
    assert.equal(await claimed([record(idOf(URN, 0), "ready")]), idOf(URN, 1));
    assert.equal(await claimed([record(idOf(URN, 0), "ready"), record(idOf(URN, 1), "ready")]), idOf(URN, 2));
  });

  it("counts on past an id that was found to be somebody else's", async () => {
    assert.equal(await claimed([], [idOf(URN, 0)]), idOf(URN, 1));
  });
});

describe("isUnfinished", () => {
  it("is so for a record of the same URN that is creating", () => {
    assert.ok(isUnfinished(record("mi-1", "creating"), URN));
    assert.ok(!isUnfinished(record("mi-1", "ready"), URN));
    assert.ok(!isUnfinished(record("mi-1", "creating"), `${URN}2`));
  });
});
