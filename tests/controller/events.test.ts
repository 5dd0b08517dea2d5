/** How old an event may be that the controller acts on, and what a window of time is worth when clocks are set back. */
import assert from "node:assert/strict";
import {
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { pause } from "../../controller/by-hand";
import { handleMessage } from "../../controller/handle";
import type { Stack } from "../provider/support";
import { somebody, up } from "../provider/world";
import { controllerOf, depsOf, machine, pass } from "./support";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const YEAR = 365 * 24 * HOUR;
const EXACT = { leapMs: 0 };
const OVERLAP = { market: { lifecycle: "spot" }, replacement: { strategy: "overlap" } };

const idOf = (owner: Stack): string => String(owner.outputs.instanceId);

function event(owner: Stack, type: string, agoMs: number, detail: object = {}): object {
  return {
    source: "aws.ec2",
    "detail-type": type,
    time: new Date(owner.clock.now() - agoMs).toISOString(),
    detail: { "instance-id": idOf(owner), ...detail },
  };
}

const NOTICE = "EC2 Spot Instance Interruption Warning";
const RECOMMENDATION = "EC2 Instance Rebalance Recommendation";

describe("the age of an event", function () {
  this.timeout(60_000);

  for (const [type, reason, current, stale] of [
    [NOTICE, "interruption-warning", [0, MINUTE], [2 * MINUTE, 10 * MINUTE, YEAR]],
    [RECOMMENDATION, "rebalance", [0, 10 * MINUTE], [15 * MINUTE, HOUR, YEAR]],
  ] as const) {
    it(`lets an "${type}" replace an overlap machine as long as it tells of now`, async () => {
      for (const agoMs of current) {
        const owner = await up(OVERLAP, EXACT);
        await pass(owner, 30 * MINUTE);
        const [outcome] = await handleMessage(controllerOf(owner), event(owner, type, agoMs));
        assert.deepEqual([outcome?.kind, outcome?.reason], ["done", reason], `${agoMs} ms old`);
      }
    });

    it(`lets a stale "${type}" do nothing to a machine that works`, async () => {
      const owner = await up(OVERLAP, EXACT);
      await pass(owner, 30 * MINUTE);
      owner.calls();
      for (const agoMs of stale) {
        const [outcome] = await handleMessage(controllerOf(owner), event(owner, type, agoMs));
        assert.deepEqual([outcome?.kind, outcome?.because], ["nothing", `${idOf(owner)} runs`], `${agoMs} ms old`);
      }
      assert.deepEqual(owner.calls("mutating"), []);
    });
  }

  it("lets a stale notice not say who ended an instance: with healing off it stays ended", async () => {
    const owner = await up({ ...OVERLAP, healing: { enabled: false } }, EXACT);
    await pass(owner, 30 * MINUTE);
    const notice = event(owner, NOTICE, YEAR);
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [idOf(owner)] }));
    owner.clock.advance(MINUTE);
    const [outcome] = await handleMessage(controllerOf(owner), notice);
    assert.deepEqual([outcome?.kind, outcome?.because], ["nothing", "its instance was ended, and healing is off"]);
  });

  it("lets the event of an earlier stop not lengthen the outage that is counted", async () => {
    const owner = await up({}, EXACT);
    await pass(owner, 30 * MINUTE);
    const earlier = event(owner, "EC2 Instance State-change Notification", 0, { state: "stopping" });
    const client = somebody(owner);
    const input = { InstanceIds: [idOf(owner)] };
    await client.send(new StopInstancesCommand(input));
    owner.clock.advance(2 * HOUR);
    await client.send(new StartInstancesCommand(input));
    owner.clock.advance(2 * HOUR);
    await client.send(new StopInstancesCommand(input));
    owner.clock.advance(2 * HOUR);
    const [outcome] = await handleMessage(controllerOf(owner), earlier);
    assert.deepEqual([outcome?.kind, outcome?.reason], ["done", "stopped"]);
    assert.ok((outcome?.metrics.outageSeconds ?? Infinity) < 120, String(outcome?.metrics.outageSeconds));
  });
});

describe("a paused machine", () => {
  for (const pauseBehavior of ["stop", "terminate"]) {
    it(`gets its Elastic IP back that somebody took off, where a pause is a ${pauseBehavior}`, async () => {
      const owner = await up({ elasticIp: true, pauseBehavior }, EXACT);
      await pause(await machine(owner), depsOf(owner));
      await pass(owner, 10 * MINUTE);
      const client = somebody(owner);
      const association = async (): Promise<string | undefined> => {
        const input = { AllocationIds: [String(owner.outputs.allocationId)] };
        return (await client.send(new DescribeAddressesCommand(input))).Addresses?.[0]?.NetworkInterfaceId;
      };
      const { Addresses } = await client.send(new DescribeAddressesCommand({}));
      await client.send(new DisassociateAddressCommand({ AssociationId: Addresses?.[0]?.AssociationId }));
      assert.equal(await association(), undefined);
      const outcomes = await pass(owner, 12 * MINUTE);
      assert.equal(await association(), owner.outputs.networkInterfaceId);
      assert.deepEqual(
        outcomes.filter((it) => it.kind === "done").map((it) => it.action),
        ["finish"],
      );
      assert.ok(outcomes.some((it) => it.because === "it is paused"));
      await owner.refresh();
      assert.equal(owner.outputs.state, "paused");
    });
  }
});

describe("a window for going back to spot", function () {
  this.timeout(60_000);

  it("is one window where clocks are set back in it: spot is tried once", async () => {
    // In Sydney clocks show 02:00 to 03:00 on the 4th of April 2027 from 15:00Z, and again from 16:00Z.
    const window = { from: "02:15", to: "02:45", timezone: "Australia/Sydney" };
    const inputs = { market: { lifecycle: "spot", revertToSpot: { window } }, replacement: { strategy: "overlap" } };
    const owner = await up(inputs, EXACT);
    owner.simulator.capacity.set("m7i.large", "us-east-1a", "spot", 0);
    owner.simulator.interrupt({ instanceId: idOf(owner) });
    await pass(owner, 30 * MINUTE);
    owner.clock.advance(Date.parse("2027-04-03T14:30:00Z") - owner.clock.now());
    const outcomes = await pass(owner, 3 * HOUR, { sweepMs: MINUTE });
    const tries = outcomes.filter((it) => it.reason === "revert-to-spot");
    assert.deepEqual(
      tries.map((it) => it.kind),
      ["failed"],
    );
  });
});
