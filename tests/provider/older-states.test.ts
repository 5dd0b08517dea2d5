/** A machine that an older version of this package left behind is taken on: seen as it is, changed, and deleted. */
import assert from "node:assert/strict";
import fs, { readFileSync } from "node:fs";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import type { Properties } from "../../provider/model/properties";
import { OLDER_RECORD } from "../../provider/engine/planning/drift";
import { recycle } from "../../controller/by-hand";
import { depsOf, machine, planOf } from "../controller/support";
import { marksOf, nothingIsOurs } from "./by-hand";
import { inherited, KINDS, olderState, type OlderState, versions } from "./older-state";
import type { Stack } from "./support";
import { later, made, nothingIsLeft, only } from "./world";

const { version: PRESENT } = JSON.parse(readFileSync(join(__dirname, "../../package.json"), "utf8")) as {
  version: string;
};

const KEPT = ["networkInterfaceId", "privateIp", "macAddress", "publicIp", "allocationId", "launchTemplateId"] as const;

const identityIn = (outputs: Properties): Properties => Object.fromEntries(KEPT.map((name) => [name, outputs[name]]));

/** Another type: never in place. */
const changed = ({ program }: OlderState): Properties => ({ ...program, instanceType: "m6i.xlarge" });

function endsWithNothing(owner: Stack, { program }: OlderState): void {
  later(owner);
  if (program.adopt === undefined) {
    nothingIsLeft(owner);
  } else {
    nothingIsOurs(owner);
  }
}

describe("the states of older versions", () => {
  it("are there of the present version, too", () => {
    assert.ok(versions().includes(PRESENT), `run npm run state-fixtures for ${PRESENT}`);
  });

  for (const version of versions()) {
    for (const kind of KINDS) {
      const state = olderState(version, kind);
      const isFailed = state.resource.initErrors !== undefined;

      describe(`${version}, ${kind}`, () => {
        it("is read: the same machine, and no drift but what its record lacks, and that an update failed", async () => {
          const owner = inherited(state);
          const before = owner.outputs;
          await owner.refresh();
          assert.equal(owner.recorded?.id, state.resource.id);
          assert.deepEqual(identityIn(owner.outputs), identityIn(before));
          const drift = owner.outputs.drift as string[];
          assert.equal(drift.length, isFailed ? 2 : 1);
          assert.ok(drift.includes(OLDER_RECORD), drift.join());
          assert.deepEqual(
            owner.calls("mutating").filter((it) => it !== "CreateTags"),
            [],
          );
        });

        it("is updated by the same program, which completes its record and changes nothing else", async () => {
          for (const refreshed of [false, true]) {
            const owner = inherited(state);
            if (refreshed) {
              await owner.refresh();
            }
            const before = identityIn(owner.outputs);
            assert.equal(await owner.up(state.program), "update");
            assert.deepEqual(identityIn(owner.outputs), before);
            if (!isFailed) {
              assert.deepEqual(
                owner.calls("mutating").filter((it) => it !== "CreateTags"),
                [],
              );
            }
            assert.equal(await owner.up(state.program), "same");
            const read = await machine(owner);
            assert.deepEqual(planOf(read), []);
            await owner.refresh();
            assert.deepEqual(owner.outputs.drift, []);
          }
        });

        it("is updated, and keeps its addresses and its record", async () => {
          const owner = inherited(state);
          const before = identityIn(owner.outputs);
          assert.equal(await owner.up(changed(state)), "update");
          assert.deepEqual(identityIn(owner.outputs), before);
          const { state: now, launchedInstanceType, dataVolumeIds } = owner.outputs;
          assert.equal(now, kind === "paused" ? "paused" : "running");
          // A stopped instance takes on the type when it is started.
          const type = kind === "paused" ? state.program.instanceType : changed(state).instanceType;
          assert.equal(launchedInstanceType, type);
          assert.deepEqual(dataVolumeIds, state.resource.outputs.dataVolumeIds);
          assert.equal(only(made(owner).templates).launchTemplateId, before.launchTemplateId);
          assert.equal(await owner.up(changed(state)), "same");
        });

        it("is deleted by the handlers, with nothing left of it", async () => {
          const owner = inherited(state);
          assert.notDeepEqual(marksOf(only(made(owner).templates)), {});
          await owner.destroy();
          endsWithNothing(owner, state);
        });

        it("is deleted after a refresh", async () => {
          const owner = inherited(state);
          await owner.refresh();
          await owner.destroy();
          endsWithNothing(owner, state);
        });

        it("has a text of the provider in it that asks for what the package still has", () => {
          for (const { __provider: text } of [state.resource.inputs, state.resource.outputs]) {
            const scope: { exports: { handler?: () => Record<string, unknown> } } = { exports: {} };
            const asked: string[] = [];
            const load = (name: string): unknown => {
              asked.push(name);
              return { configure: () => ({}) };
            };
            // Some texts load the package by `require`, others by what `createRequire` makes.
            const node: Record<string, unknown> = {
              module: { createRequire: () => Object.assign(load, { resolve: () => "found" }) },
              fs,
            };
            (compileFunction(String(text), ["exports", "require"]) as (...parts: unknown[]) => void)(
              scope.exports,
              (name: string) => node[name] ?? load(name),
            );
            const provider = scope.exports.handler?.() ?? {};
            const { configure } = provider as { configure: (request: unknown) => unknown };
            configure.call(provider, {});
            assert.deepEqual(asked, ["pulumi-managed-instance/provider"]);
          }
        });
      });
    }
  }
});

