import assert from "node:assert/strict";
import { EC2Client } from "@aws-sdk/client-ec2";
import { callerOf, type OfRun, type SharedState } from "../../../provider/ec2/caller";
import { Ec2Error } from "../../../provider/ec2/errors";
import { Expectations } from "../../../provider/ec2/expectations";
import { type Asker, Pace } from "../../../provider/ec2/pace";
import { Patience } from "../../../provider/ec2/patience";
import { byValues } from "../../../provider/ec2/reads";
import { CALLER, virtualClock } from "../../local/ec2/support";

class NotingPace extends Pace {
  readonly askers: (Asker | undefined)[] = [];

  override paced<T>(action: string, send: () => Promise<T>, asker?: Asker): Promise<T> {
    this.askers.push(asker);
    return super.paced(action, send, asker);
  }
}

function scene(): { state: SharedState; pace: NotingPace; run: OfRun; sent: string[] } {
  const time = virtualClock();
  const clock = {
    now: () => time.now(),
    sleep: (ms: number) => {
      time.advance(ms);
      return Promise.resolve();
    },
  };
  const pace = new NotingPace(clock, () => 1);
  const sent: string[] = [];
  return {
    state: {
      client: new EC2Client({ region: "us-east-1", ...CALLER }),
      clock,
      random: () => 1,
      pace,
      expectations: new Expectations(),
      made: new Map(),
    },
    pace,
    run: {
      patience: new Patience(clock, 60_000),
      say: () => undefined,
      beforeSending: (action) => {
        sent.push(`before ${action}`);
        return Promise.resolve();
      },
    },
    sent,
  };
}

describe("the caller of a run", () => {
  it("asks the run before it sends a call, every time that it sends it", async () => {
    const { state, run, sent } = scene();
    const send = (): Promise<void> => {
      sent.push("sent");
      return sent.length < 3 ? Promise.reject(new Ec2Error("StopInstances", "Throttling", "no")) : Promise.resolve();
    };
    await callerOf(state, run).call("StopInstances", send);
    assert.deepEqual(sent, ["before StopInstances", "sent", "before StopInstances", "sent"]);
  });

  it("sends a dry run last, and asks nobody before it", async () => {
    const { state, pace, run, sent } = scene();
    const send = (): Promise<void> => Promise.resolve();
    await callerOf(state, run).call("RunInstances", send, "dark");
    await callerOf({ ...state, isDryRun: true }, run).call("RunInstances", send, "dark");
    assert.deepEqual(
      pace.askers.map((it) => it?.rank),
      ["dark", "dry-run"],
    );
    assert.deepEqual(sent, ["before RunInstances"]);
  });

  it("keeps the place of a call over all its tries", async () => {
    const { state, pace, run } = scene();
    let tries = 0;
    const send = (): Promise<void> =>
      ++tries < 3 ? Promise.reject(new Ec2Error("StopInstances", "Throttling", "no")) : Promise.resolve();
    await callerOf(state, run).call("StopInstances", send);
    assert.equal(pace.askers.length, 3);
    assert.equal(new Set(pace.askers.map((it) => it?.place)).size, 1);
  });

  it("has one patience for all calls of the run, and one for each call where there is no run", async () => {
    const { state, pace, run } = scene();
    const send = (): Promise<void> => Promise.resolve();
    const patienceOf = async (of: Parameters<typeof callerOf>[1]): Promise<number> => {
      pace.askers.length = 0;
      const { call } = callerOf(state, of);
      await call("StopInstances", send);
      await call("StopInstances", send);
      return new Set(pace.askers.map((it) => it?.patience)).size;
    };
    assert.deepEqual([await patienceOf(run), await patienceOf({ say: run.say })], [1, 2]);
  });

  it("asks together with the other runs of its state, and not with those of another", async () => {
    const { state, run } = scene();
    const asked: (readonly string[])[] = [];
    const read = byValues<{ name: string }>("DescribeKeyPairs", () => ({
      ask: (names) => {
        asked.push(names);
        return Promise.resolve(names.map((name) => ({ name })));
      },
      valueOf: (it) => it.name,
    }));
    const other = { ...state, made: new Map<object, unknown>() };
    const found = [state, state, other].map((it, index) => callerOf(it, run).find(read, [String(index)]));
    assert.deepEqual(await Promise.all(found), [[{ name: "0" }], [{ name: "1" }], [{ name: "2" }]]);
    assert.deepEqual(asked, [["0", "1"], ["2"]]);
  });
});
