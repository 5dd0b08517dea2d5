import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";
import { checkInputs } from "../../provider/inputs/inputs";
import { INPUTS, PROGRAM_INPUTS } from "../../provider/inputs/table";
import type { Schema } from "../../provider/inputs/validation";
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

/** A type as both sides write it. Two fields of `cpuOptions` are only together right, which its own check says. */
function written(schema: Schema): string {
  switch (schema.type) {
    case "string":
      return schema.oneOf === undefined ? "string" : [...schema.oneOf].sort().join("|");
    case "integer":
      return "number";
    case "list":
      return `list of ${written(schema.items)}`;
    case "either":
      return either(schema.of.map(written));
    case "object": {
      const isWhole = schema === INPUTS.cpuOptions.type.schema;
      const fields = Object.entries(schema.fields);
      return object(fields.map(([name, it]) => [name, it.required === true || isWhole, written(it.type.schema)]));
    }
    default:
      return schema.type;
  }
}

function either(choices: string[]): string {
  return [...new Set(choices)].sort().join(" or ");
}

function object(fields: [name: string, required: boolean, type: string][]): string {
  return `{${fields
    .map(([name, required, type]) => `${name}${required ? "" : "?"}: ${type}`)
    .sort()
    .join(", ")}}`;
}

function writtenInArgs(node: ts.TypeNode): string {
  if (ts.isUnionTypeNode(node)) {
    const literals = node.types.flatMap((it) =>
      ts.isLiteralTypeNode(it) && ts.isStringLiteral(it.literal) ? [it.literal.text] : [],
    );
    const others = node.types.filter((it) => !ts.isLiteralTypeNode(it) || !ts.isStringLiteral(it.literal));
    return either([...(literals.length === 0 ? [] : [literals.sort().join("|")]), ...others.map(writtenInArgs)]);
  }
  if (ts.isArrayTypeNode(node)) {
    return `list of ${writtenInArgs(node.elementType)}`;
  }
  if (ts.isTypeLiteralNode(node)) {
    return writtenMembers(node.members);
  }
  if (ts.isTypeReferenceNode(node)) {
    return writtenReference(node);
  }
  return ts.isLiteralTypeNode(node) && ts.isNumericLiteral(node.literal) ? "number" : node.getText(ARGS);
}

function writtenReference({ typeName, typeArguments }: ts.TypeReferenceNode): string {
  const name = typeName.getText(ARGS);
  const [argument] = typeArguments ?? [];
  if (name === "Input" && argument !== undefined) {
    return writtenInArgs(argument);
  }
  const alias = ARGS.statements.filter(ts.isTypeAliasDeclaration).find((it) => it.name.text === name);
  return name === "Record"
    ? "map of strings"
    : alias === undefined
      ? writtenMembers(INTERFACES.get(name)?.members ?? [])
      : writtenInArgs(alias.type);
}

function writtenMembers(members: Iterable<ts.TypeElement>): string {
  return object(
    [...members]
      .filter(ts.isPropertySignature)
      .map((it) => [
        it.name.getText(ARGS),
        it.questionToken === undefined,
        it.type === undefined ? "" : writtenInArgs(it.type),
      ]),
  );
}

/** The sentence for each class of change, for a user to read: how a paragraph begins. */
const SENTENCES: Readonly<Record<string, RegExp>> = {
  "in-place": /^Changed in place\.( |$)/,
  "replaces-instance": /^Changing it replaces the instance; the addresses stay\.( |$)/,
  moves: /^Changing it gives up the network interface\b/,
  "replaces-resource": /^Changing it replaces the resource\b/,
  "at-create": /^At create only\.( |$)/,
};

const WHAT = "ManagedInstanceArgs";

describe("the docs of the inputs", () => {
  it("are of the inputs that there are, in their order", () => {
    assert.deepEqual(
      propertiesOf(WHAT).map((it) => it.name),
      PROGRAM_INPUTS,
    );
  });

  it("are of the types that the code takes, field by field", () => {
    const inCode = PROGRAM_INPUTS.map((name) => {
      const { required, type } = INPUTS[name];
      return object([[name, required === true, written(type.schema)]]);
    });
    const members = INTERFACES.get(WHAT)?.members ?? [];
    assert.deepEqual(
      [...members].map((it) => writtenMembers([it])),
      inCode,
    );
  });

  for (const { name, paragraphs } of propertiesOf(WHAT)) {
    it(`say of ${name} once what a change of it means, and it is what the code does`, () => {
      const said = paragraphs.flatMap((text) =>
        Object.keys(SENTENCES).filter((kind) => SENTENCES[kind]?.test(text) === true),
      );
      assert.deepEqual(said, [(INPUTS as Readonly<Record<string, { change: string }>>)[name]?.change]);
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
