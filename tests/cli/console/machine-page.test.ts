/** The answers of the console about one machine. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { machinePage } from "../../../cli/console/machine-page";
import type { DoctorReport, ApiError, FleetMachine, MachineEvents, MachinePage } from "../../../cli/console/wire";
import { isReadable } from "../../../controller/record";
import { PROGRAM_INPUTS } from "../../../provider/inputs/table";
import { machineOf } from "../../provider/machine";
import { terminateByHand } from "../../provider/mended";
import { type Stack, URN } from "../../provider/support";
import { only, somebody, up } from "../../provider/world";
import { cli, json } from "../support";
import { type Answer, asked, cookieFrom, OWN, served, type Served } from "./support";

describe("a machine in the console", () => {
  let console: Served;
  let owner: Stack;
  let cookie: string;

  const begin = async (inputs = {}): Promise<void> => {
    owner = await up(inputs);
    console = await served(owner);
    cookie = await cookieFrom(console);
  };
  afterEach(() => console.close());

  const ask = (target: string): Promise<Answer> =>
    asked(console.port, { target, headers: { ...OWN, Cookie: cookie, "Accept-Encoding": undefined } });
  const bodyOf = async <T>(target: string): Promise<T> => JSON.parse(chunked(await ask(target))) as T;
  const pageOf = (): Promise<MachinePage> => bodyOf(`/api/machines/${owner.recorded?.id ?? ""}`);

  it("has its addresses, its things, and all that the command line shows of it", async () => {
    await begin({ elasticIp: true, secondaryPrivateIpCount: 1 });
    const { machine, things, advice } = await pageOf();
    const shown = json(await cli(owner, ["status", "web", "--json"])) as FleetMachine;
    assert.deepEqual(machine, { ...shown, ageSeconds: machine.ageSeconds, isReadable: true, unseen: [] });
    assert.deepEqual(
      things.map((it) => [it.kind, it.id]),
      [
        ["launch template", machine.launchTemplateId],
        ["instance", machine.instanceId],
        ["network interface", machine.networkInterfaceId],
        ["Elastic IP", machine.allocationId],
      ],
    );
    assert.equal(advice, "");
  });

  it("keeps its addresses while it is paused", async () => {
    await begin({ elasticIp: true });
    const { privateIp, publicIp } = owner.outputs;
    await cli(owner, ["pause", "web", "--yes"]);
    const { machine } = await pageOf();
    assert.deepEqual([machine.state, machine.privateIp, machine.publicIp], ["paused", privateIp, publicIp]);
  });

  it("has every input that a record has, with its change class, and neither user data nor secrets", async () => {
    await begin({ userData: "#!/bin/sh\necho hunter2", keyName: undefined, dataVolumes: [] });
    const { configuration } = await pageOf();
    const names = configuration.map((it) => it.name);
    const reading = console.fleet.find(owner.recorded?.id ?? "")?.reading;
    assert.ok(reading !== undefined && isReadable(reading));
    const hidden = ["userData", "userDataBase64", "dataVolumes", "recycleTriggers", "deletion", "adopt"];
    assert.deepEqual(
      names,
      PROGRAM_INPUTS.filter((it) => reading.desired[it] !== undefined && !hidden.includes(it)),
    );
    const { value, changeClass } = configuration.find((it) => it.name === "instanceType") ?? assert.fail();
    assert.deepEqual([value, changeClass], ["m7i.large", "replaces-instance"]);
    for (const part of ["", "/events"]) {
      assert.ok(!chunked(await ask(`/api/machines/${owner.recorded?.id ?? ""}${part}`)).includes("hunter2"));
    }
  });

  it("says what to do where it has lost its instance", async () => {
    await begin();
    await terminateByHand(somebody(owner), machineOf(owner), owner);
    const { machine, advice } = await pageOf();
    assert.equal(machine.state, "missing");
    assert.match(advice, new RegExp(`\`managed-instance resume ${machine.id}\` does it now`));
  });

  it("has the events that `history` prints, and says which source was not asked", async () => {
    await begin();
    const { events, notes } = await bodyOf<MachineEvents>(`/api/machines/${owner.recorded?.id ?? ""}/events`);
    assert.deepEqual(events, json(await cli(owner, ["history", "web", "--json"])));
    assert.match(only(notes), /^CloudTrail is not asked: /);
  });

  it("has the checks of `doctor`", async () => {
    await begin();
    const { checks } = await bodyOf<DoctorReport>(`/api/machines/${owner.recorded?.id ?? ""}/doctor`);
    const printed = json(await cli(owner, ["doctor", "web", "--json"])) as DoctorReport;
    assert.deepEqual(checks, printed.checks);
  });

  it("that is not there is not found, whatever its id looks like", async () => {
    await begin();
    for (const id of ["mi-00000000000000000", "mi-", "web", "..%2f..%2fetc", "mi-0/../../x"]) {
      const answer = await ask(`/api/machines/${id}`);
      assert.equal(answer.status, 404, id);
      const { error } = JSON.parse(chunked(answer)) as ApiError;
      assert.equal(error.code, "not-found");
      assert.match(error.text, /\.$/);
    }
  });

  it("says why it cannot be read, where EC2 refuses", async () => {
    await begin();
    // The newest versions are known.
    for (let count = 0; count < 3; count++) {
      await cli(owner, ["recycle", "web", "--yes"]);
    }
    owner.simulator.faults.add({
      action: "DescribeLaunchTemplateVersions",
      error: { code: "UnauthorizedOperation", status: 403 },
    });
    const answer = await ask(`/api/machines/${owner.recorded?.id ?? ""}/events`);
    const { error } = JSON.parse(chunked(answer)) as ApiError;
    assert.deepEqual([answer.status, error.code], [502, "denied"]);
    assert.match(error.text, /ec2:DescribeLaunchTemplateVersions|DescribeLaunchTemplateVersions was denied/);
  });

  it("comes through with markup and other directions in its name, as text", async () => {
    const name = `<img src=x onerror=alert(1)>\u202e${"long".repeat(20)}`;
    await begin({ resourceUrn: `${URN}${name}` });
    const { machine } = await pageOf();
    assert.equal(machine.name.includes("<img src=x"), true);
    const { headers } = await ask("/api/machines");
    assert.match(headers["content-type"] ?? "", /^application\/json/);
    assert.equal(headers["x-content-type-options"], "nosniff");
  });
});

describe("a command that the console shows", () => {
  it("has the options that the console was given, quoted for a shell", () => {
    const view = {
      id: "mi-1",
      unseen: [],
      isReadable: true,
      drift: [],
      state: "running",
    } as never as FleetMachine;
    const reading = { template: { id: "lt-1", latestVersion: 1 } } as never;
    const profile = 'it\'s $(touch /tmp/x) `x` "y"';
    const { commands } = machinePage({ reading, view, at: "" }, { region: "us-east-1", profile, color: false });
    const [first = assert.fail()] = commands;
    const words = execFileSync("sh", ["-c", `printf '%s\\n' ${first.command}`], { encoding: "utf8" });
    assert.deepEqual(words.trimEnd().split("\n"), [
      "managed-instance",
      "--region",
      "us-east-1",
      "--profile",
      profile,
      "status",
      "mi-1",
    ]);
  });
});

/** The body, as Node sends it where it does not know its length before. */
function chunked({ body, headers }: Answer): string {
  return headers["transfer-encoding"] === "chunked"
    ? body
        .split("\r\n")
        .filter((_, at) => at % 2 === 1)
        .join("")
    : body;
}
