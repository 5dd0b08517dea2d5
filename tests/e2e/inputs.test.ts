import assert from "node:assert/strict";
import { availableDrivers } from "../../local/driver";
import { PROGRAM_INPUTS } from "../../provider/inputs/table";
import { rowsFor } from "./rows";
import { NOT_YET } from "./rows/given";
import { argsOf, inputOf, resourceOf, type Row, type Stage, STAGES } from "./rows/row";
import type { Outputs, Seen } from "./rows/seen";
import { linesOf, Table } from "./rows/table";

/** The resource that depends on the addresses that stay, of all machines. */
const DEPENDENT = "note";

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
            assert.deepEqual(linesOf(preview, row), lines, "the preview's lines");
          }
          assert.equal(up[0], lines[0], "the first line of `up`");
          const announced = up.filter((it) => lines.includes(it));
          assert.deepEqual(announced, lines, "the lines that `up` announces");
        };

        it("is created", () => {
          const { row, seen } = look("created");
          announces(row, "created", [row.announced ?? announcementOf(row)]);
          assert.deepEqual(row.shows(seen), row.as[0], "EC2's own facts");
          agrees(seen);
        });

        STAGES.slice(1).forEach((stage, at) => {
          it(`is ${stage}`, () => {
            const { row, seen } = look(stage);
            const effect = row.effects[at];
            assert.ok(effect && seen.before);
            assert.deepEqual(row.shows(seen), row.as[at + 1], "EC2's own facts");
            agrees(seen);
            assert.deepEqual([...seen.changedOutputs].sort(), [...effect.changes].sort(), "the outputs that changed");
            const line = effect.line?.(seen.before.outputs);
            const anew = effect.isAnother === true ? [announcementOf(row)] : [];
            announces(row, stage, line === undefined ? [] : [line, ...anew]);
            const resource = line === undefined || effect.isAnother === true ? [] : [resourceOf(row)];
            for (const run of table.runsOf(stage)) {
              const updates = updatesIn(run).filter((it) => it === resourceOf(row));
              assert.deepEqual(updates, resource, "the outputs that the run shows as changed");
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
