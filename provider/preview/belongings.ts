/** The volumes and network interfaces that an instance has beside the machine's own, and what becomes of them with it. (pure) */
import type { Instance, NetworkInterface } from "../model/things";
import type { Observed } from "../model/observed";
import type { Situation } from "../model/goal";

/** The volumes and interfaces that EC2 deletes with an instance, or leaves on none; data volumes and the machine's own are kept before. */
export function goesWith(instance: Instance, further: readonly NetworkInterface[], { observed }: Situation): string[] {
  const volumes = others(instance, observed)
    .filter((it) => it.deleteOnTermination)
    .map((it) => it.volumeId);
  const [deleted, left] = parted(further);
  return [...deletedWithIt([...volumes, ...deleted]), ...leftWithout(left)];
}

/**
 * Parts of an instance that may be somebody's: all of an adopted instance's, and what was attached to one launched here.
 *
 * @param further the network interfaces that are not the machine's, of all its instances
 */
export function partsOfOthers(
  instance: Instance,
  further: readonly NetworkInterface[],
  situation: Situation,
): string[] {
  const its = further.filter((it) => it.attachment?.instanceId === instance.id);
  return instance.id === situation.desired.adopt?.instanceId
    ? goesWith(instance, its, situation)
    : attachedByOthers(instance, its, situation);
}

function attachedByOthers(instance: Instance, further: readonly NetworkInterface[], { observed }: Situation): string[] {
  const volumes = others(instance, observed)
    .filter((it) => !it.deleteOnTermination && it.deviceName !== instance.rootDeviceName)
    .map((it) => it.volumeId);
  // An instance launched to have the machine's interface handed over has a primary one of its own, which is nobody's.
  const [deleted, left] = parted(further.filter((it) => it.id !== instance.networkInterfaceId));
  return [...deletedWithIt(deleted), ...leftWithout([...volumes, ...left])];
}

/** The instance's volumes that are none of the machine's data volumes. */
function others({ devices }: Instance, { volumes }: Observed): Instance["devices"] {
  return devices.filter((it) => !volumes.some(({ id }) => id === it.volumeId));
}

function deletedWithIt(things: string[]): string[] {
  return things.length === 0 ? [] : [`${things.join(", ")} would be deleted with it`];
}

function leftWithout(things: string[]): string[] {
  return things.length === 0 ? [] : [`${things.join(", ")} would be left without an instance`];
}

/** Says what a later replacement means for the interfaces that are not the machine's. */
export function laterGoes(further: readonly NetworkInterface[]): string[] {
  const [deleted, left] = parted(further);
  const goes = [...(deleted.length === 0 ? [] : [`${deleted.join(", ")} would be deleted`]), ...leftWithout(left)];
  return goes.length === 0 ? [] : [`at its first replacement ${goes.join(" and ")}, which this machine does not keep`];
}

function parted(further: readonly NetworkInterface[]): [deleted: string[], left: string[]] {
  const named = ({ id, privateIp }: NetworkInterface): string => `${id} (${privateIp})`;
  const isDeleted = (it: NetworkInterface): boolean => it.attachment?.deleteOnTermination === true;
  return [further.filter(isDeleted).map(named), further.filter((it) => !isDeleted(it)).map(named)];
}
