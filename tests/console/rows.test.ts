import assert from "node:assert/strict";
import type { FleetMachine } from "../../cli/console/wire";
import { columnsOf, COLUMNS, DEFAULT_COLUMNS } from "../../console/model/columns";
import { ALL, type FleetQuery } from "../../console/model/routes";
import { rowsOf } from "../../console/model/rows";
import { ago, FLEET, machine } from "./samples";

const namesOf = (machines: readonly FleetMachine[]): string[] => machines.map((it) => it.name);
const rows = (query: Partial<FleetQuery>, machines: readonly FleetMachine[] = FLEET): string[] =>
  namesOf(rowsOf(machines, { ...ALL, ...query }).filtered);

describe("the rows of the fleet", () => {
  it("are sorted by name as people count: web-2 before web-10", () => {
    const machines = ["web-10", "Web-2", "db"].map((name, at) => machine({ name, id: `mi-${at}` }));
    assert.deepEqual(rows({}, machines), ["db", "Web-2", "web-10"]);
  });

  it("are sorted by the numbers of an address, not by its letters", () => {
    const machines = ["10.0.1.10", "10.0.1.9", "9.0.0.1"].map((privateIp) =>
      machine({ name: privateIp, id: privateIp, privateIp }),
    );
    assert.deepEqual(rows({ sort: "privateIp" }, machines), ["9.0.0.1", "10.0.1.9", "10.0.1.10"]);
  });

  it("are sorted by urgency of the state, with a state that is not known after failed", () => {
    const states = ["running", "hibernated", "missing", "failed"];
    const machines = states.map((state) => machine({ name: state, id: state, state: state as "failed" }));
    assert.deepEqual(rows({ sort: "state" }, machines), ["failed", "hibernated", "missing", "running"]);
  });

  it("begin with the youngest when sorted by age, and with the oldest when turned round", () => {
    const machines = [10, 5, 20].map((age) => machine({ name: `${age}`, id: `${age}`, launchedAt: ago(age) }));
    assert.deepEqual(rows({ sort: "age" }, machines), ["5", "10", "20"]);
    assert.deepEqual(rows({ sort: "age", isDescending: true }, machines), ["20", "10", "5"]);
  });

  it("have those without a value last, in both directions of every column", () => {
    const without = machine({
      name: "without",
      id: "",
      market: "",
      instanceType: "",
      instanceId: "",
      networkInterfaceId: "",
      privateIp: "",
      publicIp: "",
      availabilityZone: "",
      launchedAt: null,
    });
    const full = machine({
      ipv6Addresses: ["2001:db8::1"],
      drift: ["It differs."],
      nextSchedule: { action: "pause", at: ago(-60) },
      lastReplacement: { at: ago(60), reason: "ended", instanceId: "", inARow: 1, tries: 1, gaveUp: false },
    });
    for (const { id } of COLUMNS.filter((it) => !["name", "state", "generation"].includes(it.id))) {
      for (const isDescending of [false, true]) {
        assert.deepEqual(rows({ sort: id, isDescending }, [without, full]), ["db", "without"], id);
      }
    }
  });

  it("match a text if each of its words is in a name, an id, an address or another word of theirs", () => {
    assert.deepEqual(rows({ text: "10.0.1.184" }), ["db"]);
    assert.deepEqual(rows({ text: "SPOT  us-east-1b" }), ["db-replica"]);
    assert.deepEqual(rows({ text: "given up" }), ["legacy-erp"]);
    assert.deepEqual(rows({ text: "spot nothing" }), []);
  });

  it("match any of the states that were chosen, and count the states among those that match the text", () => {
    assert.deepEqual(rows({ states: ["failed", "missing"] }), ["legacy-erp", "queue"]);
    const { states } = rowsOf(FLEET, { ...ALL, text: "nat", states: ["running"] });
    assert.deepEqual(
      states.map((it) => `${it.state} ${it.count}`),
      ["failed 0", "missing 0", "pending 1", "paused 0", "running 1"],
    );
  });

  it("keep a state in the choice that no machine is in any more", () => {
    const { states } = rowsOf(FLEET, { ...ALL, states: ["hibernated"] });
    assert.ok(states.some((it) => it.state === "hibernated" && it.count === 0));
  });

  it("are a hundred a page, and the last page where the hash asks for one beyond it", () => {
    const many = Array.from({ length: 250 }, (_, at) => machine({ name: `m${at}`, id: `mi-${at}` }));
    const { shown, page, pages } = rowsOf(many, { ...ALL, page: 7 });
    assert.deepEqual([shown.length, shown[0]?.name, page, pages], [50, "m200", 3, 3]);
    assert.equal(rowsOf([], ALL).pages, 1);
  });
});

describe("the columns of the fleet", () => {
  it("are at first those that the specification names", () => {
    assert.deepEqual(
      columnsOf(DEFAULT_COLUMNS).map((it) => it.title),
      [
        "Name",
        "State",
        "Market",
        "Type",
        "Private IP",
        "Public IP",
        "Zone",
        "Gen.",
        "Age",
        "Last replacement",
        "Next schedule",
        "Drift",
      ],
    );
  });

  it("have the name whatever was kept, and pass over what is no column", () => {
    assert.deepEqual(
      columnsOf(["drift", "toString", "age"]).map((it) => it.id),
      ["name", "age", "drift"],
    );
  });
});
