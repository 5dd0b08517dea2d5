/** `npm start`: the life of one managed instance on the embedded EC2 simulator, checked at each stage. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import Table from "cli-table3";
import { availableDrivers, createDriver, type Driver, type Verb } from "../driver";
import { contentsOf, nothingBut, pointedAt, startServer, WELL_KNOWN, type RunningServer } from "../ec2";

const TIME_SCALE = 20;
const KEEP_PORT = 4599;
const PRIVATE_IP = "10.0.1.7";
const PROJECT_DIR = resolve(__dirname, "..", "..", "..");

interface Stage {
  name: string;
  instanceId: string;
  networkInterfaceId: string;
  privateIp: string;
  publicIp: string;
  macAddress: string;
  outageSeconds: number | undefined;
}

class TourFailure extends Error {}

function print(line = ""): void {
  process.stdout.write(`${line}\n`);
}

class Tour {
  readonly stages: Stage[] = [];
  private outagesSeen = 0;

  constructor(
    private readonly driver: Driver,
    private readonly server: RunningServer,
  ) {}

  async take(): Promise<void> {
    const first = { imageId: WELL_KNOWN.imageV1 };
    const second = { imageId: WELL_KNOWN.imageV2 };
    await this.run("A spot machine, a private IP and an Elastic IP", "up", first);
    await this.note("up");
    await this.run("Another image: what would happen", "preview", second);
    await this.run("Another image: the instance is replaced, the addresses stay", "up", second);
    await this.note("new image");
    this.endInstance();
    await this.run("Somebody ended the instance: refresh finds it", "refresh", second);
    await this.run("… and up puts it right", "up", second);
    await this.note("ended by hand");
    await this.run("And all of it goes", "destroy", second);
  }

  private async run(title: string, verb: Verb, config: Record<string, string>): Promise<void> {
    print(`\n── ${title} (${verb}) ${"─".repeat(Math.max(0, 70 - title.length))}`);
    const { ok } = await this.driver.run(verb, config);
    if (!ok) {
      throw new TourFailure(`${verb} failed`);
    }
  }

  private async note(name: string): Promise<void> {
    const outputs = await this.driver.outputs();
    const text = (key: string): string => String(outputs[key]);
    const outages = this.server.simulator.timeline().privateIps[PRIVATE_IP]?.outages ?? [];
    const news = outages.slice(this.outagesSeen);
    this.outagesSeen = outages.length;
    this.stages.push({
      name,
      instanceId: text("instanceId"),
      networkInterfaceId: text("networkInterfaceId"),
      privateIp: text("privateIp"),
      publicIp: text("publicIp"),
      macAddress: text("macAddress"),
      outageSeconds: news.length === 0 ? undefined : news.reduce((sum, it) => sum + it.seconds, 0),
    });
  }

  /** Behind Pulumi's back, with EC2's own call. */
  private endInstance(): void {
    const id = this.stages.at(-1)?.instanceId ?? "";
    print(`\n(terminating ${id} behind Pulumi's back)`);
    const { status, body } = this.server.simulator.handle({
      body: new URLSearchParams({ Action: "TerminateInstances", Version: "2016-11-15", "InstanceId.1": id }).toString(),
    });
    if (status !== 200) {
      throw new TourFailure(`the instance could not be terminated: ${body}`);
    }
  }
}

/** The flaws of the tour, in sentences; an empty list is good. */
function verdict(stages: Stage[], server: RunningServer): string[] {
  const [first] = stages;
  const changed = (["networkInterfaceId", "privateIp", "publicIp", "macAddress"] as const).filter((key) =>
    stages.some((stage) => stage[key] !== first?.[key] || stage[key] === ""),
  );
  const instances = new Set(stages.map((it) => it.instanceId));
  return [
    ...changed.map((key) => `${key} changed: ${stages.map((it) => it[key]).join(", ")}`),
    ...(instances.size === stages.length ? [] : ["an instance was not replaced"]),
    ...contentsOf(server.simulator.snapshot()).map((it) => `left behind: ${it}`),
  ];
}

function printTable(stages: Stage[]): void {
  const table = new Table({
    head: ["stage", "instance", "network interface", "private IP", "public IP", "outage (simulated)"],
    style: { head: [], border: [] },
  });
  for (const stage of stages) {
    const outage = stage.outageSeconds === undefined ? "-" : `${stage.outageSeconds.toFixed(0)} s`;
    table.push([stage.name, stage.instanceId, stage.networkInterfaceId, stage.privateIp, stage.publicIp, outage]);
  }
  table.push(["destroy", "-", "-", "-", "-", "-"]);
  print(`\n${table.toString()}`);
}

function printHowToUse(url: string): void {
  print(`\nThe EC2 simulator goes on at ${url} until you press Ctrl-C.`);
  print("To point your own program and the AWS CLI at it:\n");
  for (const [key, value] of Object.entries(pointedAt(url, TIME_SCALE))) {
    print(`  export ${key}=${value}`);
  }
  print("  aws ec2 describe-instances");
  print(`\nIt has the subnet ${WELL_KNOWN.subnetA} (10.0.1.0/24) and the image ${WELL_KNOWN.imageV1}.`);
}

/** At the port that the docs name where it is to stay and nobody has it, else at any. */
async function startSimulator(keep: boolean): Promise<RunningServer> {
  try {
    return await startServer({ port: keep ? KEEP_PORT : 0, timeScale: TIME_SCALE });
  } catch {
    return startServer({ port: 0, timeScale: TIME_SCALE });
  }
}

async function main(): Promise<void> {
  const keep = process.argv.includes("--keep");
  const [name = "local deployer"] = availableDrivers();
  const workDir = mkdtempSync(join(tmpdir(), "managed-instance-"));
  const server = await startSimulator(keep);
  print(`Using the ${name}, on an EC2 simulator at ${server.url} whose time runs ${TIME_SCALE} times as fast.`);
  const driver = createDriver(name, {
    projectDir: PROJECT_DIR,
    workDir,
    stack: "tour",
    env: nothingBut(server.url, TIME_SCALE),
    config: { subnetId: WELL_KNOWN.subnetA, privateIp: PRIVATE_IP },
    write: (chunk) => process.stdout.write(chunk),
  });
  const tour = new Tour(driver, server);
  try {
    await tour.take();
    printTable(tour.stages);
    const problems = verdict(tour.stages, server);
    print(problems.length === 0 ? "\nEvery address stayed, and nothing is left." : `\nFAILED: ${problems.join("; ")}`);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } catch (error) {
    print(`\nFAILED: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    rmSync(workDir, { recursive: true, force: true });
  }
  if (keep) {
    printHowToUse(server.url);
    process.once("SIGINT", () => void server.close());
  } else {
    await server.close();
  }
}

void main();
