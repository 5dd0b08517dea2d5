import assert from "node:assert/strict";
import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { actsOf, callOf, Lab, LAB_PROJECT, stepsOf, type LabRun } from "./lab";

const MAIN = join(__dirname, "..", "..", "..", "local", "main.ts");

function command(lab: Lab, ...args: string[]): string[] {
  return ["-r", "ts-node/register/transpile-only", MAIN, ...args, "-C", LAB_PROJECT, "--state", lab.stateFile];
}

async function until(what: string, isSo: () => boolean): Promise<void> {
  for (let left = 6000; left > 0; left--) {
    if (isSo()) return;
    await sleep(50);
  }
  throw new Error(`${what}: not within five minutes`);
}

describe("local deployer: kills, locks, interruptions", () => {
  const labs = { killed: new Lab(), second: new Lab(), interrupted: new Lab() };
  const program = `const a = new Thing("a", { wait: 1500 }); new Thing("b", { from: a.id });`;
  let refused: LabRun;
  let orphan: number | undefined;
  let unheard: string[];
  let afterKill: LabRun;
  let interrupted: LabRun;

  async function killDuringCreate(): Promise<void> {
    const lab = labs.killed;
    const deployer: ChildProcess = spawn(process.execPath, command(lab, "up", "--stack", "test"), {
      env: lab.env(program),
      stdio: "ignore",
    });
    await until("create begins", () => lab.calls().some(({ call }) => call === "create"));
    refused = await labs.second.run("destroy", "", { stateFile: lab.stateFile });
    deployer.kill("SIGKILL");
    await until("create ends", () => lab.calls().some(({ call }) => call === "create done"));
    orphan = lab.calls()[0]?.pid;
    unheard = lab.calls().map(({ call, label }) => `${call} ${label}`);
    afterKill = await lab.up(program.replace("1500", "0"));
  }

  async function interrupt(): Promise<void> {
    const lab = labs.interrupted;
    const ctrlC = new AbortController();
    const run = lab.up(program, { signal: ctrlC.signal });
    await until("create begins", () => lab.calls().some(({ call }) => call === "create"));
    ctrlC.abort();
    interrupted = await run;
  }

  before(async function () {
    this.timeout(60_000);
    await Promise.all([killDuringCreate(), interrupt()]);
  });

  after(() => {
    if (orphan !== undefined) process.kill(orphan);
    for (const lab of Object.values(labs)) lab.dispose();
  });

  it("refuses a second run on a stack that one is at work on", () => {
    assert.match(refused.text, /^error: Another run \(process \d+\) is at work on this stack: .*$/m);
    assert.deepEqual(refused.steps, []);
  });

  it("leaves the provider process to finish what it does when the deployer is killed", () => {
    assert.deepEqual(unheard.slice(-2), ["create a", "create done a"]);
  });

  it("takes over from a killed run, says what that one was doing, and creates again", () => {
    assert.match(afterKill.text, /^warning: the last run was killed during the create of a: .*$/m);
    assert.deepEqual(stepsOf(afterKill), ["a create", "b create"]);
    assert.ok(!existsSync(`${labs.killed.stateFile}.lock`));
  });

  it("finishes and records what is under way when interrupted, and begins nothing else", () => {
    assert.ok(!interrupted.ok);
    assert.deepEqual(actsOf(interrupted), ["create a", "create done a"]);
    assert.equal(callOf(interrupted, "create", "b"), undefined);
    assert.match(interrupted.text, /^error: interrupted: /m);
    assert.ok(labs.interrupted.saved("a"));
  });
});

describe("local deployer: command line", () => {
  const lab = new Lab();

  after(() => {
    lab.dispose();
  });

  function local(...args: string[]): { status: number | null; stdout: string; stderr: string } {
    return spawnSync(process.execPath, command(lab, ...args), { env: lab.env(""), encoding: "utf8" });
  }

  it("says what it is and is not, and ends with 1 where a run fails", () => {
    const { status, stdout } = local("destroy", "--stack", "no/name");
    assert.equal(status, 1);
    assert.match(stdout, /^local deployer: .* it is not Pulumi, and its state is not Pulumi's\.$/m);
    assert.match(stdout, /^error: "no\/name" is no stack name: .*$/m);
  });

  it("answers a usage error with one sentence", () => {
    const { status, stderr } = local("up");
    assert.equal(status, 1);
    assert.match(stderr, /^error: required option '--stack <name>' not specified\n$/);
  });

  it("prints the outputs of a stack, which may have none", () => {
    const { status, stdout } = local("outputs", "--stack", "test");
    assert.deepEqual([status, stdout], [0, "{}\n"]);
  });

  it("stays an optional tool: nothing of the product imports it", () => {
    const packageFiles = JSON.parse(readFileSync(join(__dirname, "..", "..", "..", "package.json"), "utf8")) as {
      files: string[];
    };
    assert.ok(packageFiles.files.every((file) => !file.includes("local")));
  });
});
