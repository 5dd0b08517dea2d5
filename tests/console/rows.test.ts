/** The rows of the console's table, and the files that they are saved as. */
import assert from "node:assert/strict";
import type { FleetMachine } from "../../cli/console/wire";
import { csvOf, jsonOf } from "../../console/export";
import { ALL } from "../../console/route";
import { pageOf, pagesOf, rowsOf } from "../../console/rows";

function machine(name: string, more: Partial<FleetMachine> = {}): FleetMachine {
  return {
    name,
    id: `mi-${name.length}`,
    state: "running",
    reason: "",
    desiredState: "running",
    generation: 1,
    instanceId: "i-1",
    instanceType: "m7i.large",
    market: "spot",
    networkInterfaceId: "eni-1",
    privateIp: "10.0.1.7",
    secondaryPrivateIps: [],
    ipv6Addresses: [],
    publicIp: "",
    allocationId: "",
    availabilityZone: "us-east-1a",
    launchTemplateId: "lt-1",
    launchedAt: "2026-11-22T12:00:00Z",
    lastReplacement: null,
    nextSchedule: null,
    drift: [],
    isReadable: true,
    missingRights: [],
    ...more,
  };
}

const namesOf = (rows: readonly FleetMachine[]): string[] => rows.map((it) => it.name);

describe("the rows of the console's table", () => {
  const web = machine("web2", { id: "mi-1", privateIp: "10.0.1.10", secondaryPrivateIps: ["10.0.1.99"] });
  const db = machine("db", { id: "mi-2", privateIp: "10.0.1.9", state: "paused", launchedAt: null });
  const batch = machine("web10", { id: "mi-3", privateIp: "10.0.1.100", launchedAt: "2026-11-20T12:00:00Z" });
  const all = [batch, web, db];

  it("are in the order of names, in which numbers count as numbers", () => {
    assert.deepEqual(namesOf(rowsOf(all, ALL)), ["db", "web2", "web10"]);
    assert.deepEqual(namesOf(rowsOf(all, { ...ALL, isDescending: true })), ["web10", "web2", "db"]);
    assert.deepEqual(namesOf(rowsOf(all, { ...ALL, sort: "privateIp" })), ["db", "web2", "web10"]);
  });

  it("have those last of which nothing is said", () => {
    assert.deepEqual(namesOf(rowsOf(all, { ...ALL, sort: "launchedAt" })), ["web10", "web2", "db"]);
  });

  it("are found by any of their ids and addresses, whatever columns are shown", () => {
    for (const search of ["10.0.1.99", "WEB2", " mi-1 ", "web2"]) {
      assert.deepEqual(namesOf(rowsOf(all, { ...ALL, search })), ["web2"], search);
    }
    assert.deepEqual(namesOf(rowsOf(all, { ...ALL, state: "paused" })), ["db"]);
    assert.deepEqual(rowsOf(all, { ...ALL, search: "web", state: "paused" }), []);
  });

  it("fill pages of a hundred", () => {
    const many = Array.from({ length: 250 }, (_, at) => machine(`m${at}`, { id: `mi-${at}` }));
    const rows = rowsOf(many, ALL);
    assert.equal(pagesOf(rows), 3);
    assert.deepEqual(
      [1, 2, 3].map((it) => pageOf(rows, it).length),
      [100, 100, 50],
    );
    assert.equal(pagesOf([]), 1);
  });
});

describe("the table as a file", () => {
  it("has a row a machine, in which a comma, a quotation mark and an end of line are text", () => {
    const odd = machine('a,"b"\nc', { id: "mi-9" });
    assert.equal(csvOf([odd], ["name", "privateIp"]), 'id,name,privateIp\r\nmi-9,"a,""b""\nc",10.0.1.7\r\n');
  });

  it("has no cell that a spreadsheet would take for a formula", () => {
    for (const name of ['=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"]) {
      const [, row = ""] = csvOf([machine(name)], ["name"]).split(/\r\n(?=mi)/);
      const cell = row.slice(row.indexOf(",") + 1).replace(/^"/, "");
      assert.ok(cell.startsWith("'"), cell);
    }
  });

  it("has all that is known of each machine as JSON", () => {
    const web = machine("web");
    assert.deepEqual(JSON.parse(jsonOf([web])), [web]);
  });
});
