import assert from "node:assert/strict";
import { csvOf, jsonOf } from "../../console/model/exports";
import { ago, machine } from "./samples";

/** The cells of the one machine's row, by their titles. */
function rowOf(name: string, more: Partial<ReturnType<typeof machine>> = {}): string {
  return csvOf([machine({ name, ...more })])
    .split("\r\n")
    .slice(1)
    .join("\r\n");
}

describe("the export of the fleet as CSV", () => {
  it("has a row for each machine, with times in ISO 8601 and the reason last", () => {
    const [head, row, end] = csvOf([
      machine({
        state: "failed",
        reason: "given up",
        lastReplacement: { at: ago(60), reason: "ended", instanceId: "", inARow: 1, tries: 1, gaveUp: true },
      }),
    ]).split("\r\n");
    assert.equal(
      head,
      "Name,State,Market,Type,Private IP,Public IP,Zone,Gen.,Age,Last replacement,Next schedule,Drift,ID,Instance,Interface,IPv6,Reason",
    );
    assert.equal(
      row,
      "db,failed,spot,m7i.large,10.0.1.183,203.0.113.36,us-east-1a,3,2026-11-19T08:00:00Z,2026-11-22T11:59:00Z instance was terminated,,,mi-24fc6aa66946910e8,i-08c8f531a1ec3242f,eni-0209043c00c799f49,,given up",
    );
    assert.equal(end, "");
  });

  for (const begin of ["=", "+", "-", "@", "\t", "\r", "\n"]) {
    it(`makes a cell safe that begins with ${JSON.stringify(begin)}, so that no spreadsheet takes it for a formula`, () => {
      assert.match(rowOf(`${begin}cmd|' /C calc'!A0`), /^"?'[=+\-@\t\r\n]cmd/);
    });
  }

  it("leaves a cell as it is that has such a sign within", () => {
    assert.match(rowOf("a=b"), /^a=b,/);
  });

  it("quotes commas, quotes and line breaks", () => {
    assert.match(rowOf('a,"b"\nc'), /^"a,""b""\nc",running/);
  });
});

describe("the export of the fleet as JSON", () => {
  it("has the machines under the names that `list --json` gives them, as they came", () => {
    const machines = [machine({ name: "<b>\u202E=1" })];
    assert.deepEqual(JSON.parse(jsonOf(machines)), machines);
  });
});
