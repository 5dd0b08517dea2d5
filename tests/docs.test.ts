import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import ts from "typescript";
import { PARTS, POLICY_NAMES } from "../provider/ec2/policies";
import { withInputTable } from "../scripts/input-table";
import { withReplacementTable } from "../scripts/replacement-table";
import { withRetryTables } from "../scripts/retry-tables";

const ROOT = join(__dirname, "..");
const HOW_TO = join(ROOT, "docs", "how-to");
const PAGES = [
  join(ROOT, "README.md"),
  join(ROOT, "examples", "README.md"),
  join(ROOT, "docs", "cli.md"),
  join(ROOT, "docs", "console.md"),
  join(ROOT, "docs", "performance.md"),
  join(ROOT, "docs", "operations.md"),
  join(ROOT, "docs", "replacement.md"),
  join(ROOT, "docs", "reliability.md"),
  join(ROOT, "docs", "retries.md"),
  ...readdirSync(HOW_TO).map((name) => join(HOW_TO, name)),
];

interface Block {
  language: string;
  /** The number of its first line in the page, counted from 0. */
  line: number;
  text: string;
}

function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  let open: Block | undefined;
  for (const [index, line] of readFileSync(page, "utf8").split("\n").entries()) {
    const fence = /^```(\w*)$/.exec(line);
    if (fence === null) {
      if (open !== undefined) {
        open.text += `${line}\n`;
      }
    } else if (open === undefined) {
      open = { language: fence[1] ?? "", line: index + 1, text: "" };
      blocks.push(open);
    } else {
      open = undefined;
    }
  }
  return blocks;
}

/** Each block as a file of its own beside its page, on the lines that it has there, so that errors name the place to look at. */
function programs(): Map<string, string> {
  return new Map(
    PAGES.flatMap((page) =>
      blocksOf(page)
        .filter((it) => it.language === "ts")
        .map(({ line, text }) => [`${page}.${line}.ts`, "\n".repeat(line) + text] as const),
    ),
  );
}

/** The compiler's complaints about the programs, all in one go, against the sources of the package rather than its last build. */
function problemsIn(files: Map<string, string>): string[] {
  const configFile = join(ROOT, "tsconfig.json");
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(configFile, (it) => ts.sys.readFile(it)).config,
    ts.sys,
    ROOT,
  );
  Object.assign(options, {
    paths: {
      "pulumi-managed-instance": [join(ROOT, "sdk/index.ts")],
      "pulumi-managed-instance/controller": [join(ROOT, "sdk/controller/index.ts")],
    },
    incremental: false,
    noEmit: true,
  });
  delete options.tsBuildInfoFile;
  const host = ts.createCompilerHost(options);
  const disk = ts.createCompilerHost(options);
  host.fileExists = (name) => files.has(name) || disk.fileExists(name);
  host.readFile = (name) => files.get(name) ?? disk.readFile(name);
  host.getSourceFile = (name, languageVersion, ...rest) => {
    const text = files.get(name);
    return text === undefined
      ? disk.getSourceFile(name, languageVersion, ...rest)
      : ts.createSourceFile(name, text, languageVersion);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  return [...files.keys()].flatMap((name) => {
    const source = program.getSourceFile(name);
    assert.ok(source, name);
    return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)].map((it) => {
      const { line } = source.getLineAndCharacterOfPosition(it.start ?? 0);
      const page = relative(ROOT, name).replace(/\.\d+\.ts$/, "");
      return `${page}:${line + 1}: ${ts.flattenDiagnosticMessageText(it.messageText, " ")}`;
    });
  });
}

/** The verbs of the `pulumi` command that these pages use, and the options of each. */
const PULUMI: Readonly<Record<string, readonly string[]>> = {
  preview: ["--diff"],
  up: ["--yes", "--skip-preview", "--refresh", "--target", "--parallel", "--replace"],
  refresh: [],
  destroy: [],
  import: [],
  "state taint": [],
  "state delete": [],
  "config set": ["--path", "--secret"],
  "stack init": [],
};

function commandsIn(page: string): string[] {
  const inBlocks = blocksOf(page)
    .filter((it) => it.language === "sh")
    .flatMap((it) => it.text.split("\n"));
  const inLines = [...readFileSync(page, "utf8").matchAll(/`(pulumi [^`]+)`/g)].map((it) => it[1] ?? "");
  return [...inBlocks, ...inLines]
    .flatMap((it) => it.replace(/\s#.*$/, "").split("&&"))
    .map((it) => it.trim())
    .filter((it) => it.startsWith("pulumi "));
}

function isReal(command: string): boolean {
  const verb = Object.keys(PULUMI).find((it) => command === `pulumi ${it}` || command.startsWith(`pulumi ${it} `));
  const used = command.split(" ").filter((it) => it.startsWith("-"));
  return verb !== undefined && used.every((it) => PULUMI[verb]?.includes(it));
}

describe("the pages for users", () => {
  it("have programs that the compiler accepts, which would tell of one that is wrong", function () {
    this.timeout(60_000);
    const files = programs();
    assert.ok(files.size > 10);
    const wrong =
      'import { ManagedInstance } from "pulumi-managed-instance";\nnew ManagedInstance("a", { sourceDestCheck: 1 });\n';
    const [told, ...problems] = problemsIn(new Map([[join(HOW_TO, "x.md.0.ts"), wrong], ...files]));
    assert.match(told ?? "", /^docs\/how-to\/x\.md:2: /);
    assert.deepEqual(problems, []);
  });

  it("name commands that Pulumi has", () => {
    assert.deepEqual(
      PAGES.flatMap((page) =>
        commandsIn(page)
          .filter((it) => !isReal(it))
          .map((it) => `${relative(ROOT, page)}: ${it}`),
      ),
      [],
    );
  });

  it("say which change takes which way, as the code decides it", () => {
    const page = readFileSync(join(ROOT, "docs", "replacement.md"), "utf8");
    assert.equal(page, withReplacementTable(page), "npm run docs writes it");
  });

  it("have a row for every input, as the code's own table has it", () => {
    const page = readFileSync(join(ROOT, "README.md"), "utf8");
    assert.match(page, /^\| `persistPrivateIp` \| boolean; `true` \| N \|/m);
    assert.equal(page, withInputTable(page), "npm run docs writes it");
  });

  it("say what is retried, as the code does it", () => {
    const page = readFileSync(join(ROOT, "docs", "retries.md"), "utf8");
    assert.equal(page, withRetryTables(page), "npm run docs writes it");
  });

  it("show the policies that `managed-instance iam-policy` prints", () => {
    const page = readFileSync(join(ROOT, "docs", "permissions.md"), "utf8");
    const shown = [...page.matchAll(/```json\n([^]*?)```/g)].map(
      ([, policy = ""]) => (JSON.parse(policy) as { Statement: unknown[] }).Statement,
    );
    assert.deepEqual(
      shown,
      POLICY_NAMES.map((it) => PARTS[it]),
    );
  });

  it("have a test for each pain of Spot's users that is said to be solved", () => {
    const page = readFileSync(join(ROOT, "docs", "spot-users.md"), "utf8");
    const rows = [...page.matchAll(/^\| (P\d+) \|.*\| (.*) \|$/gm)];
    const solved = rows.filter((row) => !row[2]?.startsWith("not solved")).map((row) => row[1]);
    const tests = readFileSync(join(__dirname, "provider", "pains.test.ts"), "utf8");
    assert.equal(rows.length, 18);
    assert.deepEqual(
      [...tests.matchAll(/it\("(P\d+): /g)].map((it) => it[1]),
      solved,
    );
  });

  it("link to what is there", () => {
    const broken = PAGES.flatMap((page) =>
      [...readFileSync(page, "utf8").matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g)]
        .map((it) => it[1] ?? "")
        .filter((target) => !existsSync(join(dirname(page), target)))
        .map((target) => `${relative(ROOT, page)}: ${target}`),
    );
    assert.deepEqual(broken, []);
  });

  it("are all in the index", () => {
    const index = readFileSync(join(HOW_TO, "README.md"), "utf8");
    const missing = readdirSync(HOW_TO).filter((it) => it !== "README.md" && !index.includes(`](${it})`));
    assert.deepEqual(missing, []);
  });
});
