import assert from "node:assert/strict";
import { type EC2Client, TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { later, somebody, up } from "./world";
import { type Machine, machineOf } from "./machine";

export interface Mended {
  owner: Stack;
  was: Machine;
  now: Machine;
  found: Properties;
}

/** Somebody meddles; a refresh finds it, a preview says that something changes, and an up puts it right. */
export async function mended(
  inputs: Properties,
  meddle: (ec2: EC2Client, was: Machine, owner: Stack) => Promise<unknown>,
): Promise<Mended> {
  const owner = await up(inputs);
  const was = machineOf(owner);
  assert.equal(await owner.up(program(inputs)), "same");
  await meddle(somebody(owner), was, owner);
  await owner.refresh();
  const found = owner.outputs;
  const { changes } = await owner.preview(program(inputs));
  assert.equal(changes, true);
  assert.equal(await owner.up(program(inputs)), "update");
  const now = machineOf(owner);
  assert.equal(await owner.up(program(inputs)), "same");
  return { owner, was, now, found };
}

export async function terminateByHand(ec2: EC2Client, { instance }: Machine, owner: Stack): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [instance.instanceId] }));
  later(owner);
}
