/** User data is seen in the instance, in the launch template and in what Pulumi keeps, and nowhere else, whatever goes wrong. */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { fits } from "../../local/ec2/conditions/patterns";
import { codesOf, type ErrorClass } from "../../provider/ec2/error-codes";
import type { Properties } from "../../provider/model/properties";
import { CANARY, seenIn } from "../canary";
import { program, type Stack } from "./support";
import { later, made, quick, up } from "./world";

const SECRET = { userData: `#!/bin/sh\necho ${CANARY}\n` };
const CLASSES = {
  "not-found": true,
  "in-use": true,
  transition: true,
  capacity: true,
  quota: true,
  throttled: true,
  denied: true,
  mismatch: true,
  "name-taken": true,
  "no-credentials": true,
  unreachable: true,
  refused: true,
} as const satisfies Record<ErrorClass, true>;

const FAULTS = [
  ...Object.keys(CLASSES).map((kind) => [kind, { error: { code: codesOf(kind as ErrorClass)[0] ?? "" } }] as const),
  ["a code that is not known", { error: { code: "Novel" } }] as const,
  ["no answer", { hang: true }] as const,
  ["an answer that is lost", { reset: true, when: "after" }] as const,
  ["a page of somebody else", { error: { code: "", message: "<html>", status: 502 } }] as const,
];

/** Actions that hold user data, or are sent it, at some time in the life of a machine. */
const ACTIONS = ["CreateLaunchTemplate*", "RunInstances", "DescribeInstanceAttribute", "ModifyInstanceAttribute", "*"];

const WHOLE = { depth: null, maxArrayLength: null, maxStringLength: null };

/** All that a user, a log or another in the account gets to see of it. */
function isUnseen(owner: Stack, failure: unknown): void {
  const error = failure as (Error & { reasons?: string[] }) | undefined;
  const { templates, networkInterfaces, elasticIps, instances, volumes } = made(owner);
  const tags = [...templates, ...networkInterfaces, ...elasticIps, ...instances, ...volumes].map((it) => it.tags);
  const told = {
    lines: owner.lines,
    message: error?.message,
    stack: error?.stack,
    reasons: error?.reasons,
    printed: inspect(error, WHOLE),
    json: JSON.stringify(error),
    tags,
    descriptions: templates.flatMap((it) => it.versions.map((version) => version.description)),
    drift: owner.outputs.drift,
    calls: owner.simulator.calls(),
  };
  for (const [where, text] of Object.entries(told)) {
    assert.deepEqual(seenIn(inspect(text, WHOLE), CANARY), [], where);
  }
}

/** The error that a run fails with, or nothing. */
const ending = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

const RUNS: Readonly<Record<string, (owner: Stack) => Promise<unknown>>> = {
  "a preview": (owner) => owner.preview(program({ ...SECRET, instanceType: "m6i.large" })),
  "an update": (owner) => owner.up(program({ ...SECRET, instanceType: "m6i.large" })),
  "a change of it": (owner) =>
    owner.up(program({ userData: `${SECRET.userData}#`, replacement: { strategy: "stop-start" } })),
  "a refresh": (owner) => owner.refresh(),
  "a destroy": (owner) => owner.destroy(),
};

const called = new Map<string, Promise<string[]>>();

/** The `ACTIONS` that a run calls where nothing goes wrong: until a fault strikes it is the same run, so it meets no other. */
function actionsIn(name: string, run: (owner: Stack) => Promise<unknown>): Promise<string[]> {
  const find = async (): Promise<string[]> => {
    const owner = await up(SECRET);
    await run(owner);
    const calls = owner.calls();
    return ACTIONS.filter((it) => calls.some((action) => fits(it, action)));
  };
  const found = called.get(name) ?? find();
  called.set(name, found);
  return found;
}

describe("secret user data", () => {
  for (const [what, fault] of FAULTS) {
    it(`is not in what is said of a create that meets ${what}`, async () => {
      for (const action of ACTIONS) {
        const owner = quick();
        owner.simulator.faults.add({ action, ...fault });
        isUnseen(owner, await ending(owner.up(program(SECRET))));
      }
    });

    it(`is not in what is said of a machine that meets ${what}`, async () => {
      for (const [name, run] of Object.entries(RUNS)) {
        for (const action of await actionsIn(name, run)) {
          const owner = await up(SECRET);
          owner.simulator.faults.add({ action, ...fault });
          isUnseen(owner, await ending(run(owner)));
        }
      }
    }).timeout(60_000);
  }

  const BAD: Readonly<Record<string, Properties>> = {
    "too long": { userData: CANARY.repeat(2000) },
    "no base64": { userDataBase64: `${CANARY}!` },
    "too long in base64": { userDataBase64: Buffer.from(CANARY.repeat(2000)).toString("base64") },
    "given twice": { ...SECRET, userDataBase64: Buffer.from(CANARY).toString("base64") },
    "no base64 text": { userDataBase64: { script: CANARY } },
    "no text": { userData: { script: CANARY } },
    "a list": { userData: [CANARY] },
    "with half of a character": { userData: `${CANARY}\ud800` },
    "with another input that is wrong": { ...SECRET, instanceType: "large", subnetId: "subnet" },
    "with a name that is wrong": { ...SECRET, [`userDate`]: "x" },
  };
  for (const [what, inputs] of Object.entries(BAD)) {
    it(`is not in what check says of it: ${what}`, async () => {
      const { failures } = await quick().preview(program(inputs));
      assert.notDeepEqual(failures, []);
      assert.deepEqual(seenIn(JSON.stringify(failures), CANARY), []);
      // The engine prints the value of the property that a failure names, and of a secret as well (tried with the CLI).
      const named = failures.map((it) => it.property).filter((it) => /^(userData|recycleTriggers)/.test(it));
      assert.deepEqual(named, []);
    });
  }

  it("is in the instance and the record, and in what Pulumi keeps, for Pulumi to encrypt", async () => {
    const owner = await up(SECRET);
    later(owner);
    const { templates, instances } = made(owner);
    assert.equal(Buffer.from(instances[0]?.userData ?? "", "base64").toString(), SECRET.userData);
    assert.notDeepEqual(seenIn(JSON.stringify(templates[0]?.versions), CANARY), []);
    const { userData, ...others } = owner.outputs;
    assert.equal(userData, SECRET.userData);
    assert.deepEqual(seenIn(JSON.stringify(others), CANARY), []);
  });
});
