import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { CHANGE_CLASSES } from "../../provider/inputs/changes";
import { checkInputs, PROGRAM_INPUTS } from "../../provider/inputs/inputs";
import { program } from "../provider/support";

interface Documented {
  name: string;
  paragraphs: string[];
  /** As it is written, if there is one. */
  default?: string;
}

function source(file: string): ts.SourceFile {
  const path = join(__dirname, "../../sdk", file);
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest, true);
}

const ARGS = source("args.ts");
const INTERFACES = new Map(ARGS.statements.filter(ts.isInterfaceDeclaration).map((it) => [it.name.text, it]));

function documented(node: ts.Node, name: string): Documented {
  const docs = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const text = docs.map((it) => ts.getTextOfJSDocComment(it.comment) ?? "").join("\n\n");
  const tag = ts.getJSDocTags(node).find((it) => it.tagName.text === "default");
  return {
    name,
    paragraphs: text.split(/\n\s*\n/).map((it) => it.replace(/\s+/g, " ").trim()),
    default: tag === undefined ? undefined : ts.getTextOfJSDocComment(tag.comment)?.replace(/\s+/g, " "),
  };
}

function propertiesOf(name: string): Documented[] {
  const node = INTERFACES.get(name);
  assert.ok(node !== undefined, `there is no ${name}`);
  return node.members.filter(ts.isPropertySignature).map((it) => documented(it, it.name.getText(ARGS)));
}

/** What each class of change is called, for a user to read: how a paragraph begins. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  "in-place": /^Changed in place\.( |$)/,
  "replaces-instance": /^Changing it replaces the instance; the addresses stay\.( |$)/,
  moves: /^Changing it gives up the network interface\b/,
  "replaces-resource": /^Changing it replaces the resource\b/,
  "at-create": /^At create only\.( |$)/,
};

const WHAT = "ManagedInstanceArgs";

describe("the docs of the inputs", () => {
  const { resourceUrn: _, ...classes } = CHANGE_CLASSES;

  it("are of the inputs that there are, in their order", () => {
    assert.deepEqual(
      propertiesOf(WHAT).map((it) => it.name),
      PROGRAM_INPUTS,
    );
  });

  for (const { name, paragraphs } of propertiesOf(WHAT)) {
    it(`say of ${name} once what a change of it means, and it is what the code does`, () => {
      const said = paragraphs.flatMap((text) =>
        Object.keys(SENTENCES).filter((kind) => SENTENCES[kind]?.test(text) === true),
      );
      assert.deepEqual(said, [(classes as Record<string, string>)[name]]);
    });
  }

  for (const [interfaceName, input] of [
    ["MarketArgs", "market"],
    ["MetadataOptionsArgs", "metadataOptions"],
    ["RootVolumeArgs", "rootVolume"],
    ["CpuOptionsArgs", "cpuOptions"],
    ["ReplacementArgs", "replacement"],
    ["AdoptArgs", "adopt"],
    ["DeletionArgs", "deletion"],
    ["DataVolumeArgs", "dataVolumes"],
    ["HealingArgs", "healing"],
    ["ScheduleArgs", "schedules"],
  ] as const) {
    it(`name every field of ${input}, and no other`, () => {
      const given = input === "dataVolumes" || input === "schedules" ? [{ xyzzy: 1 }] : { xyzzy: 1 };
      const { failures } = checkInputs(program({ [input]: given }), "us-east-1");
      const [, names = ""] = /the inputs are (.*)$/.exec(failures[0]?.reason ?? "") ?? [];
      const fields = propertiesOf(interfaceName).map((it) => it.name);
      assert.deepEqual(fields.sort(), names.split(", ").sort());
    });
  }

  it("say something of every type and every field", () => {
    for (const [name, node] of INTERFACES) {
      for (const { name: field, paragraphs } of [documented(node, name), ...propertiesOf(name)]) {
        assert.ok((paragraphs[0]?.length ?? 0) > 10, `${name}: ${field}`);
      }
    }
  });

  it("say what is taken where an input is absent, as the code takes it", () => {
    const { inputs } = checkInputs(program({ market: { lifecycle: "on-demand" } }), "us-east-1");
    const places = {
      [WHAT]: inputs,
      MarketArgs: inputs.market,
      MetadataOptionsArgs: inputs.metadataOptions,
      ReplacementArgs: inputs.replacement,
      DeletionArgs: inputs.deletion,
      HealingArgs: inputs.healing,
    };
    const compared = Object.entries(places).flatMap(([place, taken]) =>
      propertiesOf(place).flatMap(({ name, default: text }) => {
        const value = valueIn(text);
        if (value === undefined) {
          return [];
        }
        const actual = (taken as Record<string, unknown>)[name];
        assert.deepEqual(isMap(value) ? { ...(actual as object), ...value } : value, actual, `${place}: ${name}`);
        return [name];
      }),
    );
    assert.ok(compared.length >= 25, `only ${compared.length} defaults were read`);
  });

  it("say of every default that the code takes", () => {
    const { inputs } = checkInputs(program(), "us-east-1");
    const silent = propertiesOf(WHAT).filter((it) => it.name in inputs && it.default === undefined);
    assert.deepEqual(
      silent.map((it) => it.name),
      ["subnetId", "imageId", "instanceType"],
    );
  });
});

describe("the package", () => {
  it("exports every type of the inputs", () => {
    const index = source("index.ts").text;
    for (const name of INTERFACES.keys()) {
      assert.match(index, new RegExp(`\\b${name}\\b`));
    }
  });
});

/** A default that is written as a value, and not in words. */
function valueIn(text: string | undefined): unknown {
  try {
    return JSON.parse((text ?? "").replace(/(\w+):/g, '"$1":')) as unknown;
  } catch {
    return undefined;
  }
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
