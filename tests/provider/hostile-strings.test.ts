/**
 * No text that a program, a resource's name, EC2 or somebody else in the account may hold does harm: at every place where a text
 * may stand, it is refused at check in words, or comes through unchanged.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { PartialFailure, PlainFailure } from "../../provider/failure";
import { checkInputs } from "../../provider/inputs/inputs";
import { INPUT_NAMES } from "../../provider/inputs/table";
import { UNKNOWN } from "../../provider/inputs/validation";
import { HOSTILE, inputAt, isCarried, isTame, linesAreTame, refusalsOf } from "./hostile-texts";
import { program, type Stack } from "./support";
import { failureOf, later, nothingIsLeft, quick, settled, up } from "./world";
import { machineOf } from "./machine";

/** A value around a text. */
type Wrap = (text: string) => unknown;
type Place = [path: string, inputs: (text: string) => Record<string, unknown>];

/** An own property, also where assigning it would mean something else. */
const keyed = (key: string, value: unknown): Record<string, unknown> => Object.fromEntries([[key, value]]);

const reasonsFor = (name: string, value: unknown): string[] =>
  checkInputs({ ...program(), ...keyed(name, value) }, "us-east-1").failures.map((it) => it.reason);

/** The fields of an object at a place, as the error says them that is given where there is none. */
function fieldsAt(name: string, path: string, wrap: Wrap): string[] {
  const before = `${path} must be an object of `;
  const reason = reasonsFor(name, wrap("x")).find((it) => it.includes(before)) ?? before;
  return reason
    .slice(reason.indexOf(before) + before.length)
    .split(", ")
    .filter((it) => it !== "");
}

function wrapsIn(name: string, path: string, wrap: Wrap): [string, Wrap][] {
  const inside = fieldsAt(name, path, wrap).flatMap((field) =>
    wrapsIn(name, `${path}.${field}`, (text) => wrap(keyed(field, text) as unknown as string)),
  );
  const around: [string, Wrap][] = [
    [path, wrap],
    [`a key of ${path}`, (text) => wrap(keyed(text, "x") as unknown as string)],
    [`a value of ${path}`, (text) => wrap(keyed("Key", text) as unknown as string)],
  ];
  return [...around, ...inside];
}

/** From the inputs themselves, so that a new one is among them. */
const PLACES: Place[] = INPUT_NAMES.flatMap((name) => {
  const single = wrapsIn(name, name, (text) => text);
  const listed = wrapsIn(name, `${name}[0]`, (text) => [text]);
  return [...single, ...listed].map(([path, wrap]): Place => [path, (text) => keyed(name, wrap(text))]);
});

/** The places at which the text leaves the program good. */
const taken = (text: string): Place[] =>
  PLACES.filter(([path, inputs]) => refusalsOf(inputs(text), inputAt(path)).length === 0);

/** EC2 has no such thing, and says so; what was made by then goes with destroy. */
async function isRefusedByEc2(owner: Stack, inputs: Record<string, unknown>, path: string): Promise<boolean> {
  const { failures } = await owner.preview(program(inputs));
  const failure = failures.length > 0 ? undefined : await owner.up(program(inputs)).then(nothing, asError);
  const refusals = failure === undefined ? failures : [{ property: failure.message, reason: failure.message }];
  for (const { property, reason } of refusals) {
    isTame(property);
    isTame(reason);
    assert.ok(property.includes(inputAt(path)), `${property}: ${reason}`);
  }
  if (refusals.length > 0) {
    await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  }
  return refusals.length > 0;
}

const nothing = (): undefined => undefined;

function asError(thrown: unknown): Error {
  assert.ok(thrown instanceof Error);
  return thrown;
}

