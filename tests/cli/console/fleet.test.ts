/** The fleet of the console: what a look costs, what is told of a change, and what is said where EC2 does not answer. */
import assert from "node:assert/strict";
import { CreateTagsCommand } from "@aws-sdk/client-ec2";
import { Fleet } from "../../../cli/console/fleet";
import { Poller, type Timer } from "../../../cli/console/poller";
import type { FleetUpdate } from "../../../cli/console/wire";
import { TAG } from "../../../provider/ec2/tags";
import { program, type Stack, stack, URN } from "../../provider/support";
import { later, only, somebody, up } from "../../provider/world";
import { cli } from "../support";
import { connectionOf } from "./support";

async function fleetOf(owner: Stack): Promise<{ fleet: Fleet; told: FleetUpdate[] }> {
  const connection = await connectionOf(owner);
  const fleet = new Fleet({ ...connection, isPatchy: true }, connection.clock, 10);
  const told: FleetUpdate[] = [];
  fleet.listen((it) => told.push(it));
  return { fleet, told };
}

const namesIn = ({ changed }: FleetUpdate): string[] => changed.map((it) => it.name);

describe("a look of the console at the fleet", () => {
  it("asks EC2 for no more than `list` does, and for less once it knows the records", async () => {
    const owner = await up({ elasticIp: true });
    await stack({ on: owner }).up(program({ resourceUrn: `${URN}2` }));
    owner.calls();
    await cli(owner, ["list"]);
    const listed = owner.calls().sort();
    const { fleet } = await fleetOf(owner);
    await fleet.look();
    assert.deepEqual(owner.calls().sort(), listed);
    await fleet.look();
    assert.ok(owner.calls().length < listed.length);
  });

  it("is made once for all who ask for it at the same time", async () => {
    const owner = await up();
    const { fleet } = await fleetOf(owner);
    await fleet.look();
    owner.calls();
    await fleet.look();
    const once = owner.calls().length;
    await Promise.all([fleet.look(), fleet.look(), fleet.look()]);
    assert.equal(owner.calls().length, once);
  });

  it("tells all machines first, then those that changed, and those that are gone", async () => {
    const owner = await up();
    const other = stack({ on: owner });
    await other.up(program({ resourceUrn: `${URN}2` }));
    const { fleet, told } = await fleetOf(owner);
    await fleet.look();
    assert.deepEqual(namesIn(only(told.splice(0))), ["web", "web2"]);
    // Time passes, and that is no change.
    later(owner);
    await fleet.look();
    assert.deepEqual(only(told.splice(0)).changed, []);
    await cli(owner, ["pause", "web", "--yes"]);
    await fleet.look();
    const [paused] = told.splice(0);
    assert.deepEqual(
      paused?.changed.map((it) => [it.name, it.state]),
      [["web", "paused"]],
    );
    await other.destroy();
    await fleet.look();
    const [ended] = told.splice(0);
    assert.deepEqual([ended?.changed, ended?.gone], [[], [other.recorded?.id ?? ended?.gone[0]]]);
    assert.deepEqual(namesIn(fleet.whole), ["web"]);
  });

  describe("keeps what it knows, with its time, and says why there is nothing newer where", () => {
    for (const [what, kind, error] of [
      ["the credentials have expired", "no-credentials", { code: "RequestExpired", status: 400 }],
      ["a right is missing", "denied", { code: "UnauthorizedOperation", status: 403 }],
      ["EC2 throttles", "throttled", { code: "RequestLimitExceeded", status: 503 }],
      ["EC2 fails", "unreachable", { code: "InternalError", status: 500 }],
    ] as const) {
      it(what, async () => {
        const owner = await up();
        const { fleet, told } = await fleetOf(owner);
        await fleet.look();
        const [{ at } = assert.fail()] = told.splice(0);
        owner.simulator.faults.add({ action: "DescribeLaunchTemplates", error });
        await fleet.look();
        const [first] = told.splice(0);
        await fleet.look();
        const [second] = told.splice(0);
        assert.equal(first?.trouble?.kind, kind);
        assert.match(first.trouble.text, /\.$/);
        assert.deepEqual([first.at, first.gone, namesIn(fleet.whole)], [at, [], ["web"]]);
        assert.equal(second?.trouble?.since, first.trouble.since, "since the first look that failed so");
        owner.simulator.faults.clear();
        later(owner);
        await fleet.look();
        const [well] = told.splice(0);
        assert.equal(well?.trouble, null);
        assert.notEqual(well.at, at);
      });
    }
  });

  it("shows a machine whose record cannot be read, and says why", async () => {
    const owner = await up();
    const Tags = [{ Key: TAG.market, Value: "leased" }];
    await somebody(owner).send(new CreateTagsCommand({ Resources: [String(owner.outputs.launchTemplateId)], Tags }));
    const { fleet } = await fleetOf(owner);
    await fleet.look();
    const { isReadable, state, reason } = only(fleet.whole.changed);
    assert.deepEqual([isReadable, state], [false, "failed"]);
    assert.match(reason, /cannot be read/);
  });

  it("names the right without which it does not see a machine whole", async () => {
    const owner = await up();
    const denied = { code: "UnauthorizedOperation", status: 403 };
    owner.simulator.faults.add({ action: "DescribeVolumes", error: denied });
    const { fleet } = await fleetOf(owner);
    await fleet.look();
    assert.deepEqual(only(fleet.whole.changed).unseen, ["ec2:DescribeVolumes"]);
    assert.equal(fleet.whole.trouble, null);
  });
});

describe("the console looks at the fleet", () => {
  /** Holds the one work that is due next. */
  class ManualTimer implements Timer {
    work: (() => void) | undefined;
    ms = 0;

    set(work: () => void, ms: number): NodeJS.Timeout {
      this.work = work;
      this.ms = ms;
      return {} as NodeJS.Timeout;
    }

    clear(): void {
      this.work = undefined;
    }
  }

  it("once a page is open and not before, every ten seconds, and once a minute while none is", async () => {
    const timer = new ManualTimer();
    let looks = 0;
    const look = (): Promise<void> => {
      looks++;
      return Promise.resolve();
    };
    const poller = new Poller({ look }, 1, timer);
    const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
    await settle();
    assert.deepEqual([looks, timer.work], [0, undefined]);
    const close = poller.watch();
    await settle();
    assert.deepEqual([looks, timer.ms], [1, 10_000]);
    const closeSecond = poller.watch();
    await settle();
    assert.equal(looks, 1, "another tab is no reason");
    close();
    closeSecond();
    timer.work?.();
    await settle();
    assert.deepEqual([looks, timer.ms], [2, 60_000]);
    poller.watch();
    await settle();
    assert.deepEqual([looks, timer.ms], [3, 10_000], "a page that is opened does not wait");
    poller.close();
    assert.equal(timer.work, undefined);
  });
});