describe("a machine whose userData version 0.1 decoded", () => {
  const state = olderState("0.1.0", "base64-user-data");
  const text = String(state.program.userData);
  const bytes = Buffer.from(text, "base64");
  const moved = (): Properties => {
    const { userData: _, ...others } = state.program;
    return { ...others, userDataBase64: text };
  };
  const userDataOf = (owner: Stack): Buffer =>
    Buffer.from(only(made(owner).instances.filter((it) => it.state === "running")).userData ?? "", "base64");
  const warnings = (owner: Stack): string[] => owner.lines.filter((it) => it.includes("userDataBase64"));

  it("is left as it is by the same program, which is told at each preview to move the value", async () => {
    for (const refreshed of [false, true]) {
      const owner = inherited(state);
      const { instanceId } = owner.outputs;
      if (refreshed) {
        await owner.refresh();
        assert.deepEqual(owner.outputs.drift, []);
      }
      assert.equal(await owner.up(state.program), "same");
      assert.deepEqual(owner.calls("mutating"), []);
      assert.equal(owner.outputs.instanceId, instanceId);
      assert.equal(warnings(owner).length, 1);
      assert.match(
        only(warnings(owner)),
        /^web: userData is base64, which an older version decoded; .*: move the value to userDataBase64, which changes nothing$/,
      );
      assert.ok(!owner.lines.join("\n").includes(text.slice(0, 8)));
    }
  });

  it("is not changed by moving the value to userDataBase64, and is told nothing any more", async () => {
    for (const next of [moved(), { ...moved(), tags: { a: "b" } }]) {
      const owner = inherited(state);
      const { instanceId } = owner.outputs;
      assert.equal(await owner.up(next), next.tags === undefined ? "same" : "update");
      assert.equal(owner.outputs.instanceId, instanceId);
      assert.deepEqual(warnings(owner), []);
      assert.equal(await owner.up(next), "same");
      await owner.refresh();
      assert.deepEqual(owner.outputs.drift, []);
      assert.equal(await owner.up(next), "same");
    }
  });

  it("changed otherwise gets the decoded bytes again, as long as the program has the same text", async () => {
    const owner = inherited(state);
    const next = { ...state.program, instanceType: "m6i.xlarge" };
    assert.equal(await owner.up(next), "update");
    assert.deepEqual(userDataOf(owner), bytes);
    assert.equal(await owner.up(next), "same");
    await owner.refresh();
    assert.deepEqual(owner.outputs.drift, []);
    assert.equal(await owner.up(next), "same");
    assert.equal(await owner.up({ ...moved(), instanceType: "m6i.xlarge" }), "same");
  });

  it("takes another text as it is, and the old one too once the value was moved", async () => {
    const owner = inherited(state);
    const other = Buffer.from("#!/bin/sh\necho other\n").toString("base64");
    assert.equal(await owner.up({ ...state.program, userData: other }), "update");
    assert.deepEqual(userDataOf(owner), Buffer.from(other));
    assert.equal(await owner.up(moved()), "update");
    assert.deepEqual(userDataOf(owner), bytes);
    assert.equal(await owner.up(state.program), "update");
    assert.deepEqual(userDataOf(owner), Buffer.from(text));
  });

  it("is replaced from its record with the decoded bytes, by the controller", async () => {
    const owner = inherited(state);
    await owner.up({ ...state.program, tags: { a: "b" } });
    await recycle(await machine(owner), depsOf(owner, { leapMs: 60_000 }));
    later(owner);
    assert.deepEqual(userDataOf(owner), bytes);
    await owner.refresh();
    assert.equal(await owner.up({ ...state.program, tags: { a: "b" } }), "same");
  });
});
