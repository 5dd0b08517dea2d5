/** `watch`: the controller's loop in the foreground; what was paused, interrupted, stopped or ended comes back by itself. */
import assert from "node:assert/strict";
import {
  ModifyInstanceAttributeCommand,
  ModifyNetworkInterfaceAttributeCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import type { MachineView } from "../../cli/machine-view";
import type { Statement } from "../../local/ec2";
import type { Properties } from "../../provider/model/properties";
import type { Outputs } from "../../provider/model/outputs";
import { PARTS, policyOf } from "../../provider/ec2/policies";
import { program, type Stack, URN } from "../provider/support";
import { later, made, quick, settled, somebody, up } from "../provider/world";
import { machineOf } from "../provider/machine";
import { cli, done, json, type Ran } from "./support";

/** Watches for so long, in the account's time. */
async function watching(owner: Pick<Stack, "simulator" | "clock">, forMs: number, ...args: string[]): Promise<Ran> {
  const end = owner.clock.now() + forMs;
  const interrupt = new AbortController();
  return cli(owner, ["watch", ...args], {
    interrupted: interrupt.signal,
    onSleep: () => {
      if (owner.clock.now() >= end) interrupt.abort();
    },
  });
}

const MINUTES = 60_000;
const instanceOf = (owner: Stack): string => String(owner.outputs.instanceId);
const named = (name: string): string => URN.replace(/web$/, name);

describe("managed-instance watch", () => {
  it("brings back three machines that were interrupted, stopped and ended, under their addresses; then Pulumi finds nothing to do", async function () {
    this.timeout(60_000);
    const inputs: Record<string, Properties> = {
      web: { resourceUrn: named("web"), elasticIp: true, market: { lifecycle: "spot" } },
      db: { resourceUrn: named("db"), dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }] },
      nat: { resourceUrn: named("nat"), elasticIp: true, sourceDestCheck: false },
    };
    const first = quick();
    const stacks = new Map<string, Stack>();
    for (const [name, wanted] of Object.entries(inputs)) {
      const owner = name === "web" ? first : quick({ on: first });
      await owner.up(program(wanted));
      stacks.set(name, owner);
    }
    const [web, db, nat] = [...stacks.values()] as [Stack, Stack, Stack];
    const addresses = [...stacks.values()].map(({ outputs }) => [outputs.privateIp, outputs.publicIp]);
    first.clock.advance(10 * MINUTES);
    web.simulator.interrupt({ instanceId: instanceOf(web) });
    await somebody(db).send(new StopInstancesCommand({ InstanceIds: [instanceOf(db)] }));
    await somebody(nat).send(new TerminateInstancesCommand({ InstanceIds: [instanceOf(nat)] }));
    const { code, out, err } = await watching(first, 10 * MINUTES, "--interval", "20");
    assert.equal(code, 0, err.join("\n"));
    assert.match(
      out[0] ?? "",
      /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ watching all machines in us-east-1, every 20 s; Ctrl-C ends it$/,
    );
    assert.match(out.at(-1) ?? "", /Z ended$/);
    for (const reason of ["web: restore (interruption)", "db: restore (stopped)", "nat: restore (ended)"]) {
      assert.ok(
        out.some((it) => it.includes(reason)),
        `${reason} in\n${out.join("\n")}`,
      );
    }
    first.simulator.timeline();
    for (const owner of stacks.values()) {
      await owner.refresh();
    }
    assert.deepEqual(
      [...stacks.values()].map(({ outputs }) => [outputs.privateIp, outputs.publicIp]),
      addresses,
    );
    for (const [name, owner] of stacks) {
      assert.deepEqual([owner.outputs.state, owner.outputs.drift], ["running", []]);
      await settled(owner, inputs[name] ?? {});
    }
  });

  it("does what was put on record with --no-wait, of the one machine that it was told to watch", async () => {
    const owner = await up();
    await done(owner, ["pause", "web", "--yes", "--no-wait"]);
    const { out } = await watching(owner, 2 * MINUTES, "web", "--yes");
    assert.ok(
      out.some((it) => it.includes("Z web: finish: web is paused")),
      out.join("\n"),
    );
  });

  it("says once what stays so, and one thing on one line", async () => {
    const owner = await up({ healing: { enabled: false } });
    machineOf(owner);
    await somebody(owner).send(new StopInstancesCommand({ InstanceIds: [instanceOf(owner)] }));
    later(owner);
    const { out } = await watching(owner, 10 * MINUTES);
    assert.deepEqual(out.length, 2, out.join("\n"));
  });

  it("goes on when EC2 was away for a while, and ends where it may not look at all", async () => {
    const owner = await up();
    let looks = 0;
    const interrupt = new AbortController();
    const ran = await cli(owner, ["watch"], {
      interrupted: interrupt.signal,
      onSleep: () => {
        if (++looks === 2)
          owner.simulator.faults.add({
            action: "DescribeLaunchTemplates",
            error: { code: "Bad", message: "away" },
            times: 1,
          });
        if (looks === 5) interrupt.abort();
      },
    });
    assert.equal(ran.code, 0, ran.err.join("\n"));
    assert.ok(
      ran.out.some((it) => it.includes("could not look: away (Bad")),
      ran.out.join("\n"),
    );
    owner.simulator.iam.attach([{ Effect: "Allow", Action: "ec2:RunInstances", Resource: "*" }]);
    const denied = await watching(owner, MINUTES);
    assert.equal(denied.code, 4);
    assert.match(denied.err.join(), /Allow the action ec2:DescribeLaunchTemplates/);
  });

  it("knows a machine that it is to watch, or says that there is none", async () => {
    const { code, err } = await watching(quick(), MINUTES, "nobody");
    assert.deepEqual([code, err.length], [3, 1]);
  });
});

