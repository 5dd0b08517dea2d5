/** A night with nobody there but `managed-instance watch`, and what Pulumi finds in the morning. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { availableDrivers } from "../../local/driver";
import type { Ec2Simulator } from "../../local/ec2";
import { BASE, Lab } from "./support";

const ENTRY = join(__dirname, "..", "..", "dist", "cli", "main.js");

const MACHINES = {
  web: { ...BASE, market: { lifecycle: "spot" } },
  db: { ...BASE, privateIp: "10.0.1.8", dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 5 }] },
  nat: { ...BASE, privateIp: "10.0.1.9", sourceDestCheck: false },
};
type Name = keyof typeof MACHINES;
const NAMES = Object.keys(MACHINES) as Name[];

type Blow = "interrupted" | "stopped" | "terminated";

/** Each machine gets each that EC2 has for it: it interrupts no on-demand instance, and stops no one-time spot instance. */
const NIGHT: readonly (readonly [Name, Blow])[] = [
  ["web", "interrupted"],
  ["db", "stopped"],
  ["nat", "terminated"],
  ["web", "terminated"],
  ["db", "terminated"],
  ["nat", "stopped"],
];

function strike(simulator: Ec2Simulator, instanceId: string, blow: Blow): void {
  if (blow === "interrupted") {
    simulator.interrupt({ instanceId });
    return;
  }
  const action = blow === "stopped" ? "StopInstances" : "TerminateInstances";
  const { status } = simulator.handle({ body: `Action=${action}&Version=2016-11-15&InstanceId.1=${instanceId}` });
  assert.equal(status, 200);
}

for (const driver of availableDrivers()) {
  describe(`a night of interruptions, watched; deployed by the ${driver}`, function () {
    this.timeout(180_000);
    let lab: Lab;
    let watch: ChildProcess;
    const lines: string[] = [];
    const said: Record<string, string> = {};
    let idle: string[] = [];

    const config = {
      machines: JSON.stringify(
        Object.fromEntries(NAMES.map((it) => [it, { args: MACHINES[it], noted: ["privateIp", "publicIp"] }])),
      ),
    };
    const run = async (verb: "up" | "refresh" | "destroy"): Promise<void> => {
      const { ok, output } = await lab.driver.run(verb, config);
      assert.ok(ok, `${verb} failed:\n${output}`);
      said[verb] = output;
    };
    const outputs = async (): Promise<Record<Name, Record<string, string>>> =>
      (await lab.driver.outputs()).machines as never;
    const addressesOf = (all: Record<Name, Record<string, string>>): unknown =>
      NAMES.map((it) => [it, all[it].privateIp, all[it].publicIp, all[it].networkInterfaceId, all[it].macAddress]);
    /** The instances behind the address so far, each with its time there. */
    const tenures = (it: Name): { instanceId: string; from: number; to: number | null }[] =>
      lab.server.simulator.timeline().privateIps[MACHINES[it].privateIp]?.tenures ?? [];
    const isUp = (it: Name): boolean => tenures(it).at(-1)?.to === null;
    let evening: unknown;

    before(async () => {
      lab = await Lab.open(driver, { project: "rows" });
      await run("up");
      evening = addressesOf(await outputs());
      watch = spawn(process.execPath, [ENTRY, "watch", "--interval", "10"], {
        env: { ...process.env, ...lab.env, NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "inherit"],
      });
      watch.stdout?.setEncoding("utf8").on("data", (chunk: string) => lines.push(...chunk.split("\n")));
      await once(watch.stdout ?? watch, "data");
      for (const [name, blow] of NIGHT) {
        const count = tenures(name).length;
        strike(lab.server.simulator, tenures(name).at(-1)?.instanceId ?? "", blow);
        await lab.until(`${name} is back after it was ${blow}`, () => tenures(name).length > count && isUp(name));
      }
      // The watch goes on for a moment with a machine that it has brought back: it sees the instance run, and records that.
      await lab.until("all is said", () => lines.filter((it) => it.includes(": restore (")).length >= NIGHT.length);
      watch.kill("SIGINT");
      await once(watch, "exit");
      await run("refresh");
      lab.server.simulator.clearCalls();
      await run("up");
      idle = lab.server.simulator.calls().flatMap((it) => (it.mutating && !it.dryRun ? [it.action] : []));
    });

    after(async () => {
      watch.kill();
      await lab.close();
    });

    it("every address comes back by itself, each time", () => {
      for (const name of NAMES) {
        const blows = NIGHT.filter(([it]) => it === name).length;
        assert.equal(tenures(name).length, 1 + blows, name);
        assert.ok(isUp(name), name);
      }
    });

    it("the timeline of the addresses", () => {
      const { privateIps } = lab.server.simulator.timeline();
      for (const name of NAMES) {
        const history = privateIps[MACHINES[name].privateIp];
        const outages = history?.outages ?? [];
        const dark = outages.map((it) => `${it.seconds.toFixed(0)} s`).join(", ");
        const who = history?.tenures.map((it) => it.instanceId).join(" → ") ?? "";
        process.stdout.write(`      ${name} ${MACHINES[name].privateIp}: ${who}; dark for ${dark}\n`);
        // EC2's own end and launch, what real processes take at this time scale, and at most one look too late.
        assert.ok(
          outages.every((it) => it.seconds < 240),
          dark,
        );
      }
    });

    it("in the morning Pulumi finds the same addresses, and has nothing to do", async () => {
      const now = await outputs();
      assert.deepEqual(addressesOf(now), evening);
      for (const name of NAMES) {
        assert.equal(now[name].instanceId, tenures(name).at(-1)?.instanceId, name);
        assert.equal(now[name].state, "running");
        assert.deepEqual(now[name].drift, []);
      }
      assert.deepEqual(idle, []);
      assert.doesNotMatch(said.up ?? "", /\b(replaces|changes|launches|launching)\b/);
    });

    it("and destroy leaves nothing but the data", async () => {
      await run("destroy");
      assert.deepEqual(lab.contents(), { vol: 1 });
    });
  });
}
