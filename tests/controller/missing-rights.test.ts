/** Each right of the controller taken away, alone: what goes on without it, what is told, and that all is well once it is back. */
import assert from "node:assert/strict";
import {
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { program, stack, type Stack, URN } from "../provider/support";
import { settled, somebody, up } from "../provider/world";
import { cli } from "../cli/support";
import { Bench, Night } from "./lambda/bench";

const MINUTE = 60_000;
const EXACT = { leapMs: 0 };

const MACHINES = {
  web: { elasticIp: true },
  db: { resourceUrn: URN.replace(/web$/, "db"), dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }] },
  nat: { resourceUrn: URN.replace(/web$/, "nat"), schedules: [{ action: "recycle", cron: "0 4 * * *" }] },
};
type Name = keyof typeof MACHINES;
const NAMES = Object.keys(MACHINES) as Name[];

/** Machines that cannot come back without a right, because coming back needs it. */
const NEEDED: Readonly<Record<string, readonly Name[]>> = {
  "ec2:DescribeLaunchTemplates": NAMES,
  "ec2:DescribeLaunchTemplateVersions": NAMES,
  "ec2:DescribeNetworkInterfaces": NAMES,
  "ec2:DescribeInstances": NAMES,
  "ec2:DescribeVolumes": NAMES,
  "ec2:DescribeAddresses": ["web"],
  // Its Elastic IP was taken off; it is put on first, since what boots may need the internet.
  "ec2:AssociateAddress": ["web"],
  "ec2:RunInstances": ["web", "db"],
  "ec2:CreateTags": ["web", "db"],
  "ec2:StartInstances": ["nat"],
};

interface World {
  owner: Stack;
  stacks: Readonly<Record<Name, Stack>>;
}

async function deployed(): Promise<World> {
  const owner = await up(MACHINES.web, EXACT);
  const of = async (name: Name): Promise<Stack> => {
    const other = stack({ on: owner });
    await other.up(program(MACHINES[name]));
    return other;
  };
  return { owner, stacks: { web: owner, db: await of("db"), nat: await of("nat") } };
}

/** Two are ended, one of them with its Elastic IP taken off, and one is stopped. */
async function trouble({ owner, stacks }: World): Promise<void> {
  const client = somebody(owner);
  const ids = (...names: Name[]): string[] => names.map((it) => String(stacks[it].outputs.instanceId));
  const { Addresses: [address] = [] } = await client.send(new DescribeAddressesCommand({}));
  await client.send(new DisassociateAddressCommand({ AssociationId: address?.AssociationId }));
  await client.send(new TerminateInstancesCommand({ InstanceIds: ids("web", "db") }));
  await client.send(new StopInstancesCommand({ InstanceIds: ids("nat") }));
}

async function downOf({ stacks }: World): Promise<Name[]> {
  for (const name of NAMES) {
    await stacks[name].refresh();
  }
  return NAMES.filter((it) => stacks[it].outputs.state !== "running");
}

async function areWell(world: World): Promise<void> {
  assert.deepEqual(await downOf(world), []);
  for (const name of NAMES) {
    await settled(world.stacks[name], MACHINES[name]);
  }
}

/** The rights that looking at these machines and bringing them back takes; the last test holds that there are no others. */
const RIGHTS = [
  "AssociateAddress",
  "AttachVolume",
  "CreateTags",
  "DescribeAddresses",
  "DescribeImages",
  "DescribeInstanceStatus",
  "DescribeInstances",
  "DescribeLaunchTemplateVersions",
  "DescribeLaunchTemplates",
  "DescribeNetworkInterfaces",
  "DescribeVolumes",
  "RunInstances",
  "StartInstances",
].map((it) => `ec2:${it}`);

const used = new Set<string>();

/** A day of trouble is as much as this. */
const QUIET = 12 * MINUTE;
const TROUBLE = 20 * MINUTE;
const AFTER = 13 * MINUTE;

/** Lines that tell of the same, whatever the request was called. */
const kindOf = (line: string): string => line.replace(/^\S+Z /, "").replace(/request [\w-]+/g, "request");

describe("a right that is taken away", function () {
  this.timeout(120_000);

  for (const right of RIGHTS) {
    it(`costs the function only what needs it, is told once, and kills no message: ${right}`, async () => {
      const world = await deployed();
      const { owner } = world;
      const bench = new Bench(owner);
      const night = new Night(bench);
      owner.simulator.clearCalls();
      await night.pass(QUIET);
      await trouble(world);
      owner.simulator.iam.deny(right);
      await night.pass(TROUBLE);
      owner.simulator.iam.clear();
      assert.deepEqual(await downOf(world), NEEDED[right] ?? []);
      assert.deepEqual(night.dead, []);
      const told = bench.messagesAt("error").map(kindOf);
      assert.deepEqual(told, [...new Set(told)], told.join("\n"));
      if ((NEEDED[right] ?? []).length > 0 || right === "ec2:DescribeInstanceStatus") {
        assert.ok(
          told.some((it) => it.includes(right)),
          told.join("\n"),
        );
      }
      await night.pass(AFTER);
      owner.simulator.calls().forEach((it) => used.add(`ec2:${it.action}`));
      assert.deepEqual(night.dead, []);
      await areWell(world);
    });
  }

  for (const right of RIGHTS) {
    it(`does not end \`watch\`, which goes on with what it may, and tells of it once: ${right}`, async () => {
      const world = await deployed();
      const { owner } = world;
      const { clock, simulator } = owner;
      const interrupt = new AbortController();
      const begin = clock.now();
      const happens: [afterMs: number, what: () => void][] = [
        [
          QUIET,
          (): void => {
            void trouble(world).then(() => {
              simulator.iam.deny(right);
            });
          },
        ],
        [
          QUIET + TROUBLE,
          (): void => {
            simulator.iam.clear();
          },
        ],
        [
          QUIET + TROUBLE + AFTER,
          (): void => {
            interrupt.abort();
          },
        ],
      ];
      const ran = await cli(owner, ["watch", "--interval", "30"], {
        interrupted: interrupt.signal,
        onSleep: () => {
          while (happens[0] !== undefined && clock.now() - begin >= happens[0][0]) {
            happens.shift()?.[1]();
          }
        },
      });
      assert.equal(ran.code, 0, ran.err.join("\n"));
      const denied = ran.out.filter((it) => it.includes("denied")).map(kindOf);
      assert.deepEqual(denied, [...new Set(denied)], ran.out.join("\n"));
      await areWell(world);
    });
  }

  it("is one of those above: looking at these machines and bringing them back takes no other", () => {
    const bySomebody = ["DisassociateAddress", "StopInstances", "TerminateInstances"];
    const others = [...used].filter((it) => !RIGHTS.includes(it) && !bySomebody.includes(it.slice("ec2:".length)));
    assert.deepEqual(others, []);
  });
});
