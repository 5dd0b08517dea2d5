/** Machines with a controller's function beside them, and messages about them. */
import { TerminateInstancesCommand } from "@aws-sdk/client-ec2";
import type { Properties } from "../../../provider/model/properties";
import { somebody, up } from "../../provider/world";
import { MINUTE } from "../../reliability/week/time";
import { Bench } from "./bench";

const EXACT = { leapMs: 0 };

export async function bench(inputs: Properties = {}): Promise<Bench> {
  const owner = await up(inputs, EXACT);
  owner.clock.advance(10 * MINUTE);
  return new Bench(owner);
}

export const instanceIdOn = ({ owner }: Bench): string => String(owner.outputs.instanceId);
export const nameOf = ({ owner }: Bench): string => owner.recorded?.id ?? "";

export async function terminatedOn(of: Bench, instanceId = instanceIdOn(of)): Promise<void> {
  await somebody(of.owner).send(new TerminateInstancesCommand({ InstanceIds: [instanceId] }));
}

export function stateChange(instanceId: string, state: string): object {
  return {
    source: "aws.ec2",
    "detail-type": "EC2 Instance State-change Notification",
    time: "2026-11-27T03:00:00Z",
    detail: { "instance-id": instanceId, state },
  };
}