describe("the controller's policy", () => {
  const SPOT = { market: { lifecycle: "spot" } };
  const MACHINES: Readonly<Record<string, Properties>> = {
    "on spot with an Elastic IP": { ...SPOT, elasticIp: true },
    "replaced by overlap": { ...SPOT, elasticIp: true, replacement: { strategy: "overlap" } },
    "with data volumes": {
      dataVolumes: [{ name: "data", deviceName: "/dev/sdf", size: 10 }],
      deletion: { dataVolumes: "delete" },
    },
    "with a role": { iamInstanceProfile: "demo" },
    "without an interface of its own": { persistPrivateIp: false, elasticIp: true },
  };
  const ANYTHING: Statement[] = [{ Effect: "Allow", Action: "*", Resource: "*" }];
  const policy = policyOf("controller").Statement as unknown as Statement[];
  const used = new Set<string>();

  async function endedByHand(owner: Stack): Promise<void> {
    await somebody(owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceOf(owner)] }));
  }

  /** Somebody makes what is kept go with the instance. */
  async function unkept(owner: Stack): Promise<void> {
    const { networkInterfaces, volumes } = made(owner);
    const { networkInterfaceId, dataVolumeIds, instanceId } = owner.outputs as unknown as Outputs;
    const eni = networkInterfaces.find((it) => it.networkInterfaceId === networkInterfaceId);
    const AttachmentId = eni?.attachment?.attachmentId;
    const Attachment = { AttachmentId, DeleteOnTermination: true };
    const client = somebody(owner);
    if (owner.outputs.persistPrivateIp === true) {
      await client.send(
        new ModifyNetworkInterfaceAttributeCommand({ NetworkInterfaceId: networkInterfaceId, Attachment }),
      );
    }
    const held = volumes.filter((it) => Object.values(dataVolumeIds).includes(it.volumeId));
    const BlockDeviceMappings = held.map((it) => ({
      DeviceName: it.attachment?.device,
      Ebs: { DeleteOnTermination: true },
    }));
    if (BlockDeviceMappings.length > 0) {
      await client.send(new ModifyInstanceAttributeCommand({ InstanceId: instanceId, BlockDeviceMappings }));
    }
  }

  for (const [what, inputs] of Object.entries(MACHINES)) {
    it(`is enough for a machine ${what}: brought back, put right, paused, resumed, recycled`, async function () {
      this.timeout(60_000);
      const owner = await up(inputs);
      owner.simulator.iam.attach(policy);
      for (const deed of ["is ended", "would go with it", "pause", "resume", "recycle"] as const) {
        owner.clock.advance(30 * MINUTES);
        if (deed === "is ended" || deed === "would go with it") {
          owner.simulator.iam.attach(ANYTHING);
          await (deed === "is ended" ? endedByHand(owner) : unkept(owner));
          owner.simulator.iam.attach(policy);
        } else {
          await done(owner, [deed, "web", "--no-wait", "--yes"]);
        }
        const { code, out, err } = await watching(owner, 10 * MINUTES);
        assert.equal(code, 0, err.join("\n"));
        assert.ok(!out.some((it) => /denied|failed/.test(it)), `${deed}\n${out.join("\n")}`);
        const { state, drift } = json(await done(owner, ["status", "web", "--json"])) as MachineView;
        assert.deepEqual([state, drift], [deed === "pause" ? "paused" : "running", []], `${deed}\n${out.join("\n")}`);
        await owner.refresh();
      }
      owner.simulator.calls().forEach((it) => used.add(`ec2:${it.action}`));
      owner.simulator.iam.attach(ANYTHING);
      await settled(owner, inputs);
    });
  }

  it("has no right that none of these takes", () => {
    const rights = [...new Set(PARTS.controller.flatMap((it) => it.Action))];
    assert.deepEqual(
      rights.filter((it) => !used.has(it)),
      [],
    );
  });
});
