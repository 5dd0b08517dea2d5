/** The function's work on a batch of messages: what comes again, what is sent, what is counted and what is said. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { logTo } from "../../../controller/lambda/log";
import { METRICS, metricsLine } from "../../../controller/lambda/metrics";
import { tick } from "./world";
import { bench, instanceIdOn, nameOf, stateChange, terminatedOn } from "./benches";

describe("a batch of messages", () => {
  it("is of one machine if all that it tells is of one: it is looked after once", async () => {
    const here = await bench({ elasticIp: true });
    await terminatedOn(here);
    const events = here.events();
    here.owner.calls();
    assert.deepEqual(await here.handle([...events, ...events, { look: nameOf(here) }]), []);
    const calls = here.owner.calls();
    assert.equal(calls.filter((it) => it === "RunInstances").length, 1, calls.join());
    assert.equal(here.counted("Replacements"), 1);
    assert.ok(here.counted("OutageSeconds") > 10);
    await here.owner.refresh();
    assert.equal(here.owner.outputs.state, "running");
  });

  it("ends well for the others where one of them is none, which comes again at once, with the reason in the log", async () => {
    const here = await bench();
    const poison = [
      "hello, my password is x",
      "[]",
      {},
      { look: "../../etc" },
      { source: "aws.ec2", "detail-type": 7 },
    ];
    assert.deepEqual(await here.handle([stateChange(instanceIdOn(here), "stopped"), ...poison]), [1, 2, 3, 4, 5]);
    assert.deepEqual(
      here.shownAgain.map(([, after]) => after),
      [0, 0, 0, 0, 0],
    );
    const errors = here.lines.filter((it) => it.level === "error");
    assert.equal(errors.length, 5);
    assert.match(String(errors[0]?.message), /^a message was not understood: the message is not JSON$/);
    assert.deepEqual(errors[0]?.messageIds, ["m-2"]);
    assert.ok(!here.text.join("\n").includes("password"));
    assert.equal(here.counted("Failed"), 5);
  });

  it("passes over events about instances that are not ours, silently, and counts them", async () => {
    const here = await bench();
    const other = stateChange("i-0123456789abcdef0", "terminated");
    here.owner.calls();
    assert.deepEqual(await here.handle([other, other, { source: "aws.s3", "detail-type": "Object Created" }]), []);
    assert.deepEqual(here.owner.calls(), ["DescribeInstances"]);
    assert.equal(here.counted("Ignored"), 3);
    assert.deepEqual(
      here.lines.filter((it) => !("_aws" in it)),
      [],
    );
  });

  it("is about a machine that is gone: nothing comes of it", async () => {
    const here = await bench();
    assert.deepEqual(await here.handle([{ look: "mi-00000000000000000" }]), []);
    assert.equal(here.counted("Ignored"), 1);
  });
});

describe("a tick", () => {
  it("sends on what there is to do, a message for each machine, and does none of it", async () => {
    const here = await bench();
    await here.handle([tick(), tick()]);
    assert.deepEqual(here.takeSent(), []);
    await terminatedOn(here);
    here.owner.calls();
    await here.handle([tick()]);
    assert.deepEqual(
      here.owner.calls().filter((it) => !it.startsWith("Describe")),
      [],
    );
    const [{ body, delaySeconds } = assert.fail(), ...others] = here.takeSent();
    assert.deepEqual([body.look, delaySeconds, others], [nameOf(here), 0, []]);
    await here.handle([body]);
    assert.equal(here.counted("Replacements"), 1);
  });

  it("sends nothing about a machine that is looked after in the same batch", async () => {
    const here = await bench();
    await terminatedOn(here);
    await here.handle([tick(), { look: nameOf(here) }]);
    assert.deepEqual(here.takeSent(), []);
    assert.equal(here.counted("Replacements"), 1);
  });
});

describe("a call that EC2 refuses", () => {
  it("comes again, later and later, where EC2 throttles the look", async () => {
    const here = await bench();
    await terminatedOn(here);
    const code = "RequestLimitExceeded";
    here.owner.simulator.faults.add({ action: "DescribeLaunchTemplates", error: { code, status: 503 } });
    const begun = here.owner.clock.now();
    assert.deepEqual(await here.handle([{ look: nameOf(here) }, tick()], { tries: 3 }), [0, 1]);
    assert.deepEqual(
      here.shownAgain.map(([, after]) => after),
      [180, 180],
    );
    // Long before the function would be ended.
    assert.ok(here.owner.clock.now() - begun < 100_000);
    assert.equal(here.counted("Failed"), 2);
    assert.match(here.messagesAt("error").join("\n"), new RegExp(code));
    here.owner.simulator.faults.clear();
    assert.deepEqual(await here.handle([{ look: nameOf(here) }]), []);
    assert.equal(here.counted("Replacements"), 1);
  });

  it("is told, counted and tried again by the machine's own message where EC2 denies the launch", async () => {
    const here = await bench();
    await terminatedOn(here);
    here.owner.simulator.iam.deny("RunInstances");
    assert.deepEqual(await here.handle([{ look: nameOf(here) }]), []);
    assert.equal(here.counted("Failed"), 1);
    const [error] = here.lines.filter((it) => it.level === "error");
    assert.match(String(error?.message), /ec2:RunInstances/);
    assert.deepEqual([error?.outcome, error?.machineId, error?.reason], ["failed", nameOf(here), "ended"]);
    const [{ body, delaySeconds } = assert.fail()] = here.takeSent();
    assert.deepEqual([body.look, delaySeconds], [nameOf(here), 60]);
  });
});

describe("the count of a batch", () => {
  it("is one line of CloudWatch's embedded format for a batch, of what is not 0, without dimensions", () => {
    assert.deepEqual(
      JSON.parse(metricsLine({ Replacements: 2, OutageSeconds: 31, Failed: 0 }, 1_700_000_000_000.5) ?? ""),
      {
        _aws: {
          Timestamp: 1_700_000_000_001,
          CloudWatchMetrics: [
            {
              Namespace: "ManagedInstance",
              Dimensions: [[]],
              Metrics: [
                { Name: "Replacements", Unit: "Count" },
                { Name: "OutageSeconds", Unit: "Seconds" },
              ],
            },
          ],
        },
        Replacements: 2,
        OutageSeconds: 31,
      },
    );
    assert.equal(metricsLine({ Failed: 0 }, 0), undefined);
  });

  it("is in docs/operations.md, metric by metric", () => {
    const page = readFileSync(join(__dirname, "../../../docs/operations.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([A-Z]\w+)` \|/gm)].map((it) => it[1]);
    assert.deepEqual(rows, Object.keys(METRICS));
  });
});

describe("the function's log", () => {
  it("is JSON, one object a line, with nothing in it that a terminal would take for a command", async () => {
    const here = await bench({ tags: { Name: "web" }, userData: "#!/bin/sh\necho the-secret\n" });
    await terminatedOn(here);
    await here.handle([{ look: nameOf(here) }]);
    assert.ok(here.lines.length > 2);
    for (const line of here.text) {
      assert.ok(!/the-secret|\n/.test(line), line);
    }
    logTo(
      (line) => here.text.push(line),
      () => 0,
    ).line("info", "a\nb\u202Ec\u{E0001}");
    const last = here.text.at(-1) ?? "";
    assert.match(last, /"a\\nb\\u202ec\\udb40\\udc01"/);
    assert.equal((JSON.parse(last) as { message: string }).message, "a\nb\u202Ec\u{E0001}");
  });
});
