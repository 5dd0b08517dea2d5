/**
 * `npm run mutations`: breaks one rule of the product at a time, each by one edit in a copy of the checkout, and expects the tests to
 * fail. A rule that can be broken unseen is one that nothing holds.
 */
import { execFileSync, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const ROOT = join(__dirname, "..");

interface Mutation {
  rule: string;
  file: string;
  from: string;
  to: string;
}

const MUTATIONS: readonly Mutation[] = [
  {
    rule: "a thing that is made again after a kill has the same client token",
    file: "provider/engine/record/specification.ts",
    from: 'return createHash("sha256").update(JSON.stringify(intent)).digest("hex");',
    to: 'return createHash("sha256").update(JSON.stringify([...intent, Math.random()])).digest("hex");',
  },
  {
    rule: "the record comes first",
    file: "provider/engine/planning/plan.ts",
    from: "const isNew = cast.observed.template === undefined;",
    to: "const isNew = false;",
  },
  {
    rule: "a given thing is not ours",
    file: "provider/ec2/tags.ts",
    from: 'return tagged.tags[TAG.owned] !== "false";',
    to: "return tagged.tags !== undefined;",
  },
  {
    rule: "the preflight comes before an instance is retired",
    file: "provider/engine/planning/instance.ts",
    from: 'old === undefined || coming !== undefined ? [] : [{ kind: "preflight", instance: old, path }];',
    to: "[];",
  },
  {
    rule: "the interface is waited for before a launch on it",
    file: "provider/engine/steps/network-interface.ts",
    from: 'if (eni.status === "available") {',
    to: 'if (eni.status !== "pending") {',
  },
  {
    rule: "the interface does not end with its instance",
    file: "provider/engine/planning/network-interface.ts",
    from: "attachment?.deleteOnTermination === true",
    to: "attachment?.deleteOnTermination === undefined",
  },
  {
    rule: "no Elastic IP is taken from its holder",
    file: "provider/ec2/addresses.ts",
    from: "AllowReassociation: false",
    to: "AllowReassociation: true",
  },
  {
    rule: "a run keeps to the interface that it chose",
    file: "provider/engine/steps/run.ts",
    from: "it.id === run.networkInterfaceId",
    to: "it.id === castOf(run).networkInterface?.id",
  },
  {
    rule: "a lack of capacity is not tried again but answered with the next type",
    file: "provider/engine/steps/attempt.ts",
    from: 'if (isEc2Error(error, "capacity")) {',
    to: 'if (isEc2Error(error, "quota")) {',
  },
  {
    rule: "only a token mismatch is answered with another token",
    file: "provider/engine/steps/attempt.ts",
    from: 'if (!isEc2Error(error, "mismatch")) {',
    to: "if (error === undefined) {",
  },
  {
    rule: "an instance that has ended is not taken for the one that was launched",
    file: "provider/engine/steps/attempt.ts",
    from: "if (isAlive(instance)) {",
    to: "if (instance.id !== undefined) {",
  },
  {
    rule: "an instance that ends is waited for, and not taken over from another run",
    file: "provider/engine/steps/network-interface.ts",
    from: "holder?.tags[TAG.id] === id && isAlive(holder)",
    to: "holder?.tags[TAG.id] === id",
  },
  {
    rule: "an Elastic IP on another's interface is not counted as on ours",
    file: "provider/engine/steps/elastic-ip.ts",
    from: "now?.association !== undefined && isAtHome(now, { id: networkInterfaceId, privateIp })",
    to: "now?.association !== undefined",
  },
  {
    rule: "a narrower list of security groups is a change",
    file: "provider/engine/planning/network-interface.ts",
    from: "held.length === new Set(wanted).size && wanted.every(",
    to: "wanted.every(",
  },
  {
    rule: "a version that got another number than it was made for is void",
    file: "provider/engine/record/versions.ts",
    from: "isPassedOver(version) || isVoid(version.number, version.description)",
    to: "isPassedOver(version)",
  },
  {
    rule: "a try that launched nothing is no failure of the machine",
    file: "controller/tries.ts",
    from: 'return code.startsWith("Server.") || code === "Client.UserInitiatedShutdown";',
    to: "return code === undefined;",
  },
  {
    rule: "a thing that lost its tags is marked before anything else",
    file: "provider/engine/planning/plan.ts",
    from: "    ...lostTags,\n",
    to: "",
  },
  {
    rule: "the preview says how long it is dark by what the plan ends, not by the strategy that is wanted",
    file: "provider/preview/told.ts",
    from: 'return { takes: [skips || state === "stopped" ? "shutdown-skipping-os" : "shutdown"], ends: id };',
    to: 'return { takes: [skips || state === "stopped" ? "shutdown-skipping-os" : "shutdown"] };',
  },
  {
    rule: "the preview says the path that the plan takes, not the strategy that is wanted",
    file: "provider/preview/fate.ts",
    from: "const { instance, path } = preflight;",
    to: 'const { instance } = preflight;\n    const { strategy } = cast.desired.replacement;\n    const path = strategy === "auto" ? preflight.path : strategy;',
  },
  {
    rule: "an output that a step may change is not shown as known",
    file: "provider/preview/touches.ts",
    from: "launch: (_, before) => instanceAt(before),",
    to: "launch: NOTHING,",
  },
  {
    rule: "the preview names every instance that ends",
    file: "provider/preview/fate.ts",
    from: "return endedBy(planned).filter((it) => it.id !== subject);",
    to: "return endedBy(planned).filter((it) => it.id === undefined && subject === undefined);",
  },
  {
    rule: "a call that was held up goes out after another look at the record",
    file: "provider/engine/steps/held-up.ts",
    from: "this.clock.now() - this.lookedAt > LONGEST_MS",
    to: "this.clock.now() < this.lookedAt",
  },
  {
    rule: "nothing is sent again when a function's time is up",
    file: "provider/ec2/patience.ts",
    from: ", this.deadline - now",
    to: "",
  },
  {
    rule: "nothing is taken back from an `up` that retains it",
    file: "controller/recorded-desired.ts",
    from: "it.tags[TAG.retained] === undefined && ",
    to: "",
  },
  {
    rule: "what a machine keeps is compared by who has no program",
    file: "provider/engine/record/standing.ts",
    from: "purpose.network !== networkWords(tags)",
    to: "networkWords(tags) === undefined",
  },
  {
    rule: "the console answers to its own name alone",
    file: "cli/console/gate.ts",
    from: "others.length > 0 || !ownHosts(port).includes(host)",
    to: "others.length > 5",
  },
  {
    rule: "the console answers no other origin",
    file: "cli/console/gate.ts",
    from: "origin !== undefined && !ownHosts",
    to: 'origin === "" && !ownHosts',
  },
  {
    rule: "the console's API answers no other site",
    file: "cli/console/gate.ts",
    from: 'site !== undefined && site !== "same-origin"',
    to: 'site === "other"',
  },
  {
    rule: "the console's API answers nothing without its page's own header",
    file: "cli/console/gate.ts",
    from: "headers[OWN_HEADER] !== OWN_VALUE",
    to: 'headers[OWN_HEADER] === ""',
  },
  {
    rule: "the console matches paths once they are normalised",
    file: "cli/console/gate.ts",
    from: "return pathname;",
    to: "return target;",
  },
  {
    rule: "the console's link is good once",
    file: "cli/console/session.ts",
    from: "this.isUsed = true;",
    to: "this.isUsed = false;",
  },
  {
    rule: "the console's link is good for a minute",
    file: "cli/console/session.ts",
    from: "> TOKEN_MS",
    to: "> TOKEN_MS * 100",
  },
  {
    rule: "the console's API needs a session",
    file: "cli/console/server.ts",
    from: "if (!this.sessions.has(cookieOf(request.headers, this.cookieName))) {",
    to: "if (request.headers.cookie === this.cookieName) {",
  },
];

/** The tests that hold the rules, and not those of the tools beside the product. */
const TESTS = [
  "tests/cli/console/*.test.ts",
  "tests/reliability/**/*.test.ts",
  "tests/provider/**/*.test.ts",
  "tests/controller/**/*.test.ts",
];

function copyOf(root: string): string {
  const folder = mkdtempSync(join(tmpdir(), "managed-instance-mutations-"));
  const list = execFileSync("git", ["ls-files", "-co", "--exclude-standard", "-z"], { cwd: root, encoding: "utf8" });
  for (const file of list.split("\0").filter((it) => it !== "")) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    cpSync(join(root, file), join(folder, file));
  }
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  return folder;
}

