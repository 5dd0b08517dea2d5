/** Machines that a person has to look at: each is told of once, and counted at every tick. */
import assert from "node:assert/strict";
import { StopInstancesCommand } from "@aws-sdk/client-ec2";
import { TAG } from "../../../provider/ec2/tags";
import { replacementText } from "../../../provider/engine/record/last-replacement";
import { made, only, somebody } from "../../provider/world";
import type { Bench } from "./bench";
import { tick } from "./world";
import { bench, instanceIdOn, nameOf } from "./benches";
import { MINUTE } from "../../reliability/week/time";

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
    simulator.shutDownGuest(instanceIdOn(here));
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
    await somebody(here.owner).send(new StopInstancesCommand({ InstanceIds: [instanceIdOn(here)] }));
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
    await somebody(here.owner).send(new StopInstancesCommand({ InstanceIds: [instanceIdOn(here)] }));
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
