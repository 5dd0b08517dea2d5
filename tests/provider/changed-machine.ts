import assert from "node:assert/strict";
import type { Properties } from "../../provider/model/properties";
import { program, type Stack } from "./support";
import { type Machine, machineOf } from "./machine";
import { up } from "./world";

/** A machine with every kind of address, and one change of its inputs. */
export async function changed(
  before: Properties,
  after: Properties,
): Promise<{ owner: Stack; was: Machine; now: Machine; calls: string[] }> {
  const owner = await up({ elasticIp: true, ...before });
  const was = machineOf(owner);
  owner.calls();
  assert.equal(await owner.up(program({ elasticIp: true, ...before, ...after })), "update");
  const calls = owner.calls("mutating");
  return { owner, was, now: machineOf(owner), calls };
}