describe("a hostile text", () => {
  it("is tried at every input, in every field and list, as key and as value", () => {
    const paths = PLACES.map(([path]) => path);
    for (const name of INPUT_NAMES) {
      assert.ok(paths.includes(name) && paths.includes(`a key of ${name}`), name);
    }
    for (const path of ["market.maxPrice", "rootVolume.kmsKeyId", "dataVolumes[0].name", "adopt.instanceId"]) {
      assert.ok(paths.includes(path), path);
    }
  });

  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`is refused in tame words or comes through as it is: ${what}`, async function () {
      this.timeout(60_000);
      for (const [path, inputs] of taken(text)) {
        const owner = quick();
        const given = inputs(text);
        if (await isRefusedByEc2(owner, given, path)) {
          continue;
        }
        linesAreTame(owner);
        isCarried(owner, given);
        await settled(owner, given);
        await owner.up(program({ ...given, instanceType: "m6i.large" }));
        later(owner);
        isCarried(owner, given);
        await owner.destroy();
        linesAreTame(owner);
        later(owner);
        nothingIsLeft(owner);
      }
    });
  }

  it("may stand in tags, triggers and user data, where only it is refused that would be lost or changed", () => {
    const refused = (inputs: (text: string) => Record<string, unknown>): string[] =>
      Object.entries(HOSTILE)
        .filter(([, text]) => refusalsOf(inputs(text), "").length > 0)
        .map(([what]) => what);
    const lost = ["a prototype"];
    const half = ["half of a character"];
    const long = ["10 MB"];
    const control = Object.keys(HOSTILE).filter((it) => /\p{Cc}/u.test(HOSTILE[it] ?? ""));
    const untaggable = [...control, ...half, "no character", ...long];
    const sorted = (list: string[]): string[] => [...list].sort();
    assert.deepEqual(sorted(refused((it) => ({ tags: { Key: it } }))), sorted(untaggable));
    assert.deepEqual(sorted(refused((it) => ({ tags: keyed(it, "x") }))), sorted([...untaggable, ...lost]));
    assert.deepEqual(
      refused((it) => ({ recycleTriggers: { at: it } })),
      half,
    );
    assert.deepEqual(sorted(refused((it) => ({ recycleTriggers: keyed(it, "x") }))), sorted([...half, ...lost]));
    assert.deepEqual(sorted(refused((it) => ({ userData: it }))), sorted([...half, ...long]));
  });

  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`as user data is in the instance byte by byte, or refused without being shown: ${what}`, async () => {
      const reasons = refusalsOf({ userData: text }, "userData");
      if (reasons.length > 0) {
        assert.ok(!reasons.join().includes(text.slice(0, 40)), reasons.join());
        return;
      }
      const owner = await up({ userData: text });
      const { instance } = machineOf(owner);
      assert.deepEqual(Buffer.from(instance.userData ?? "", "base64"), Buffer.from(text));
    });
  }
});

describe("a prototype", () => {
  it("that came along with the inputs, or with an object in them, is not read for one", () => {
    const inheriting = (own: object, inherited: object): object => Object.setPrototypeOf(own, inherited) as object;
    const market = inheriting({ lifecycle: "spot" }, { maxPrice: "9" });
    const given = inheriting({ ...program(), market }, { userData: "inherited", tags: { Team: "inherited" } });
    const { inputs, failures } = checkInputs(given as Record<string, unknown>, "us-east-1");
    assert.deepEqual([failures, inputs.userData, inputs.tags], [[], undefined, {}]);
    assert.deepEqual(inputs.market, { lifecycle: "spot", fallbackToOnDemand: true, revertToSpot: "never" });
  });

  it("is that of every object after all of this", () => {
    assert.deepEqual(Object.keys(Object.prototype), []);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
  });
});

describe("a failure", () => {
  it("that is printed whole does not show what is recorded with it", () => {
    const failure = new PartialFailure("mi-0", { userData: "canary" }, "no reason");
    assert.doesNotMatch(inspect(failure, { depth: null }) + JSON.stringify(failure), /canary/);
    assert.equal(failure.properties.userData, "canary");
    assert.doesNotMatch(inspect(new PlainFailure("no reason")), /canary/);
  });
});

describe("the text that stands for what is not known", () => {
  it("is no way past check: at the update nothing is unknown", async () => {
    const owner = quick();
    const { failures } = await owner.preview(program({ keyName: UNKNOWN }));
    assert.deepEqual(failures, []);
    const failure = await failureOf(owner.up(program({ keyName: UNKNOWN })));
    isTame(failure.message);
    later(owner);
    if (owner.recorded !== undefined) await owner.destroy();
    later(owner);
    nothingIsLeft(owner);
  });
});
