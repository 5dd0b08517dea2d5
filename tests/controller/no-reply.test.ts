/** EC2 that does not answer, near the time at which Lambda ends a function: a message of a function that was ended is hidden for half an hour. */
import assert from "node:assert/strict";
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import { VirtualTime } from "../../bench/virtual-time";
import { createHandler } from "../../controller/lambda/handler";
import type { Delayed } from "../../controller/lambda/queue";
import { Ec2Simulator } from "../../local/ec2";
import { createEc2 } from "../../provider/ec2/client";
import { CALLER } from "../local/ec2/support";
import { somebody, up } from "../provider/world";

const MINUTE = 60_000;

/** A function whose calls wait at the same time, over an account in which a machine's instance was terminated. */
class Night {
  readonly sent: Delayed[] = [];
  readonly simulator: Ec2Simulator;
  private readonly machineId: string;
  private readonly time: VirtualTime;
  private readonly handler: ReturnType<typeof createHandler>;

  constructor({ world, at, id }: Terminated) {
    this.machineId = id;
    this.time = new VirtualTime({
      start: at,
      nextChangeAt: () => this.simulator.nextChangeAt(),
      onChange: () => {
        this.simulator.catchUp();
      },
    });
    const clock = this.time;
    this.simulator = new Ec2Simulator({ clock });
    this.simulator.restore(world);
    this.handler = createHandler({
      region: "us-east-1",
      clock,
      ec2: ({ replyTimeoutMs }) =>
        createEc2({
          region: "us-east-1",
          clock,
          requestHandler: this.simulator.requestHandler({ sleep: (ms) => clock.sleep(ms), timeoutMs: replyTimeoutMs }),
          ...CALLER,
          random: () => 0.5,
        }),
      queue: {
        send: (messages) => {
          this.sent.push(...messages);
          return Promise.resolve();
        },
        showAgain: () => Promise.resolve(),
      },
      log: { line: () => undefined, raw: () => undefined },
    });
  }

  /** @returns how long before its end the function had ended, and how often the message comes again */
  async look(remainingMs: number): Promise<{ leftMs: number; comesAgain: number }> {
    this.sent.length = 0;
    const end = this.time.now() + remainingMs;
    const message = { messageId: "m", receiptHandle: "r", body: JSON.stringify({ look: this.machineId }) };
    const context = { getRemainingTimeInMillis: () => end - this.time.now() };
    const { batchItemFailures } = await this.time.until(this.handler({ Records: [message] }, context));
    return { leftMs: end - this.time.now(), comesAgain: batchItemFailures.length + this.sent.length };
  }

  get isUp(): boolean {
    const { instances } = this.simulator.snapshot();
    return Object.values(instances).some((it) => it.state === "running");
  }
}

interface Terminated {
  world: ReturnType<Ec2Simulator["snapshot"]>;
  at: number;
  id: string;
}

async function terminated(): Promise<Terminated> {
  const owner = await up({ elasticIp: true });
  owner.clock.advance(10 * MINUTE);
  await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [String(owner.outputs.instanceId)] }));
  return { world: owner.simulator.snapshot(), at: owner.clock.now(), id: owner.recorded?.id ?? assert.fail() };
}

describe("a function to which EC2 does not answer", () => {
  it("ends by itself before Lambda ends it, from whichever call on, and the machine is brought back once EC2 answers", async () => {
    const before = await terminated();
    for (let answered = 0; answered < 20; answered++) {
      const night = new Night(before);
      night.simulator.faults.add({ action: "*", hang: true, skip: answered });
      for (const remainingMs of [5 * MINUTE, 2 * MINUTE, 1.5 * MINUTE]) {
        const { leftMs, comesAgain } = await night.look(remainingMs);
        assert.ok(leftMs > 0, `${answered} calls answered: ${-leftMs / 1000} s late`);
        assert.equal(comesAgain, 1, `${answered} calls answered`);
      }
      night.simulator.faults.clear();
      await night.look(5 * MINUTE);
      assert.ok(night.isUp, `${answered} calls answered`);
    }
  });
});
