/** The messages that the function sends itself: what goes on later, once, and where. */
import assert from "node:assert/strict";
import { tick } from "./world";
import { bench, instanceIdOn, nameOf, stateChange, terminatedOn } from "./benches";
import { SPOT } from "../machines-that-come-back";
import { MINUTE } from "../../reliability/week/time";

describe("work that goes on later", () => {
  it("is a message that waits until then", async () => {
    const here = await bench(SPOT);
    here.owner.simulator.interrupt({ instanceId: instanceIdOn(here) });
    await here.handle(here.events().slice(-1));
    const [{ body, delaySeconds } = assert.fail(), ...others] = here.takeSent();
    assert.deepEqual([body.look, others], [nameOf(here), []]);
    assert.ok(delaySeconds > 110 && delaySeconds <= 121, String(delaySeconds));
  });

  it("is left to the ticks where no message can wait so long", async () => {
    const here = await bench({ market: { lifecycle: "spot", revertToSpot: "always" } });
    here.owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    await terminatedOn(here);
    await here.handle([{ look: nameOf(here) }]);
    await here.handle([{ look: nameOf(here) }]);
    assert.match(here.messagesAt("info").join("\n"), /is on-demand and is to go back to spot/);
    assert.deepEqual(here.takeSent(), []);
  });

  it("is one message at a time, however long it lasts, and however many ticks and events come meanwhile", async () => {
    const here = await bench();
    const { simulator, clock } = here.owner;
    simulator.capacity.set("m7i.large", "us-east-1a", "on-demand", 0);
    await terminatedOn(here);
    const event = stateChange(instanceIdOn(here), "terminated");
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
    await terminatedOn(here);
    assert.deepEqual(await here.handle([stateChange(instanceIdOn(here), "shutting-down")]), []);
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
    await terminatedOn(here);
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
    await terminatedOn(here);
    here.refuses = true;
    assert.deepEqual(await here.handle([tick()]), [0]);
    assert.match(here.messagesAt("error").join(), /^could not look at the machines: SQS did not take a message/);
  });
});
