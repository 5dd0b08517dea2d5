/** A look at the Elastic IPs: the machine's, the one that the inputs name, and those of others on its interfaces. */
import type { Ec2 } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import { isAtHome } from "./belongings";
import { markedAs } from "./filters";
import { isOfAnother } from "./ownership";
import type { Desired } from "../../model/desired";
import type { Purpose } from "../../model/goal";
import type { Recorded } from "../../model/observed";
import type { ElasticIp, NetworkInterface } from "../../model/things";

/** An address is still ours when its tags were taken off: one that was allocated here, or a given one that is on our interface. */
export async function observeElasticIps(ec2: Ec2, id: string, recorded: Recorded | undefined): Promise<ElasticIp[]> {
  const tagged = await ec2.describeAddresses(markedAs(id));
  const { allocationId = "", ownsElasticIp = false, networkInterfaceId = "" } = recorded ?? {};
  if (allocationId === "" || tagged.some((it) => it.allocationId === allocationId)) {
    return tagged;
  }
  const all = await ec2.describeAddresses({ "allocation-id": [allocationId] });
  const found = all.filter((it) => !isOfAnother(id, it));
  const ofUs = ownsElasticIp
    ? found
    : found
        .filter((it) => it.association?.networkInterfaceId === networkInterfaceId)
        .map((it) => ({ ...it, tags: { ...it.tags, [TAG.owned]: "false" } }));
  return [...tagged, ...ofUs];
}

/**
 * The Elastic IPs of others on our interfaces, where that may matter: somebody who moved an Elastic IP of ours to a further address may have put
 * another in its place, and what is on an address that is given up would come off.
 */
export async function observeOtherElasticIps(
  ec2: Ec2,
  networkInterfaces: NetworkInterface[],
  ours: ElasticIp[],
  { desired, purpose }: { desired?: Desired; purpose?: Purpose },
): Promise<ElasticIp[]> {
  const places = networkInterfaces.filter(
    (eni) =>
      ours.some((it) => it.association?.networkInterfaceId === eni.id && !isAtHome(it, eni)) ||
      (desired !== undefined && purpose?.kind !== "upkeep" && mayGiveUp(eni, desired)),
  );
  return elasticIpsOfOthers(ec2, places, ours);
}

function mayGiveUp(eni: NetworkInterface, { subnetId, privateIp, persistPrivateIp }: Desired): boolean {
  const isRight = eni.subnetId === subnetId && (privateIp === undefined || eni.privateIp === privateIp);
  return !isRight || !persistPrivateIp || eni.secondaryPrivateIps.length > 0;
}

export async function elasticIpsOfOthers(
  ec2: Ec2,
  places: readonly NetworkInterface[],
  ours: readonly ElasticIp[],
): Promise<ElasticIp[]> {
  const ids = places.map((it) => it.id);
  const found = ids.length === 0 ? [] : await ec2.describeAddresses({ "network-interface-id": ids });
  return found.filter((it) => !ours.some(({ allocationId }) => allocationId === it.allocationId));
}

/** @param given an allocation id or an address */
export async function findElasticIp(ec2: Ec2, given: string): Promise<ElasticIp | undefined> {
  const filter = given.startsWith("eipalloc-") ? "allocation-id" : "public-ip";
  const [found] = await ec2.describeAddresses({ [filter]: [given] });
  return found;
}
