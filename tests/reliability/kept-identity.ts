/** The interface, its address and the Elastic IP that a machine keeps, and the look that they are the same. */
import type { Stack } from "../provider/support";
import type { Made } from "../provider/world";
import type { Add } from "./breach";

export function lookAtIdentity(held: Identity, now: Made, add: Add): void {
  const eni = now.networkInterfaces.find((it) => it.networkInterfaceId === held.networkInterfaceId);
  if (eni === undefined) {
    add("a", `${held.networkInterfaceId} with ${held.privateIp} was deleted`);
  } else if (eni.macAddress !== held.macAddress || primaryOf(eni) !== held.privateIp) {
    add("a", `${held.networkInterfaceId} changed from ${held.privateIp} to ${primaryOf(eni)}`);
  }
  if (held.allocationId !== undefined && !now.elasticIps.some((it) => it.allocationId === held.allocationId)) {
    add("a", `${held.allocationId} was released`);
  }
}

export interface Identity {
  networkInterfaceId: string;
  macAddress: string;
  privateIp: string;
  allocationId?: string;
}

export function primaryOf(eni: Made["networkInterfaces"][number]): string {
  return eni.privateAddresses.find((it) => it.primary)?.address ?? "";
}

/** The identity that the state has on record, if it is still there. */
export function identityIn(now: Made, recorded: Stack["recorded"]): Identity | undefined {
  const { networkInterfaceId, allocationId } = recorded?.outputs ?? {};
  const eni = now.networkInterfaces.find((it) => it.networkInterfaceId === networkInterfaceId);
  const eip = now.elasticIps.find((it) => it.allocationId === allocationId);
  return eni === undefined || recorded?.outputs.persistPrivateIp === false
    ? undefined
    : {
        networkInterfaceId: eni.networkInterfaceId,
        macAddress: eni.macAddress,
        privateIp: primaryOf(eni),
        allocationId: eip?.allocationId,
      };
}
