/** The command line as a process of its own, against a simulator over HTTP: in a pipe, and in a real terminal. */
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { type IPty, spawn } from "@lydell/node-pty";
import type { MachineView } from "../../cli/machine-view";
import { type RunningServer, startServer } from "../../local/ec2";
import { program, type Stack } from "../provider/support";
import { made, only, somebody } from "../provider/world";
import { deployed, ENTRY, environment, json, type Ran, start, TIME_SCALE } from "./support";

/** Without their descriptions, and what follows for the shell's eyes only. */
const completionsIn = ({ out }: Ran): string[] =>
  out.filter((it) => !it.startsWith(":")).map((it) => it.split("\t")[0] ?? "");

const ESCAPE = "\u001b";
const CTRL_C = "\u0003";

describe("managed-instance as a process", function () {
  this.timeout(120_000);
  let server: RunningServer;
  let owner: Stack;
  let env: Record<string, string>;

  before(async () => {
    server = await startServer({ port: 0, timeScale: TIME_SCALE });
    owner = await deployed(server.simulator, server.url, { elasticIp: true });
    env = environment(server.url);
  });
  after(() => server.close());

  it("prints no colour into a pipe, and lists what there is", async () => {
    const { code, out, err } = await start(["list"], env).ended;
    assert.deepEqual([code, err], [0, [""]]);
    assert.equal(out.length, 2);
    assert.match(out[1] ?? "", /^web +mi-\w+ +running +1 +i-\w+ +m7i\.large +on-demand +10\.0\.1\.\d+ +[\d.]+ +\d+/);
    assert.ok(!out.join().includes(ESCAPE));
  });

  it("refuses in a pipe to end anything without --yes, and does it with it", async () => {
    const refused = await start(["pause", "web"], env).ended;
    assert.deepEqual([refused.code, refused.out], [5, [""]]);
    assert.match(refused.err.join(), /pause web \(i-\w+, 10\.0\.1\.\d+\)\? It stops .* --yes answers it\.$/);
    const { code, out } = await start(["pause", "web", "--yes"], env).ended;
    assert.equal(code, 0);
    assert.match(out.at(-1) ?? "", /^web is paused; keeps 10\.0\.1\.\d+, /);
    const resumed = await start(["resume", "web", "--json"], env).ended;
    assert.equal(resumed.code, 0);
    assert.equal((json(resumed) as MachineView).state, "running");
    assert.match(resumed.err.join("\n"), /^web: /);
  });

  it("watches until it is told to end, and brings back what was ended meanwhile", async () => {
    const { child, ended } = start(["watch", "--interval", "20"], env);
    const before = only(made(owner).instances.filter((it) => it.state === "running")).instanceId;
    await new Promise((resolve) => child.stdout?.once("data", resolve));
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [before] }));
    const running = (): string | undefined =>
      made(owner).instances.find((it) => it.state === "running" && it.instanceId !== before)?.instanceId;
    for (let left = 3000; running() === undefined && left > 0; left--) {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    // The command goes on for a moment with a machine that it brought back, to see it run.
    await owner.refresh();
    child.kill("SIGINT");
    const { code, out, err } = await ended;
    assert.ok(code === 0 || code === 130, [...out, ...err].join("\n"));
    assert.ok(running() !== undefined, out.join("\n"));
    assert.match(out.at(-1) ?? "", /Z ended$/);
  });

  /** The entry in a pseudo-terminal; what it shows, and a way to wait for it. */
  class Screen {
    text = "";
    readonly code: Promise<number>;
    private readonly pty: IPty;

    constructor(args: string[], more: Record<string, string> = {}) {
      this.pty = spawn(process.execPath, [ENTRY, ...args], {
        cols: 200,
        rows: 50,
        env: { ...env, ...more },
      });
      this.pty.onData((it) => (this.text += it));
      this.code = new Promise((resolve) => {
        this.pty.onExit(({ exitCode }) => {
          resolve(exitCode);
        });
      });
    }

    async shows(wanted: RegExp): Promise<void> {
      for (let left = 6000; !wanted.test(this.text) && left > 0; left--) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      assert.match(this.text, wanted);
    }

    type(keys: string): void {
      this.pty.write(keys);
    }
  }

  it("in a terminal is coloured, unless NO_COLOR or --no-color says otherwise", async () => {
    const coloured = new Screen(["status", "web"]);
    assert.equal(await coloured.code, 0);
    assert.ok(coloured.text.includes(`${ESCAPE}[32mrunning${ESCAPE}[39m`), coloured.text);
    for (const screen of [
      new Screen(["status", "web"], { NO_COLOR: "1" }),
      new Screen(["status", "web", "--no-color"]),
    ]) {
      assert.equal(await screen.code, 0);
      assert.match(screen.text, /state +running/);
      assert.ok(!screen.text.includes(ESCAPE), screen.text);
    }
  });

  it("in a terminal asks, and takes no, Return and Ctrl-C for no", async () => {
    for (const [keys, code, said] of [
      ["n\r", 5, /not confirmed; nothing was done/],
      ["\r", 5, /not confirmed; nothing was done/],
      [CTRL_C, 130, /ended by Ctrl-C; nothing was done/],
    ] as const) {
      const screen = new Screen(["pause", "web"]);
      await screen.shows(/pause web \(i-\w+, 10\.0\.1\.\d+\)\? It stops i-\w+\..* stay\..*\(y\/N\)/s);
      screen.type(keys);
      assert.equal(await screen.code, code);
      await screen.shows(said);
    }
    assert.equal(only(made(owner).instances.filter((it) => it.state !== "terminated")).state, "running");
  });

  it("in a terminal asks, and does what is confirmed, a line for each step", async () => {
    const screen = new Screen(["recycle", "web"]);
    await screen.shows(/\(y\/N\)/);
    screen.type("y\r");
    assert.equal(await screen.code, 0);
    assert.match(screen.text, /web: retiring i-\w+[^]*web runs: i-\w+ \(m7i\.large, on-demand\) at 10\.0\.1\.\d+/);
  });

  it("after Ctrl-C in the middle says what is left, and Pulumi goes on from there", async () => {
    const screen = new Screen(["recycle", "web", "--yes"]);
    await screen.shows(/web: retiring/);
    screen.type(CTRL_C);
    assert.equal(await screen.code, 130);
    assert.match(screen.text.replace(/\s+/g, " "), /managed-instance: Cancelled: stopped .* goes on from here\./);
    await owner.refresh();
    await owner.up(program({ elasticIp: true }));
    assert.equal(owner.outputs.state, "running");
    assert.equal(await owner.up(program({ elasticIp: true })), "same");
  });

  it("completes commands and machine names", async () => {
    const completed = async (...words: string[]): Promise<string[]> =>
      completionsIn(await start(["complete", "--", ...words], env).ended);
    assert.deepEqual(await completed("re"), ["resume", "recycle", "release"]);
    assert.deepEqual(await completed("pause", "--region", "us-east-1", "w"), ["web"]);
  });

  it("prints a script for each shell that the shell takes, and bash completes by it", async function () {
    for (const shell of ["bash", "zsh", "fish"]) {
      const { code, out } = await start(["completion", shell], env).ended;
      assert.equal(code, 0);
      const script = out.join("\n");
      assert.match(script, /managed-instance/);
      if (spawnSync(shell, ["--version"]).error === undefined) {
        const checked = spawnSync(shell, ["-n"], { input: script, encoding: "utf8" });
        assert.deepEqual([shell, checked.status, checked.stderr], [shell, 0, ""]);
      }
    }
    const folder = mkdtempSync(join(tmpdir(), "completion-"));
    try {
      const command = join(folder, "managed-instance");
      const call = [process.execPath, ENTRY].map((it) => `'${it}'`).join(" ");
      writeFileSync(command, `#!/bin/sh\nexec ${call} "$@"\n`);
      chmodSync(command, 0o755);
      const script = (await start(["completion", "bash"], env).ended).out.join("\n");
      // These come with the package bash-completion, which need not be here.
      const asked = `${script}
        _get_comp_words_by_ref() { cur="\${COMP_WORDS[COMP_CWORD]}"; words=("\${COMP_WORDS[@]}"); }
        compopt() { :; }
        COMP_WORDS=(managed-instance recycle ""); COMP_CWORD=2; COMP_LINE="managed-instance recycle "; COMP_POINT=\${#COMP_LINE}
        eval "$(complete -p managed-instance | sed 's/.*-F \\([^ ]*\\).*/\\1/')"; echo "\${COMPREPLY[@]}"`;
      // The simulator is in this process, which has to go on.
      const { stdout, stderr } = await promisify(execFile)("bash", ["-c", asked], {
        env: { ...env, PATH: `${folder}:${env.PATH ?? ""}` },
        cwd: join(__dirname, "../.."),
      });
      assert.match(stdout.trim(), /(^|\n)web\s*$/, stderr);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
