/**
 * No text that a program, a resource's name, EC2 or somebody else in the account may hold does harm: at every place where a text
 * may stand, it is refused at check in words, or comes through unchanged.
 */
import assert from "node:assert/strict";
import { inspect } from "node:util";
import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { idOf } from "../../provider/engine/record/claim";
import { nameOf } from "../../provider/ec2/tags";
import { PartialFailure, PlainFailure } from "../../provider/failure";
import { checkInputs } from "../../provider/inputs/inputs";
import { INPUT_NAMES } from "../../provider/inputs/table";
import { UNKNOWN } from "../../provider/inputs/validation";
import { program, type Stack, URN } from "./support";
import { failureOf, later, made, machineOf, nothingIsLeft, quick, settled, somebody, up } from "./world";

const HOSTILE: Readonly<Record<string, string>> = {
  "a line break": "first\nweb: i-0abc retired",
  "a carriage return": "seen\rhidden",
  "terminal commands": "\u001b[31mred\u001b[0m\u001b]0;title\u0007",
  "terminal commands of one character": "\u009b31mred",
  "the Unicode line separators": "a\u2028b\u2029c\u0085d",
  "a null character": "a\u0000b",
  "the other direction of writing": "\u202eexe.txt\u2066",
  "right-to-left letters": "שלום עולם",
  "what is not seen": "a\u200bb\u2060c\ufeffd",
  "characters beyond 16 bits": "👩‍👩‍👧 𝒳 \u{e0041}",
  "half of a character": "a\ud800b",
  "no character": "a\uffffb",
  "a way up": "../../../etc/passwd",
  "a prototype": "__proto__",
  "a member of every object": "constructor",
  "another member of every object": "hasOwnProperty",
  "a template": "${process.env.HOME} {{7*7}} <%= 7*7 %> `id` $(id) %s%n",
  markup: "</Value></Tag>&amp;&#x41;&quot;<![CDATA[ ]]>\"'",
  wildcards: "*?\\*",
  "spaces around": "  text  ",
  "nothing but a space": " ",
  "what looks like base64": "IyEvYmluL3NoCg==",
  "10 MB": "k".repeat(10 * 1024 * 1024),
};

/** What makes one line more than that, or a line that is read as another. */
const RAW = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const LONGEST = 2000;

function isTame(text: string): void {
  assert.doesNotMatch(text, RAW, JSON.stringify(text.slice(0, LONGEST)));
  assert.ok(text.length <= LONGEST, `${text.length} characters: ${text.slice(0, LONGEST)}`);
}

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

