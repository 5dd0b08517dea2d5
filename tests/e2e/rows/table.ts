import assert from "node:assert/strict";
import type { Verb } from "../../../local/driver";
import { Ec2Simulator, scaledClock } from "../../../local/ec2";
import { Lab, TIME_SCALE } from "../support";
import { rowsFor } from "./";
import { FULL } from "./compute";
import { give, type Given } from "./given";
import { ENDS_AFTER_S } from "./replacement";
import { Regions } from "./regions";
import { type Args, argsOf, notedOf, resourceOf, type Row, type Stage, STAGES } from "./row";
import { type Outputs, Seen } from "./seen";

const REGION = "us-east-1";
const OTHER_REGION = "eu-central-1";

/** Stages with a preview. In the other stages the `up` itself says the same: a test holds these two to it. */
const PREVIEWED: readonly Stage[] = ["created", "changed"];

/** All rows as one stack, taken through every stage. */
export class Table {
  readonly previews = new Map<Stage, string>();
  readonly ups = new Map<Stage, string>();
  readonly after = new Map<Stage, Map<string, Seen>>();
  /** The changing calls of runs that should make none. */
  readonly idleCalls: string[] = [];

  private constructor(
    readonly lab: Lab,
    private readonly regions: Regions,
    readonly given: Given,
    readonly rows: Row[],
  ) {}

  static async open(driver: Parameters<typeof Lab.open>[0]): Promise<Table> {
    const regions = await Regions.open();
    const lab = await Lab.open(driver, { project: "rows", env: { AWS_ENDPOINT_URL_EC2: regions.url } });
    regions.add(REGION, lab.server.simulator);
    regions.add(OTHER_REGION, new Ec2Simulator({ clock: scaledClock(TIME_SCALE), region: OTHER_REGION }));
    furnish(lab.server.simulator);
    const given = give(lab.server.simulator);
    return new Table(lab, regions, given, rowsFor(given));
  }

  async close(): Promise<void> {
    await this.lab.close();
    await this.regions.close();
  }

  async stage(stage: Stage): Promise<void> {
    if (PREVIEWED.includes(stage)) {
      this.previews.set(stage, await this.idle("preview", stage));
    }
    const said = await this.run("up", stage);
    this.ups.set(stage, said);
    const { machines } = (await this.lab.driver.outputs()) as { machines: Record<string, Outputs> };
    const accounts = new Map(
      this.regions
        .all()
        .map((it) => it.snapshot())
        .map((it) => [it.region, it]),
    );
    const before = this.after.get(STAGES[STAGES.indexOf(stage) - 1] ?? "cleared");
    const seen = this.rows.map((row): [string, Seen] => {
      const name = resourceOf(row);
      const { region = REGION } = argsOf(row, STAGES.indexOf(stage)) as { region?: string };
      const [outputs, account] = [machines[name], accounts.get(region)];
      assert.ok(outputs !== undefined && account !== undefined, name);
      return [row.name, new Seen(outputs, account, linesOf(said, row), before?.get(row.name))];
    });
    this.after.set(stage, new Map(seen));
  }

  /** A run that has to leave EC2 as it is. */
  async idle(verb: Verb, stage: Stage): Promise<string> {
    this.simulators.forEach((it) => {
      it.clearCalls();
    });
    const said = await this.run(verb, stage);
    this.idleCalls.push(
      ...this.simulators
        .flatMap((it) => it.calls())
        .filter((it) => it.mutating && !it.dryRun)
        .map((it) => `${verb}: ${it.action}`),
    );
    return said;
  }

  async run(verb: Verb, stage: Stage): Promise<string> {
    const machines = this.rows.map((row) => [row, argsOf(row, STAGES.indexOf(stage))] as const);
    const { ok, output } = await this.lab.driver.run(verb, configOf(machines));
    assert.ok(ok, `${verb} (${stage}) failed:\n${output}`);
    return output;
  }

  /** The output of a preview that has to refuse a row's machine with these inputs. */
  async refused(name: string, args: Args): Promise<string> {
    const row = this.rows.find((it) => it.name === name);
    assert.ok(row);
    const { ok, output } = await this.lab.driver.run("preview", configOf([[row, { ...argsOf(row, 0), ...args }]]));
    assert.equal(ok, false, output);
    // The CLI wraps long lines.
    return output.replace(/\s+/g, " ");
  }

  seen(row: Row, stage: Stage): Seen {
    const found = this.after.get(stage)?.get(row.name);
    assert.ok(found);
    return found;
  }

  /** The output of the runs of a stage: its preview, where there was one, and its `up`. */
  runsOf(stage: Stage): string[] {
    return [this.previews.get(stage), this.ups.get(stage)].filter((it) => it !== undefined);
  }

  private get simulators(): Ec2Simulator[] {
    return this.regions.all();
  }
}

function configOf(machines: (readonly [Row, Args])[]): Record<string, string> {
  const entries = machines.map(([row, args]) => [resourceOf(row), { args, noted: notedOf(row) }]);
  return { machines: JSON.stringify(Object.fromEntries(entries)) };
}

function furnish({ quotas, capacity, timings }: Ec2Simulator): void {
  quotas.set("elastic-ips", 200);
  capacity.set(FULL.onDemand, `${REGION}a`, "on-demand", 0);
  capacity.set(FULL.spot, `${REGION}a`, "spot", 0);
  timings.set({
    terminate: ENDS_AFTER_S.shuttingDown * 1000,
    terminateSkippingShutdown: ENDS_AFTER_S.skippingShutdown * 1000,
    // No test waits for hours until a volume can be changed again.
    volumeOptimizing: 1000,
  });
}

/** The lines that were printed for one machine. */
export function linesOf(output: string, row: Row): string[] {
  const start = `${resourceOf(row)}: `;
  return (
    output
      .split("\n")
      .map((it) => it.trim())
      .filter((it) => it.startsWith(start))
      .map((it) => it.slice(start.length))
      // Where the longest name leaves no blanks before the colon, the CLI's own outputs read the same.
      .filter((it) => !/^\{\}?$/.test(it))
  );
}