/** The name of the first test that failed; nothing, if all passed. */
function caughtBy(folder: string): string | undefined {
  const mocha = join("node_modules", "mocha", "bin", "mocha.js");
  const { status, stdout } = spawnSync(process.execPath, [mocha, "--parallel", "--jobs", "2", "--bail", ...TESTS], {
    cwd: folder,
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (status === 0) {
    return undefined;
  }
  return /^ {2}1\) ([^]*?):\n/m.exec(stdout)?.[1]?.replace(/\s+/g, " ") ?? "a run that did not get to its end";
}

function main(): number {
  const folder = copyOf(ROOT);
  let missed = 0;
  try {
    const already = caughtBy(folder);
    if (already !== undefined) {
      throw new Error(`with nothing broken there is a test that fails: ${already}`);
    }
    for (const { rule, file, from, to } of MUTATIONS) {
      const path = join(folder, file);
      const text = readFileSync(path, "utf8");
      if (text.split(from).length !== 2) {
        throw new Error(`${file} has to have this once: ${from}`);
      }
      writeFileSync(
        path,
        text.replace(from, () => to),
      );
      const by = caughtBy(folder);
      writeFileSync(path, text);
      missed += by === undefined ? 1 : 0;
      process.stdout.write(
        `${by === undefined ? "MISSED" : "caught"}: ${rule}\n${by === undefined ? "" : `        ${by}\n`}`,
      );
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  process.stdout.write(`${MUTATIONS.length - missed} passed, ${missed} failed\n`);
  return missed === 0 ? 0 : 1;
}

process.exitCode = main();
