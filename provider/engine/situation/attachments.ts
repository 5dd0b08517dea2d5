/** Which instance has which interface: one fact that EC2 shows twice, with the interface and with the instance, at times as of two moments. (pure) */
import type { Instance, NetworkInterface } from "../../model/things";
import { holds, isAlive } from "./instances";

/**
 * The instances, with the interfaces that say that they are on them. An interface is on one instance only, so what it says counts, as
 * long as that instance lives; a primary interface stays on its instance for life.
 */
export function withAttachments(
  instances: readonly Instance[],
  networkInterfaces: readonly NetworkInterface[],
): Instance[] {
  const held = networkInterfaces.filter(({ attachment }) => {
    const holder = instances.find((it) => it.id === attachment?.instanceId);
    return holder !== undefined && isAlive(holder) && attachment?.isDetaching !== true;
  });
  return instances.map((instance) => {
    const isHere = ({ attachment }: NetworkInterface): boolean => attachment?.instanceId === instance.id;
    const elsewhere = held.filter((it) => !isHere(it)).map(({ id }) => id);
    const missing = held.filter((it) => isHere(it) && !holds(instance, it));
    const primary = missing.find(({ attachment }) => attachment?.deviceIndex === 0);
    return {
      ...instance,
      networkInterfaceId: primary?.id ?? instance.networkInterfaceId,
      secondaryNetworkInterfaceIds: [
        ...instance.secondaryNetworkInterfaceIds.filter((id) => !elsewhere.includes(id)),
        ...missing.filter((it) => it !== primary).map(({ id }) => id),
      ],
    };
  });
}
