/** Two machines of one account, in two processes or in one program, and the things that both can name. */
import assert from "node:assert/strict";
import { AllocateAddressCommand, CreateVolumeCommand } from "@aws-sdk/client-ec2";
import { OWN_TAG_PREFIX, TAG } from "../../../../provider/ec2/tags";
import { Handlers } from "../../../../provider/handlers";
import type { Properties } from "../../../../provider/model/properties";
import { Session } from "../../../../provider/session";
import { CALLER } from "../../../local/ec2/support";
import { shuffled } from "../../interruptions";
import { program, Stack, stack, type StackOptions, URN } from "../../support";
import { made, only, quick, somebody } from "../../world";

/** Two machines, each in a process of its own, or both in one, as two resources of one program are. */
export interface Pair {
  account: Stack;
  a: Machine;
  b: Machine;
}

export class Machine {
  constructor(
    readonly stack: Stack,
    private readonly name: string,
  ) {}

  inputs(overrides: Properties): Properties {
    return program({ ...overrides, resourceUrn: URN.replace(/web$/, this.name) });
  }

  up(overrides: Properties = {}): Promise<string> {
    return this.stack.up(this.inputs(overrides));
  }

  preview(overrides: Properties): ReturnType<Stack["preview"]> {
    return this.stack.preview(this.inputs(overrides));
  }

  get id(): string {
    return this.stack.recorded?.id ?? "";
  }

  get lines(): string {
    return this.stack.lines.join("\n");
  }
}

export function inTwoProcesses(seed = 1): Pair {
  const account = quick();
  const beside = (name: string, offset: number): Machine => {
    const options: StackOptions = { on: account, through: shuffled(seed + offset) };
    return new Machine(stack(options), name);
  };
  return { account, a: beside("a", 0), b: beside("b", 100) };
}

export function inOneProgram(): Pair {
  const account = quick();
  const lines: string[] = [];
  const { clock, simulator } = account;
  const session = new Session(
    { region: "us-east-1" },
    {
      clock: {
        now: () => clock.now(),
        sleep: (ms) => {
          clock.advance(ms);
          return new Promise((resolve) => setImmediate(resolve));
        },
      },
      say: (line) => lines.push(line),
      client: {
        requestHandler: shuffled(1)(simulator.requestHandler()),
        ...CALLER,
        random: () => 0.5,
      },
    },
  );
  const handlers = new Handlers(session);
  const machine = (name: string): Machine => new Machine(new Stack(simulator, handlers, clock, lines), name);
  return { account, a: machine("a"), b: machine("b") };
}

export const PAIRS = { "two processes": inTwoProcesses, "one program": inOneProgram };

export async function allocateForPair(owner: Stack): Promise<{ id: string; address: string }> {
  const { AllocationId = "", PublicIp = "" } = await somebody(owner).send(
    new AllocateAddressCommand({ Domain: "vpc" }),
  );
  return { id: AllocationId, address: PublicIp };
}

export async function makeVolumeForPair(owner: Stack): Promise<string> {
  const { VolumeId = "" } = await somebody(owner).send(
    new CreateVolumeCommand({ AvailabilityZone: "us-east-1a", Size: 5 }),
  );
  return VolumeId;
}

export function data(volumeId: string, name = "data"): Properties {
  return { dataVolumes: [{ name, deviceName: "/dev/sdf", volumeId }] };
}

export function addressNamed(account: Stack, id: string): ReturnType<typeof made>["elasticIps"][number] {
  return only(made(account).elasticIps.filter((it) => it.allocationId === id));
}

export function volumeNamed(account: Stack, id: string): ReturnType<typeof made>["volumes"][number] {
  return only(made(account).volumes.filter((it) => it.volumeId === id));
}

export function ownTags(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => key.startsWith(OWN_TAG_PREFIX)));
}

/** It is on the machine's interface and carries this machine's mark and no other. */
export function hasAddress({ stack: { outputs }, id }: Machine, account: Stack, allocationId: string): void {
  const { networkInterfaceId, tags } = addressNamed(account, allocationId);
  assert.equal(networkInterfaceId, outputs.networkInterfaceId);
  assert.deepEqual(ownTags(tags), { [TAG.id]: id, [TAG.owned]: "false" });
  assert.equal(outputs.allocationId, allocationId);
}

export function hasVolume({ stack: { outputs }, id }: Machine, account: Stack, volumeId: string): void {
  const { attachment, tags } = volumeNamed(account, volumeId);
  assert.equal(attachment?.instanceId, outputs.instanceId);
  assert.equal(tags[TAG.id], id);
  assert.equal(tags[TAG.owned], "false");
}

export async function isSettled({ stack: owner }: Machine, inputs: Properties): Promise<void> {
  owner.calls();
  assert.equal(await owner.up(inputs), "same");
  await owner.refresh();
  assert.deepEqual(owner.outputs.drift, []);
}