const inputOf = (path: string): string => path.replace(/^.* of /, "").replace(/[.[].*$/, "");

/** What is said of the inputs without asking EC2; all of it is fit to be read. */
function refusalsOf(inputs: Record<string, unknown>, input: string): string[] {
  const { failures } = checkInputs({ ...program(), ...inputs }, "us-east-1");
  return failures.map(({ property, reason }) => {
    isTame(property);
    isTame(reason);
    assert.ok(property.includes(input), `${property}: ${reason}`);
    return reason;
  });
}

/** Those with which the program is good. */
const taken = (text: string): Place[] =>
  PLACES.filter(([path, inputs]) => refusalsOf(inputs(text), inputOf(path)).length === 0);

function linesAreTame({ lines }: Stack): void {
  for (const line of lines) {
    isTame(line);
  }
}

/** EC2 has no such thing, and says so; what was made by then goes with destroy. */
async function isRefusedByEc2(owner: Stack, inputs: Record<string, unknown>, path: string): Promise<boolean> {
  const { failures } = await owner.preview(program(inputs));
  const failure = failures.length > 0 ? undefined : await owner.up(program(inputs)).then(nothing, asError);
  const refusals = failure === undefined ? failures : [{ property: failure.message, reason: failure.message }];
  for (const { property, reason } of refusals) {
    isTame(property);
    isTame(reason);
    assert.ok(property.includes(inputOf(path)), `${property}: ${reason}`);
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

/** It is in Pulumi's state as it was given, and in EC2 where it belongs there. */
function isCarried(owner: Stack, inputs: Record<string, unknown>): void {
  const { template, instance, eni } = machineOf(owner);
  for (const [name, value] of Object.entries(inputs)) {
    assert.deepEqual(owner.outputs[name], value);
    assert.deepEqual(owner.recorded?.inputs[name], value);
  }
  const tags = Object.entries((inputs.tags ?? {}) as Record<string, string>);
  for (const thing of [template, instance, eni]) {
    for (const [key, value] of tags) {
      assert.equal(Object.getOwnPropertyDescriptor(thing.tags, key)?.value, value);
    }
    if (typeof inputs.resourceUrn === "string") {
      assert.equal(thing.tags.Name, nameOf(inputs.resourceUrn));
    }
  }
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

describe("a resource's name", () => {
  const named = (name: string): string => URN.replace(/[^:]*$/, name);

  for (const [what, text] of Object.entries(HOSTILE)) {
    it(`is refused in tame words, or is the Name tag and no line's end: ${what}`, async () => {
      const resourceUrn = named(text);
      if (refusalsOf({ resourceUrn }, "resourceUrn").length > 0) {
        return;
      }
      const owner = quick();
      await owner.up(program({ resourceUrn }));
      isCarried(owner, { resourceUrn });
      linesAreTame(owner);
      await owner.destroy();
      later(owner);
      nothingIsLeft(owner);
    });
  }

  it("that EC2 would take for a pattern finds its own machine only", async () => {
    const first = await up();
    const second = quick({ on: first });
    await second.up(program({ resourceUrn: named("w*b") }));
    assert.notEqual(second.recorded?.id, first.recorded?.id);
    assert.equal(second.recorded?.id, idOf(named("w*b"), 0));
    const [line, ...others] = await linesOfPreview(second, { resourceUrn: named("w*b"), privateIp: "10.0.1.77" });
    assert.deepEqual(others, []);
    assert.ok(line?.startsWith("w*b: ") && line.includes(String(second.outputs.privateIp)), line);
    await second.destroy();
    await settled(first, {});
  });
});

async function linesOfPreview(owner: Stack, inputs: Record<string, unknown>): Promise<string[]> {
  const before = owner.lines.length;
  assert.deepEqual((await owner.preview(program(inputs))).failures, []);
  return owner.lines.slice(before);
}

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

describe("what EC2 and others in the account say", () => {
  const EVIL = "\u001b[2J\u202ebad\nweb: i-0abc retired\u0000\u2028";

  for (const action of ["RunInstances", "DescribeLaunchTemplates", "DescribeSubnets", "CreateNetworkInterface"]) {
    it(`is on one line of an error, with no command for the terminal: ${action}`, async () => {
      const owner = quick();
      owner.simulator.faults.add({ action, error: { code: "EvilCode", message: EVIL } });
      const failure = await failureOf(owner.up(program()));
      for (const text of [...failure.message.split("\n"), ...(failure.reasons ?? [])]) {
        isTame(text);
      }
      assert.ok(failure.message.includes("\\u001b[2J"), failure.message);
      linesAreTame(owner);
    });
  }

  it("is on one line of an error at refresh and at destroy", async () => {
    const owner = await up();
    owner.simulator.faults.add({ action: "*", error: { code: "EvilCode", message: EVIL } });
    for (const work of [owner.refresh(), owner.destroy()]) {
      isTame((await failureOf(work)).message);
    }
  });

  it("is on one line where it is a tag that was put on by hand", async () => {
    const owner = await up({ tags: { Team: "a" } });
    const { eni, instance } = machineOf(owner);
    const Resources = [eni.networkInterfaceId, instance.instanceId];
    await somebody(owner).send(
      new CreateTagsCommand({ Resources, Tags: [{ Key: "Name", Value: EVIL.replace("\u0000", "") }] }),
    );
    await owner.refresh();
    for (const sentence of owner.outputs.drift as string[]) {
      isTame(sentence);
    }
    assert.notDeepEqual(owner.outputs.drift, []);
    await owner.up(program({ tags: { Team: "a" } }));
    linesAreTame(owner);
    assert.equal(made(owner).networkInterfaces[0]?.tags.Name, "web");
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
