/** Errors of commands: a sentence with what to do, and an exit code; no stack, no secret. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { MEANINGS } from "../../cli/exit";
import { startServer } from "../../local/ec2";
import { quick, up } from "../provider/world";
import { cli, done, environment, start } from "./support";

describe("managed-instance, used wrongly,", () => {
  const WRONG: readonly [args: string[], said: RegExp][] = [
    [["lsit"], /unknown command 'lsit'[^]*Did you mean list\?/],
    [["status", "a", "b"], /too many arguments/],
    [["pause"], /missing required argument 'name\|id'/],
    [["list", "--jsno"], /unknown option '--jsno'[^]*Did you mean --json\?/],
    [["watch", "--interval", "0"], /It has to be a whole number above 0/],
    [["iam-policy", "root"], /Allowed choices are reader, operator, up, adopt, controller/],
    [["list", "--endpoint", "nowhere"], /It has to be a URL/],
    [["list", "--endpoint", "file:///etc/passwd"], /It has to be a URL/],
    [["\u001b[2J\u202e"], /^error: unknown command '\\u001b\[2J\\u202e'/],
    [["completion", "tcsh"], /Allowed choices are bash, zsh, fish/],
    [["doctor", "--rights", "all"], /Allowed choices are reader, operator, up/],
    [["status", "web", "--yes"], /unknown option '--yes'/],
    [[], /^Usage: managed-instance/],
  ];
  for (const [args, said] of WRONG) {
    it(`ends with 2 and says what there is: ${args.join(" ") || "nothing"}`, async () => {
      const { code, err, out } = await cli(quick(), args);
      assert.deepEqual([code, out], [2, []]);
      assert.match(err.join("\n"), said);
    });
  }

  it("says its exit codes and commands with --help", async () => {
    const { out } = await done(quick(), ["--help"]);
    const text = out.join("\n");
    for (const command of [
      "list",
      "status",
      "history",
      "pause",
      "resume",
      "recycle",
      "watch",
      "doctor",
      "iam-policy",
    ]) {
      assert.match(text, new RegExp(`^ {2}${command} `, "m"));
    }
    assert.match(text, /^ {2}130 +ended by Ctrl-C$/m);
    assert.doesNotMatch(text, /^ {2}complete /m);
  });
});

describe("the page on the command line", () => {
  const PAGE = readFileSync(join(__dirname, "../../docs/cli.md"), "utf8");

  it("has each command and option, and each exit code", async () => {
    const { out } = await done(quick(), ["--help"]);
    const commands = [...out.join("\n").matchAll(/^ {2}([a-z][a-z-]*)(?= \[| <)/gm)].map(([, name = ""]) => name);
    assert.ok(commands.length > 8);
    for (const name of commands.filter((it) => it !== "help")) {
      assert.match(PAGE, new RegExp("^## .*`(.*, )?" + name + "\\b", "m"), name);
      const help = (await done(quick(), [name, "--help"])).out.join("\n");
      for (const [, option = ""] of help.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)) {
        assert.ok(option === "--help" || PAGE.includes(option), `${name} ${option}`);
      }
    }
    for (const [code, meaning] of Object.entries(MEANINGS)) {
      const [first = ""] = meaning.split(";");
      assert.ok(PAGE.includes(`| ${code} | ${first}`), `${code}: ${meaning}`);
    }
  });
});

describe("managed-instance, in a place where nothing can be found,", () => {
  async function ended(args: string[], env: Record<string, string>): Promise<{ code: number; said: string }> {
    const { code, out, err } = await start(args, env).ended;
    assert.deepEqual(out, [""]);
    assert.doesNotMatch(err.join("\n"), /^\s+at |node:internal|canary/m);
    // Before it may stand what was tried again.
    return { code, said: err.at(-1) ?? "" };
  }

  it("says that no region is set", async function () {
    this.timeout(60_000);
    const { code, said } = await ended(["list"], environment("http://127.0.0.1:1", { AWS_REGION: "" }));
    assert.equal(code, 2);
    assert.match(said, /^managed-instance: no region is set; give --region, or set AWS_REGION, /);
  });

  it("says that there are no credentials", async function () {
    this.timeout(60_000);
    const env = environment("http://127.0.0.1:1", { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "" });
    const { code, said } = await ended(["status", "web"], env);
    assert.equal(code, 4);
    assert.match(said, /^managed-instance: there are no usable AWS credentials \(.*\); give --profile NAME, or set/);
  });

  it("says that nobody is at the endpoint", async function () {
    this.timeout(60_000);
    const env = environment("http://127.0.0.1:1", { AWS_SECRET_ACCESS_KEY: "canary" });
    const { code, said } = await ended(["list"], env);
    assert.equal(code, 1);
    assert.match(said, /ECONNREFUSED.*Check the endpoint and the network\.$/);
  });

  it("names the right that is missing", async function () {
    this.timeout(60_000);
    const server = await startServer({ port: 0 });
    server.simulator.iam.attach([{ Effect: "Allow", Action: "ec2:RunInstances", Resource: "*" }]);
    try {
      const { code, said } = await ended(["list", "--endpoint", server.url], environment("http://127.0.0.1:1"));
      assert.equal(code, 4);
      assert.match(said, /DescribeLaunchTemplates was denied: .*Allow the action ec2:DescribeLaunchTemplates /);
    } finally {
      await server.close();
    }
  });

  it("ends a look at once at Ctrl-C, though EC2 does not answer", async function () {
    this.timeout(60_000);
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const asked = new Promise((resolve) => silent.once("request", resolve));
    const address = `http://127.0.0.1:${(silent.address() as AddressInfo).port}`;
    const { child, ended: end } = start(["list"], environment(address));
    await asked;
    child.kill("SIGINT");
    const { code, err } = await end;
    assert.deepEqual([code, err], [130, ["managed-instance: ended by Ctrl-C."]]);
    silent.closeAllConnections();
    silent.close();
  });

  it("says what came of a lack of capacity, and how to go on", async () => {
    const owner = await up({ market: { lifecycle: "spot", fallbackToOnDemand: false } });
    await done(owner, ["pause", "web", "--yes"]);
    const error = { code: "InsufficientInstanceCapacity", message: "There is none" };
    owner.simulator.faults.add({ action: "RunInstances", error });
    const { code, err } = await cli(owner, ["resume", "web"]);
    assert.equal(code, 1);
    assert.match(err.join(), /The resume is on record: the same command goes on from here\.$/);
    owner.simulator.faults.clear();
    await done(owner, ["resume", "web"]);
  });
});
