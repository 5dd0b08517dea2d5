import assert from "node:assert/strict";
import { TAG } from "../../../../provider/ec2/tags";
import { desired, elasticIp, eni, observed, recorded, template } from "../things";
import { kinds, OLD, planned, wholePlan } from "./plans";

describe("the plan of the tags", () => {
  const before = desired({ tags: { Team: "a", Stage: "x" } });
  const tags = { Team: "b", Cost: "1" };

  it("sets what is new or different and removes what was ours, on everything, and nothing else", () => {
    const wanted = desired({ elasticIp: true, tags });
    const steps = planned({
      desired: wanted,
      recorded: recorded({ tags: before.tags }),
      observed: observed(
        { elasticIps: [elasticIp({}, before)], template: template({}, { ...before, elasticIp: true }) },
        before,
      ),
    });
    assert.deepEqual(
      steps,
      [["lt-1"], ["eni-1"], ["eipalloc-1"], ["i-1", "vol-1"]].map((resourceIds) => ({
        kind: "tag",
        resourceIds,
        set: tags,
        remove: ["Stage"],
      })),
    );
  });

  it("leaves the tags that somebody else put on", () => {
    const labelled = eni({ tags: { ...eni().tags, Owner: "net" } });
    assert.deepEqual(planned({ observed: observed({ networkInterfaces: [labelled] }) }), []);
  });

  it("gives the resource's name back when the user's own is taken away", () => {
    const named = desired({ tags: { Name: "db" } });
    const [, step] = planned({ observed: observed({}, named), recorded: recorded({ tags: named.tags }) });
    assert.deepEqual(step, { kind: "tag", resourceIds: ["eni-1"], set: { Name: "web" }, remove: [] });
  });

  it("says in the record what is wanted before anything happens to an instance: a controller goes by it", () => {
    const spot = desired({ ...OLD, elasticIp: true, market: { lifecycle: "spot" }, desiredState: "paused" });
    const steps = wholePlan({ desired: spot, observed: observed({ elasticIps: [elasticIp()] }) });
    assert.deepEqual(
      steps.map((it) => it.kind),
      ["tag", "record-generation", "retire"],
    );
    assert.deepEqual(steps[0], {
      kind: "tag",
      resourceIds: ["lt-1"],
      set: {
        [TAG.market]: "spot fallback-to-on-demand=true",
        [TAG.desiredState]: "paused pause-behavior=terminate",
        [TAG.network]: `subnet=${spot.subnetId} kept=true public-ip=subnet-default elastic-ip=own`,
      },
      remove: [],
    });
  });

  it("puts our own tags back on what lost them", () => {
    const bare = eni({ tags: {} });
    assert.deepEqual(kinds({ observed: observed({ networkInterfaces: [bare] }) }), ["tag"]);
  });

  it("marks the record as ready once a state is known to have the id, and never back", () => {
    const creating = template({ tags: { ...template().tags, [TAG.phase]: "creating" } });
    assert.deepEqual(planned({ observed: observed({ template: creating }) }), [
      { kind: "tag", resourceIds: ["lt-1"], set: { [TAG.phase]: "ready" }, remove: [] },
    ]);
    assert.deepEqual(planned({ observed: observed({ template: creating }), purpose: { kind: "create" } }), []);
    assert.deepEqual(planned({ purpose: { kind: "create" } }), []);
  });
});
