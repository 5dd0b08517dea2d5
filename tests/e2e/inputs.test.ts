import assert from "node:assert/strict";
import { availableDrivers, type Verb } from "../../local/driver";
import { Ec2Simulator, scaledClock } from "../../local/ec2";
import { PROGRAM_INPUTS } from "../../provider/inputs/table";
import { rowsFor } from "./rows";
import { FULL } from "./rows/compute";
import { give, type Given, NOT_YET } from "./rows/given";
import { ENDS_AFTER_S } from "./rows/life";
import { Regions } from "./rows/regions";
import { type Args, argsOf, inputOf, notedOf, resourceOf, type Row, type Stage, STAGES } from "./rows/row";
import { type Outputs, Seen } from "./rows/seen";
import { Lab, TIME_SCALE } from "./support";

const REGION = "us-east-1";
const OTHER_REGION = "eu-central-1";

/** Of the others the `up` itself says the same: a test holds it of these. */
const PREVIEWED: readonly Stage[] = ["created", "changed"];

/** The resource that depends on the addresses that stay, of all machines. */
const DEPENDENT = "note";

/** All rows as one stack, taken through every stage. */
class Table {
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

  /** What a preview says that has to refuse a row's machine with these inputs. */
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

  /** What the runs of a stage printed: its preview, where there was one, and its `up`. */
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

/** What was printed of one machine. */
function linesOf(output: string, row: Row): string[] {
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

/** The resources of which a preview or an `up` shows a change, as either tool prints them. */
function updatesIn(output: string): string[] {
  const local = [...output.matchAll(/^~ (.+) \(.*\) {2}update$/gm)];
  const previewed = [...output.matchAll(/\(update\)\s+\[id=[^\]]*\]\s+\[urn=.*::([^\]]+)\]/g)];
  const cli = [...output.matchAll(/^ *~ +\S+ (.+) updating \(/gm)];
  return [...local, ...previewed, ...cli].map(([, name = ""]) => name);
}

describe("the table of inputs", () => {
  it("has a row for every input", () => {
    const inputs = new Set(rowsFor(NOT_YET).map(inputOf));
    assert.deepEqual([...inputs].sort(), [...PROGRAM_INPUTS].sort());
  });

  it("has each row once", () => {
    const names = rowsFor(NOT_YET).map((it) => it.name);
    assert.deepEqual(names, [...new Set(names)]);
  });
});

for (const driver of availableDrivers()) {
  describe(`every input, run by the ${driver}`, function () {
    this.timeout(480_000);
    let table: Table;
    let left: string[];
    const said: Record<string, string> = {};

    before(async () => {
      table = await Table.open(driver);
      for (const stage of STAGES) {
        await table.stage(stage);
      }
      said.refresh = await table.idle("refresh", "cleared");
      said.again = await table.idle("up", "cleared");
      const { replaced } = table.given;
      said.otherAdoption = await table.refused("adopt.instanceId", { adopt: { instanceId: replaced.instanceId } });
      await table.run("destroy", "cleared");
      left = Object.entries(table.lab.contents()).flatMap(([kind, count]) => Array<string>(count).fill(kind));
    });

    after(() => table.close());

    rowsFor(NOT_YET).forEach(({ name }, index) => {
      describe(name, () => {
        const look = (stage: Stage): { row: Row; seen: Seen } => {
          const row = table.rows[index];
          assert.ok(row);
          return { row, seen: table.seen(row, stage) };
        };
        /** In the preview, where there was one, and in the `up`, between the lines on what it does. */
        const announces = (row: Row, stage: Stage, lines: string[]): void => {
          const [preview, up] = [table.previews.get(stage), linesOf(table.ups.get(stage) ?? "", row)];
          if (preview !== undefined) {
            assert.deepEqual(linesOf(preview, row), lines, "what the preview says");
          }
          assert.equal(up[0], lines[0], "what `up` says first");
          const announced = up.filter((it) => lines.includes(it));
          assert.deepEqual(announced, lines, "what `up` announces");
        };

        it("is created", () => {
          const { row, seen } = look("created");
          announces(row, "created", [row.announced ?? announcementOf(row)]);
          assert.deepEqual(row.shows(seen), row.as[0], "what EC2 shows");
          agrees(seen);
        });

        STAGES.slice(1).forEach((stage, at) => {
          it(`is ${stage}`, () => {
            const { row, seen } = look(stage);
            const effect = row.effects[at];
            assert.ok(effect && seen.before);
            assert.deepEqual(row.shows(seen), row.as[at + 1], "what EC2 shows");
            agrees(seen);
            assert.deepEqual([...seen.changedOutputs].sort(), [...effect.changes].sort(), "the outputs that changed");
            const line = effect.line?.(seen.before.outputs);
            const anew = effect.isAnother === true ? [announcementOf(row)] : [];
            announces(row, stage, line === undefined ? [] : [line, ...anew]);
            const resource = line === undefined || effect.isAnother === true ? [] : [resourceOf(row)];
            for (const run of table.runsOf(stage)) {
              const updates = updatesIn(run).filter((it) => it === resourceOf(row));
              assert.deepEqual(updates, resource, "what the run shows as changed");
            }
          });
        });
      });
    });

    it("counts in each preview the changes that it shows", () => {
      for (const preview of table.previews.values()) {
        assert.equal(updatesIn(preview).length, Number(/(\d+) to update/.exec(preview)?.[1] ?? 0));
      }
    });

    it("shows no change of what depends on addresses that stay, in a preview or an `up`", () => {
      for (const run of STAGES.flatMap((it) => table.runsOf(it))) {
        const [, shown = ""] = run.split(new RegExp(`^~ ${DEPENDENT} `, "m"));
        assert.ok(!updatesIn(run).includes(DEPENDENT), shown.slice(0, 1000));
      }
    });

    it("finds at refresh nothing that is otherwise than declared", () => {
      assert.doesNotMatch(said.refresh ?? "", /found that/);
    });

    it("changes nothing when nothing changed, and nothing in a preview", () => {
      assert.deepEqual(
        table.idleCalls.filter((it) => !it.startsWith("refresh")),
        [],
      );
      assert.deepEqual(updatesIn(said.again ?? ""), []);
    });

    it("changes nothing in a refresh", () => {
      assert.deepEqual(
        table.idleCalls.filter((it) => it.startsWith("refresh")),
        [],
      );
    });

    it("refuses to adopt another instance later, and says what it has", () => {
      const { kept, replaced } = table.given;
      assert.match(
        said.otherAdoption ?? "",
        new RegExp(`only at create, and this machine adopted ${kept.instanceId}; .*${replaced.instanceId}`),
      );
    });

    it("leaves what was given and what is to be retained, and nothing else", () => {
      const given = ["eipalloc", "eipalloc", "vol"];
      assert.deepEqual(left.sort(), [...given, ...table.rows.flatMap((it) => it.leaves ?? [])].sort());
    });
  });
}

function announcementOf(row: Row): string {
  const { instanceType = "", subnetId = "", privateIp, elasticIp } = argsOf(row, 0) as Record<string, string | true>;
  const elastic = elasticIp === true ? " and a new Elastic IP" : elasticIp === undefined ? "" : ` and ${elasticIp}`;
  return `launches ${instanceType} on a new network interface in ${subnetId}, with ${privateIp ?? "an address that EC2 picks"}${elastic}`;
}

/** The outputs are what EC2 has. */
function agrees(seen: Seen): void {
  const { actual } = seen;
  const said = Object.fromEntries(Object.keys(actual).map((it) => [it, seen.outputs[it as keyof Outputs]]));
  assert.deepEqual(said, actual, "the outputs");
}
