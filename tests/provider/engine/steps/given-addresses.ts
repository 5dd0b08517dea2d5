/** Elastic IPs that somebody allocated, and the ways in which a program can name one. */
import assert from "node:assert/strict";
import { AllocateAddressCommand, AssociateAddressCommand, CreateNetworkInterfaceCommand } from "@aws-sdk/client-ec2";
import { WELL_KNOWN } from "../../../../local/ec2";
import { OWN_TAG_PREFIX } from "../../../../provider/ec2/tags";
import type { Properties } from "../../../../provider/model/properties";
import type { Stack } from "../../support";
import { type Machine } from "../../machine";
import { made, only, somebody } from "../../world";

export interface GivenAddress {
  allocationId: string;
  publicIp: string;
}

export async function allocateGiven(owner: Stack): Promise<GivenAddress> {
  const { AllocationId = "", PublicIp = "" } = await somebody(owner).send(
    new AllocateAddressCommand({ Domain: "vpc" }),
  );
  return { allocationId: AllocationId, publicIp: PublicIp };
}

/** Moves an Elastic IP to the secondary address of the machine's interface. */
export async function putOnSecondary(owner: Stack, AllocationId: string): Promise<string> {
  const eni = only(made(owner).networkInterfaces);
  const PrivateIpAddress = only(eni.privateAddresses.filter((it) => !it.primary)).address;
  await somebody(owner).send(
    new AssociateAddressCommand({
      AllocationId,
      NetworkInterfaceId: eni.networkInterfaceId,
      PrivateIpAddress,
      AllowReassociation: true,
    }),
  );
  return PrivateIpAddress;
}

export function tagsIn(owner: Stack): Properties {
  return { tags: owner.outputs.tags };
}

/** Puts an Elastic IP on an interface of somebody else's. */
export async function useElsewhere(owner: Stack, AllocationId: string): Promise<string> {
  const ec2 = somebody(owner);
  const { NetworkInterface } = await ec2.send(new CreateNetworkInterfaceCommand({ SubnetId: WELL_KNOWN.subnetA }));
  const NetworkInterfaceId = NetworkInterface?.NetworkInterfaceId ?? "";
  await ec2.send(new AssociateAddressCommand({ AllocationId, NetworkInterfaceId }));
  return NetworkInterfaceId;
}

export function elasticIpsBut(owner: Stack, ...given: GivenAddress[]): string[] {
  return made(owner)
    .elasticIps.map((it) => it.allocationId)
    .filter((id) => !given.some((it) => it.allocationId === id));
}

export function ownTagsOfAddress(owner: Stack, { allocationId }: GivenAddress): string[] {
  const eip = only(made(owner).elasticIps.filter((it) => it.allocationId === allocationId));
  return Object.keys(eip.tags).filter((key) => key.startsWith(OWN_TAG_PREFIX));
}

export function holderOfAddress(owner: Stack, { allocationId }: GivenAddress): string | undefined {
  return only(made(owner).elasticIps.filter((it) => it.allocationId === allocationId)).networkInterfaceId;
}

/** The Elastic IP that a change asks for, as the input. */
type Way = "none" | "owned" | "a by id" | "a by address" | "b by id" | "b by address";

export function inputFor(way: Way, a: GivenAddress, b: GivenAddress): boolean | string {
  switch (way) {
    case "none":
      return false;
    case "owned":
      return true;
    case "a by id":
      return a.allocationId;
    case "a by address":
      return a.publicIp;
    case "b by id":
      return b.allocationId;
    case "b by address":
      return b.publicIp;
  }
}

export const WAYS: Way[] = ["none", "owned", "a by id", "a by address", "b by id", "b by address"];

/** The right one is on the machine, the owned one is released where it is not wanted, and the given ones are as they were. */
export function holdsWhatIsWanted(owner: Stack, now: Machine, wanted: Way, [a, b]: [GivenAddress, GivenAddress]): void {
  const id = now.eip?.allocationId;
  const right = { none: undefined, owned: elasticIpsBut(owner, a, b)[0], a: a.allocationId, b: b.allocationId };
  assert.equal(id, right[wanted.split(" ")[0] as keyof typeof right]);
  assert.equal(id === undefined, wanted === "none");
  assert.equal(elasticIpsBut(owner, a, b).length, wanted === "owned" ? 1 : 0);
  for (const given of [a, b].filter((it) => it.allocationId !== id)) {
    assert.equal(holderOfAddress(owner, given), undefined);
    assert.deepEqual(ownTagsOfAddress(owner, given), []);
  }
}

/** Whether the one that is held is the one that is wanted, by another name. */
export function isSame(from: Way, to: Way): boolean {
  return from !== "owned" && from !== "none" && from.split(" ")[0] === to.split(" ")[0];
}
