/** A simulated account in virtual time, and checks of inputs in it. */
import assert from "node:assert/strict";
import {
  AllocateAddressCommand,
  CreateSecurityGroupCommand,
  CreateVolumeCommand,
  type EC2Client,
} from "@aws-sdk/client-ec2";
import { type Ec2Simulator, WELL_KNOWN } from "../../../../local/ec2";
import { createEc2 } from "../../../../provider/ec2/client";
import type { Ec2 } from "../../../../provider/ec2/ec2";
import { checkInputs } from "../../../../provider/inputs/inputs";
import { Surroundings } from "../../../../provider/inputs/surroundings";
import type { Failure } from "../../../../provider/inputs/validation";
import { CALLER, simulated } from "../../../local/ec2/support";
import { program } from "../../support";

export type Inputs = Record<string, unknown>;

const REGION = "us-east-1";
export const NO_SUBNET = "subnet-0a000000000000fff";
export const NO_IMAGE = "ami-0a000000000000fff";
export const ALIAS = `resolve:ssm:${WELL_KNOWN.imageAlias}`;
export interface Scene {
  surroundings: Surroundings;
  simulator: Ec2Simulator;
  /** Another client of the account. */
  somebody: EC2Client;
  /** The pauses, in milliseconds. */
  pauses: number[];
  /** The calls that EC2 got since the last time. */
  calls: () => string[];
  /** @returns its id */
  makeVolume: (zone: string, size: number) => Promise<string>;
  /** Allocates an Elastic IP. */
  allocate: () => Promise<{ id: string; address: string }>;
}

/** A simulated account, in virtual time; `standIn` answers in place of the client where it has an answer of its own. */
export function scene(standIn: (ec2: Ec2) => Partial<Ec2> = () => ({})): Scene {
  const { simulator, ec2: somebody, clock } = simulated();
  const pauses: number[] = [];
  const time = {
    now: () => clock.now(),
    sleep: (ms: number) => {
      pauses.push(ms);
      clock.advance(ms);
      return Promise.resolve();
    },
  };
  const client = createEc2({
    region: REGION,
    clock: time,
    requestHandler: simulator.requestHandler(),
    ...CALLER,
  });
  const ec2 = new Proxy(client, {
    get: (target, name): unknown => {
      const own = (standIn(target) as Record<string | symbol, unknown>)[name];
      const it = own ?? (target as unknown as Record<string | symbol, unknown>)[name];
      return typeof it === "function" ? (it.bind(target) as unknown) : it;
    },
  });
  return {
    surroundings: new Surroundings(() => ec2, time, REGION),
    simulator,
    somebody,
    pauses,
    calls: () => {
      const made = simulator.calls().map((it) => it.action);
      simulator.clearCalls();
      return made.sort();
    },
    allocate: async () => {
      const { AllocationId = "", PublicIp = "" } = await somebody.send(new AllocateAddressCommand({ Domain: "vpc" }));
      return { id: AllocationId, address: PublicIp };
    },
    makeVolume: async (AvailabilityZone, Size) => {
      const { VolumeId = "" } = await somebody.send(new CreateVolumeCommand({ AvailabilityZone, Size }));
      simulator.clearCalls();
      return VolumeId;
    },
  };
}

export function checked(overrides: Inputs): Inputs {
  const { inputs, failures } = checkInputs(program(overrides), REGION);
  assert.deepEqual(failures, []);
  return inputs;
}

/** As of a create: everything is new. */
export function ofCreate({ surroundings }: Scene, overrides: Inputs = {}): Promise<Failure[]> {
  return surroundings.failures(checked(overrides), {}, () => true);
}

/** As of an update that changes these inputs. */
export function ofUpdate(
  { surroundings }: Scene,
  before: Inputs,
  changes: Inputs,
  outputs: Inputs = {},
): Promise<Failure[]> {
  const inputs = checked({ ...before, ...changes });
  return surroundings.failures(inputs, { ...checked(before), ...outputs }, (name) => name in changes);
}

/** The one failure. */
export async function only(found: Promise<Failure[]>): Promise<Failure> {
  const [failure, ...others] = await found;
  assert.ok(failure !== undefined, "there should be a failure");
  assert.deepEqual(others, []);
  assert.ok(!failure.reason.includes("\n"));
  return failure;
}

/** With a type that the other zone has. */
export const TO_B = { subnetId: WELL_KNOWN.subnetB, instanceType: "t3.medium" };

/** The calls of a look at a machine that names one image, one type and one subnet. */
export const ONCE = [
  "DescribeImages",
  "DescribeInstanceTypeOfferings",
  "DescribeInstanceTypes",
  "DescribeSecurityGroups",
  "DescribeSubnets",
];

export const volume = (overrides: Inputs = {}): Inputs => ({
  name: "data",
  deviceName: "/dev/sdf",
  size: 10,
  ...overrides,
});
export const IPV6 = { subnetId: WELL_KNOWN.dualStackSubnet };

export function deny({ simulator }: Scene, ...actions: string[]): void {
  for (const action of actions) {
    simulator.faults.add({ action, error: { code: "UnauthorizedOperation", status: 403 } });
  }
}

export async function group({ somebody }: Scene, name: string, VpcId: string = WELL_KNOWN.vpcId): Promise<string> {
  const input = { GroupName: name, Description: "a group", VpcId };
  return (await somebody.send(new CreateSecurityGroupCommand(input))).GroupId ?? "";
}

export const NO_GROUP = "sg-0a000000000000fff";
export const BURSTABLE = { instanceType: "t3.large", cpuCredits: "unlimited" };
