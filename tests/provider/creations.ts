/** A create that is refused, the calls of one that is not, and what somebody makes by hand beside it. */
import { AllocateAddressCommand, CreateNetworkInterfaceCommand, type EC2Client } from "@aws-sdk/client-ec2";
import { program, type Stack } from "./support";
import { failureOf } from "./world";

export async function allocateByHand(ec2: EC2Client): Promise<{ allocationId: string; publicIp: string }> {
  const { AllocationId = "", PublicIp = "" } = await ec2.send(new AllocateAddressCommand({ Domain: "vpc" }));
  return { allocationId: AllocationId, publicIp: PublicIp };
}

export async function makeInterface(ec2: EC2Client, SubnetId: string, PrivateIpAddress?: string): Promise<string> {
  const reply = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId, PrivateIpAddress }));
  return reply.NetworkInterface?.NetworkInterfaceId ?? "";
}

/** Tries to create, and gives what it fails with. */
export async function refusedCreate(
  owner: Stack,
  inputs: Record<string, unknown>,
): Promise<Awaited<ReturnType<typeof failureOf>>> {
  return failureOf(owner.up(program(inputs)));
}

export const MUTATING = [
  "CreateLaunchTemplate",
  "CreateNetworkInterface",
  "AllocateAddress",
  "AssociateAddress",
  "RunInstances",
];
