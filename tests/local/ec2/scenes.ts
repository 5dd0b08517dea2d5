import assert from "node:assert/strict";

import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  CreateNetworkInterfaceCommand,
  DescribeAddressesCommand,
  DescribeInstancesCommand,
  DescribeNetworkInterfacesCommand,
  EC2ServiceException,
  RunInstancesCommand,
  TerminateInstancesCommand,
  type Address,
  type CreateNetworkInterfaceCommandInput,
  type EC2Client,
  type Instance,
  type NetworkInterface,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";

import { WELL_KNOWN } from "../../../local/ec2";

/** Longer than any launch, stop or termination takes. */
export const LONG = 5 * 60_000;

export function present<Value>(value: Value | undefined): Value {
  assert.ok(value !== undefined);
  return value;
}

/** Asserts that a call is refused with this code; the message and the status can be looked at too. */
export async function refused(call: Promise<unknown>, code: string, message?: RegExp, status?: number): Promise<void> {
  const error = await call.then(
    () => assert.fail(`expected ${code}, and it succeeded`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof EC2ServiceException, String(error));
  assert.equal(error.name, code, error.message);
  if (message !== undefined) assert.match(error.message, message);
  if (status !== undefined) assert.equal(error.$metadata.httpStatusCode, status);
  assert.ok(error.$metadata.requestId);
}

/** A launch by itself, in the first demo subnet. */
export function launchInput(overrides: Partial<RunInstancesCommandInput> = {}): RunInstancesCommandInput {
  return { ImageId: WELL_KNOWN.imageV1, InstanceType: "t3.micro", MinCount: 1, MaxCount: 1, ...overrides };
}

export async function launched(ec2: EC2Client, overrides: Partial<RunInstancesCommandInput> = {}): Promise<Instance> {
  const where = overrides.NetworkInterfaces === undefined ? { SubnetId: WELL_KNOWN.subnetA } : {};
  const { Instances = [] } = await ec2.send(new RunInstancesCommand(launchInput({ ...where, ...overrides })));
  return present(Instances[0]);
}

/** A launch on an interface that exists. */
export function launchedOn(
  ec2: EC2Client,
  networkInterfaceId: string,
  overrides: Partial<RunInstancesCommandInput> = {},
): Promise<Instance> {
  const NetworkInterfaces = [{ DeviceIndex: 0, NetworkInterfaceId: networkInterfaceId }];
  return launched(ec2, { NetworkInterfaces, ...overrides });
}

export async function madeInterface(
  ec2: EC2Client,
  overrides: Partial<CreateNetworkInterfaceCommandInput> = {},
): Promise<NetworkInterface & { NetworkInterfaceId: string }> {
  const input = { SubnetId: WELL_KNOWN.subnetA, ...overrides };
  const { NetworkInterface: made } = await ec2.send(new CreateNetworkInterfaceCommand(input));
  return { ...present(made), NetworkInterfaceId: present(made?.NetworkInterfaceId) };
}

export async function madeAddress(ec2: EC2Client): Promise<{ allocationId: string; publicIp: string }> {
  const { AllocationId, PublicIp } = await ec2.send(new AllocateAddressCommand({}));
  return { allocationId: present(AllocationId), publicIp: present(PublicIp) };
}

export async function associated(ec2: EC2Client, allocationId: string, networkInterfaceId: string): Promise<string> {
  const input = { AllocationId: allocationId, NetworkInterfaceId: networkInterfaceId };
  return present((await ec2.send(new AssociateAddressCommand(input))).AssociationId);
}

export async function seen(ec2: EC2Client, instance: Instance): Promise<Instance> {
  const input = { InstanceIds: [idOf(instance)] };
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand(input));
  return present(Reservations[0]?.Instances?.[0]);
}

export async function stateOf(ec2: EC2Client, instance: Instance): Promise<string | undefined> {
  return (await seen(ec2, instance)).State?.Name;
}

export async function seenInterface(ec2: EC2Client, networkInterfaceId: string): Promise<NetworkInterface> {
  const input = { NetworkInterfaceIds: [networkInterfaceId] };
  const { NetworkInterfaces = [] } = await ec2.send(new DescribeNetworkInterfacesCommand(input));
  return present(NetworkInterfaces[0]);
}

export async function seenAddress(ec2: EC2Client, allocationId: string): Promise<Address> {
  const { Addresses = [] } = await ec2.send(new DescribeAddressesCommand({ AllocationIds: [allocationId] }));
  return present(Addresses[0]);
}

export function idOf(instance: Instance): string {
  return present(instance.InstanceId);
}

export async function terminated(ec2: EC2Client, instance: Instance, skipOsShutdown = false): Promise<void> {
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [idOf(instance)], SkipOsShutdown: skipOsShutdown }));
}
