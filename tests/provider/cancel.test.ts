/** The user ends the run with Ctrl-C: it stops waiting at once, says what is left, and the next `up` goes on. */
import assert from "node:assert/strict";
import { WELL_KNOWN } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import { holderOf } from "./holder";
import { interposed } from "./interruptions";
import { goingOn, now, putBack } from "./kills";
import { program, type Stack } from "./support";
import { failureOf, later, made, nothingIsLeft, only, quick, settled, up } from "./world";

const IMAGE = { imageId: WELL_KNOWN.imageV2 };
const WHOLE = { elasticIp: true };

interface Run {
  /** A process in which the user ends the run right after a call of `action`. */
  owner: Stack;
  /** The calls made after that. */
  calledSince: () => string[];
  /** Since when the clock stands still. */
  cancelledAt: () => number | undefined;
}

function cancelledAfter(account: Stack, action: string): Run {
  const user = new AbortController();
  let at: number | undefined;
  const since: string[] = [];
  const before = (called: string): void => {
    if (user.signal.aborted) {
      since.push(called);
    }
  };
  const after = (called: string): void => {
    if (called === action && !user.signal.aborted) {
      at = account.clock.now();
      user.abort();
    }
  };
  const owner = goingOn(account, { cancelled: user.signal, through: interposed({ before, after }) });
  return { owner, calledSince: () => since, cancelledAt: () => at };
}

/** The calls that change something, each once. */
async function changesOf(owner: Stack, work: (stack: Stack) => Promise<unknown>): Promise<string[]> {
  const start = now(owner, "not begun");
  const stack = goingOn(owner);
  stack.calls();
  await work(stack);
  const changes = [...new Set(stack.calls("mutating"))];
  putBack(owner, start);
  return changes;
}

const replacing = (strategy: string, change: Properties = IMAGE): [Properties, Properties] => {
  const before = { ...WHOLE, replacement: { strategy } };
  return [before, { ...before, ...change }];
};

const STORIES: [what: string, before: Properties | undefined, after: Properties][] = [
  ["a create", undefined, WHOLE],
  [
    "a create on spot with a data volume",
    undefined,
    { market: { lifecycle: "spot" }, dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }] },
  ],
  ["a replacement by terminate-first", ...replacing("terminate-first")],
  ["a replacement by overlap", ...replacing("overlap")],
  ["a replacement by root-volume", ...replacing("root-volume")],
  ["a replacement by stop-start", ...replacing("stop-start", { instanceType: "m6i.large" })],
  ["a pause", WHOLE, { ...WHOLE, desiredState: "paused" }],
];

