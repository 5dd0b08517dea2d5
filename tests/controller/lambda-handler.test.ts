/** What the function makes of a batch of messages: what comes again, what is sent, what is counted and what is said. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { StopInstancesCommand, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { replacementText } from "../../provider/engine/record/last-replacement";
import { logTo } from "../../controller/lambda/log";
import { METRICS, metricsLine } from "../../controller/lambda/metrics";
import { TAG } from "../../provider/ec2/tags";
import type { Properties } from "../../provider/model/properties";
import { made, only, somebody, up } from "../provider/world";
import { Bench } from "./bench";
import { tick } from "./lambda-world";

const MINUTE = 60_000;
const SPOT = { market: { lifecycle: "spot" } };
const EXACT = { leapMs: 0 };

async function bench(inputs: Properties = {}): Promise<Bench> {
  const owner = await up(inputs, EXACT);
  owner.clock.advance(10 * MINUTE);
  return new Bench(owner);
}

const idOf = ({ owner }: Bench): string => String(owner.outputs.instanceId);
const nameOf = ({ owner }: Bench): string => owner.recorded?.id ?? "";

async function terminated(of: Bench, instanceId = idOf(of)): Promise<void> {
  await somebody(of.owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
}

function stateChange(instanceId: string, state: string): object {
  return {
    source: "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    time: "2026-11-27T03:00:00Z",
    detail: { "instance-id": instanceId, state },
  };
}

describe("a batch of messages", () => {
  it("is of one machine if all that it tells is of one: it is looked after once", async () => {
    const here = await bench({ elasticIp: true });
    await terminated(here);
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
    assert.deepEqual(await here.handle([stateChange(idOf(here), "stopped"), ...poison]), [1, 2, 3, 4, 5]);
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
    await terminated(here);
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
    await terminated(here);
    await here.handle([tick(), { look: nameOf(here) }]);
    assert.deepEqual(here.takeSent(), []);
    assert.equal(here.counted("Replacements"), 1);
  });
});

describe("what goes on later", () => {
  it("is a message that waits until then", async () => {
    const here = await bench(SPOT);
    here.owner.simulator.interrupt({ instanceId: idOf(here) });
    await here.handle(here.events().slice(-1));
    const [{ body, delaySeconds } = assert.fail(), ...others] = here.takeSent();
    assert.deepEqual([body.look, others], [nameOf(here), []]);
    assert.ok(delaySeconds > 110 && delaySeconds <= 121, String(delaySeconds));
  });

  it("is left to the ticks where no message can wait so long", async () => {
    const here = await bench({ market: { lifecycle: "spot", revertToSpot: "always" } });
    here.owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    await terminated(here);
    await here.handle([{ look: nameOf(here) }]);
    await here.handle([{ look: nameOf(here) }]);
    assert.match(here.messagesAt("info").join("\n"), /is on-demand and is to go back to spot/);
    assert.deepEqual(here.takeSent(), []);
  });

  it("is one message at a time, however long it lasts, and however many ticks and events come meanwhile", async () => {
    const here = await bench();
    const { simulator, clock } = here.owner;
    simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    await terminated(here);
    const event = stateChange(idOf(here), "terminated");
    let due = [{ at: clock.now(), body: event }];
    const underWay: number[] = [];
    for (let minute = 0; minute < 60; minute++) {
      const now = clock.now();
      const ready = due.filter((it) => it.at <= now).map((it) => it.body);
      due = due.filter((it) => it.at > now);
      // Each alone, as if each came to another function.
      for (const body of [...ready, event, ...(minute % 5 === 0 ? [tick()] : [])]) {
        await here.handle([body]);
        due.push(...here.takeSent().map((it) => ({ at: now + it.delaySeconds * 1000, body: it.body })));
      }
      underWay.push(due.length);
      clock.advance(MINUTE);
    }
    assert.equal(Math.max(...underWay), 1, underWay.join(" "));
    // Once a minute at first, later more rarely.
    assert.ok(here.counted("CapacityMisses") >= 25, String(here.counted("CapacityMisses")));
    simulator.capacity.clear("m7i.large", "us-east-1a", "on-demand");
    await here.handle([{ look: nameOf(here) }]);
    assert.equal(here.counted("Replacements"), 1);
  });

  it("goes on where a function's time was up, in the next one, at once", async () => {
    const here = await bench({ elasticIp: true });
    here.owner.simulator.timings.set({ terminate: { mean: 600_000, spread: 0 } });
    await terminated(here);
    assert.deepEqual(await here.handle([stateChange(idOf(here), "shutting-down")]), []);
    const [{ body, delaySeconds } = assert.fail(), ...others] = here.takeSent();
    assert.deepEqual([body.continue, delaySeconds, others], [nameOf(here), 0, []]);
    assert.deepEqual(await here.handle([body]), []);
    const [again] = here.takeSent();
    assert.equal(again?.body.continue, nameOf(here));
    assert.deepEqual(await here.handle([again.body]), []);
    assert.deepEqual(here.takeSent(), []);
    assert.equal(here.counted("Replacements"), 1);
    await here.owner.refresh();
    assert.equal(here.owner.outputs.state, "running");
  });

  it("is left to the next tick where a tick began it: an instance that takes long to end does not fill the functions", async () => {
    const here = await bench();
    here.owner.simulator.timings.set({ terminate: { mean: 400_000, spread: 0 } });
    await terminated(here);
    await here.handle([tick()]);
    const [{ body } = assert.fail()] = here.takeSent();
    await here.handle([body]);
    assert.match(here.messagesAt("info").join("\n"), /^the time was up: stopped as it was to retire/);
    assert.deepEqual(here.takeSent(), []);
    await here.handle([tick()]);
    const [{ body: next } = assert.fail()] = here.takeSent();
    await here.handle([next]);
    assert.equal(here.counted("Replacements"), 1);
  });

  it("comes again where SQS does not take it", async () => {
    const here = await bench();
    await terminated(here);
    here.refuses = true;
    assert.deepEqual(await here.handle([tick()]), [0]);
    assert.match(here.messagesAt("error").join(), /^could not look at the machines: SQS did not take a message/);
  });
});

describe("what EC2 refuses", () => {
  it("comes again, later and later, where EC2 throttles the look", async () => {
    const here = await bench();
    await terminated(here);
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
    await terminated(here);
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

describe("a machine that a person has to look at", () => {
  async function loops(): Promise<Bench> {
    const here = await bench();
    const { simulator, clock, outputs } = here.owner;
    const last = {
      at: clock.now() - 90_000,
      reason: "ended",
      instanceId: "i-0123456789abcdef0",
      inARow: 3,
      tries: 0,
      gaveUp: false,
    } as const;
    const body = new URLSearchParams({
      Action: "CreateTags",
      Version: "2016-11-15",
      "ResourceId.1": String(outputs.launchTemplateId),
      "Tag.1.Key": TAG.lastReplacement,
      "Tag.1.Value": replacementText(last),
    });
    assert.equal(simulator.handle({ body: body.toString() }).status, 200);
    simulator.shutDownGuest(idOf(here));
    return here;
  }

  it("is given up loudly, once, and stays in what every tick counts", async () => {
    const here = await loops();
    await here.handle([{ look: nameOf(here) }]);
    assert.equal(here.messagesAt("error").length, 1);
    await here.handle([{ look: nameOf(here) }, tick()]);
    await here.handle([tick()]);
    assert.equal(here.counted("GaveUp"), 1);
    assert.equal(here.counted("NeedsAttention"), 2);
    const [said, ...others] = here.messagesAt("error");
    assert.match(String(said), /^gave up: .*in a row/);
    assert.deepEqual(others, []);
    assert.deepEqual(here.takeSent(), []);
    await here.owner.refresh();
    assert.equal(here.owner.outputs.state, "failed");
  });

  it("is put on record by a tick that finds it, and not only by an event", async () => {
    const here = await loops();
    await here.handle([tick()]);
    const [{ body } = assert.fail(), ...others] = here.takeSent();
    assert.deepEqual(others, []);
    await here.handle([body]);
    assert.equal(here.counted("GaveUp"), 1);
    assert.match(only(made(here.owner).templates).tags[TAG.lastReplacement] ?? "", / gave-up$/);
  });

  it("is one that has been down for several tries, though it is tried on and never given up", async () => {
    const here = await bench();
    here.owner.simulator.iam.deny("StartInstances");
    await somebody(here.owner).send(new StopInstancesCommand({ InstanceIds: [idOf(here)] }));
    for (let tries = 0; tries < 6; tries++) {
      here.owner.clock.advance(2 * MINUTE);
      await here.handle([{ look: nameOf(here) }]);
    }
    assert.equal(here.counted("GaveUp"), 0);
    await here.handle([tick()]);
    assert.equal(here.counted("NeedsAttention"), 1);
    here.owner.simulator.iam.clear();
    here.owner.clock.advance(2 * MINUTE);
    await here.handle([{ look: nameOf(here) }]);
    await here.handle([tick()]);
    assert.equal(here.counted("NeedsAttention"), 1, "and the alarm ends by itself");
    await here.owner.refresh();
    assert.equal(here.owner.outputs.state, "running");
  });

  it("is one whose record cannot be read, too", async () => {
    const here = await bench();
    const { simulator, outputs } = here.owner;
    const body = new URLSearchParams({
      Action: "CreateTags",
      Version: "2016-11-15",
      "ResourceId.1": String(outputs.launchTemplateId),
      "Tag.1.Key": TAG.market,
      "Tag.1.Value": "in words of next year",
    });
    assert.equal(simulator.handle({ body: body.toString() }).status, 200);
    await somebody(here.owner).send(new StopInstancesCommand({ InstanceIds: [idOf(here)] }));
    here.owner.calls();
    await here.handle([...here.events(), tick()]);
    assert.deepEqual(here.owner.calls("mutating"), []);
    assert.equal(here.counted("NeedsAttention"), 1);
    assert.match(
      here.messagesAt("error").join("\n"),
      /^nothing is done to it: its record cannot be read: .*managed-instance:market[^\n]*$/,
    );
  });
});

describe("what is counted", () => {
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
    const page = readFileSync(join(__dirname, "../../docs/operations.md"), "utf8");
    const rows = [...page.matchAll(/^\| `([A-Z]\w+)` \|/gm)].map((it) => it[1]);
    assert.deepEqual(rows, Object.keys(METRICS));
  });
});

describe("what is said", () => {
  it("is JSON, one object a line, with nothing in it that a terminal would take for a command", async () => {
    const here = await bench({ tags: { Name: "web" }, userData: "#!/bin/sh\necho the-secret\n" });
    await terminated(here);
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