describe("Ctrl-C", () => {
  for (const [what, before, after] of STORIES) {
    it(`in the middle of ${what} ends it at once, wherever it is, and the next up finishes it`, async () => {
      const account = before === undefined ? quick() : await up(before);
      const start = now(account, what);
      const was = account.recorded?.outputs;
      const changes = await changesOf(account, (stack) => stack.up(program(after)));
      let cancelled = 0;
      for (const action of changes) {
        putBack(account, start);
        const { owner, cancelledAt } = cancelledAfter(account, action);
        try {
          await owner.up(program(after));
        } catch (error) {
          cancelled++;
          assert.match((error as Error).message, /^Cancelled: stopped .*`pulumi up` goes on from here\.$/, action);
        }
        assert.equal(owner.clock.now(), cancelledAt(), `${action}: something was waited for`);
        const next = goingOn(owner);
        await next.up(program(after));
        later(next);
        if (after.desiredState === "paused") {
          assert.equal(next.outputs.state, "paused", action);
        } else if (after.dataVolumes === undefined) {
          holderOf(next);
        }
        assert.equal(made(next).elasticIps.length, after.elasticIp === true ? 1 : 0, action);
        assert.equal(next.outputs.publicIp, was?.publicIp ?? next.outputs.publicIp, action);
        assert.equal(next.outputs.privateIp, was?.privateIp ?? next.outputs.privateIp, action);
        await settled(next, after);
      }
      // After the last one there may be nothing to wait for any more.
      assert.ok(cancelled >= changes.length - 1, `${cancelled} of ${changes.length} were ended by it`);
    });
  }

  it("in the middle of a destroy leaves the rest on record, and the next destroy finishes it", async () => {
    const account = await up(WHOLE);
    const start = now(account, "not begun");
    for (const action of ["TerminateInstances", "DisassociateAddress", "ReleaseAddress", "DeleteNetworkInterface"]) {
      putBack(account, start);
      const { owner } = cancelledAfter(account, action);
      const failure = await failureOf(owner.destroy());
      assert.match(failure.message, /^Cancelled: .* still recorded; `pulumi destroy` goes on from here\.$/, action);
      assert.equal(failure.id, undefined);
      await goingOn(owner).destroy();
      later(owner);
      nothingIsLeft(owner);
    }
  });

  it("says what is dark, and does not count an instance that it has ended as kept", async () => {
    const { owner } = cancelledAfter(await up(WHOLE), "TerminateInstances");
    const { instanceId, privateIp, publicIp, networkInterfaceId } = owner.outputs as Record<string, string>;
    const failure = await failureOf(owner.up(program({ ...WHOLE, ...IMAGE })));
    assert.equal(
      failure.message,
      `Cancelled: stopped as it was to retire ${instanceId} (waited for ${networkInterfaceId} to be free; last seen: in-use, ` +
        `held by ${instanceId}). No instance runs behind ${privateIp} until it is run again. ` +
        `Kept: ${networkInterfaceId} with ${privateIp}, the Elastic IP ${publicIp}. \`pulumi up\` goes on from here.`,
    );
    assert.equal(owner.outputs.instanceId, "");
    assert.equal(owner.outputs.state, "failed");
  });

  it("has the instance on record that was just launched", async () => {
    const { owner } = cancelledAfter(quick(), "RunInstances");
    await failureOf(owner.up(program(WHOLE)));
    const { instanceId } = only(made(owner).instances);
    assert.equal(owner.outputs.instanceId, instanceId);
    assert.equal(owner.outputs.state, "pending");
  });

  it("is no reason to go back, or to launch something else", async () => {
    const account = await up(WHOLE);
    const { owner } = cancelledAfter(account, "RunInstances");
    owner.calls();
    await failureOf(owner.up(program({ ...WHOLE, ...IMAGE, fallbackInstanceTypes: ["m6i.large"] })));
    assert.equal(owner.calls("mutating").at(-1), "RunInstances");
    assert.ok(!owner.lines.some((line) => line.includes("again")));
  });

  it("ends no new instance of a hand-over, and takes the interface back to no old one", async () => {
    const [before, after] = replacing("overlap");
    for (const [action, never] of [
      ["RunInstances", "TerminateInstances"],
      ["AttachNetworkInterface", "AttachNetworkInterface"],
    ] as const) {
      const account = await up(before);
      account.simulator.faults.add({
        action: "AttachNetworkInterface",
        error: { code: "InvalidNetworkInterface.InUse" },
      });
      const { owner, calledSince } = cancelledAfter(account, action);
      const failure = await failureOf(owner.up(program(after)));
      assert.match(failure.message, /^Cancelled: /);
      assert.ok(!calledSince().includes(never), calledSince().join());
    }
  });

  it("during the preflight is not taken for a refusal of EC2's", async () => {
    const account = await up(WHOLE);
    account.simulator.faults.add({ action: "RunInstances", error: { code: "RequestLimitExceeded" } });
    const { owner } = cancelledAfter(account, "dry run of RunInstances");
    const failure = await failureOf(owner.up(program({ ...WHOLE, ...IMAGE })));
    assert.match(failure.message, /^Cancelled: stopped as it was to replace i-\w+ \(EC2 throttles RunInstances/);
    assert.equal(owner.outputs.state, "running");
  });

  it("before anything is begun leaves nothing, and says so", async () => {
    const user = new AbortController();
    user.abort();
    const owner = quick({ cancelled: user.signal });
    const failure = await failureOf(owner.up(program(WHOLE)));
    assert.match(failure.message, /^Cancelled: stopped before it would record the managed instance/);
    assert.equal(failure.id, undefined);
    nothingIsLeft(owner);
  });

  it("ends the wait for a throttled call", async () => {
    const user = new AbortController();
    const account = await up(WHOLE);
    const owner = goingOn(account, { cancelled: user.signal });
    account.simulator.faults.add({ action: "TerminateInstances", error: { code: "RequestLimitExceeded" } });
    owner.lines.push = (...lines: string[]): number => {
      if (lines.some((it) => it.includes("throttles"))) {
        user.abort();
      }
      return lines.length;
    };
    const failure = await failureOf(owner.up(program({ ...WHOLE, ...IMAGE })));
    assert.match(failure.message, /^Cancelled: .*retire i-\w+ \(EC2 throttles TerminateInstances/);
    account.simulator.faults.clear();
    const next = goingOn(owner);
    await next.up(program({ ...WHOLE, ...IMAGE }));
    holderOf(next);
  });
});
