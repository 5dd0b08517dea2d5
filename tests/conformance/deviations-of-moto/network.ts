import type { Deviation } from "../run";

/** Deviations of moto about interfaces and their addresses. */
export const OF_THE_NETWORK: readonly Deviation[] = [
  {
    does: "gives interfaces any address of the block at random: taken and reserved ones, and any that is asked for",
    probes: [
      "private-ips.picked",
      "private-ips.full",
      "private-ips.taken",
      "private-ips.reserved.network",
      "private-ips.reserved.router",
      "private-ips.reserved.dns",
      "private-ips.reserved.future",
      "private-ips.reserved.broadcast",
      "private-ips.outside",
      "private-ips.nonsense",
      "private-ips.secondary.both",
    ],
  },
  {
    does: "assigns and takes away private addresses without looking who has them; a reassigned one stays where it was too",
    probes: [
      "private-ips.assign.count",
      "private-ips.assign.taken",
      "private-ips.assign.moved",
      "private-ips.assign.moves-elastic-ip",
      "private-ips.assign.limit",
      "private-ips.unassign.primary",
      "private-ips.unassign.not-there",
      "private-ips.prefix",
      "ipv6.prefix",
      "ipv6.subnet-without",
    ],
  },
  {
    does: "makes and changes interfaces with groups and attachments that are not there, and without a DNS name",
    probes: [
      "eni.create.group.unknown",
      "eni.create.group.other-vpc",
      "eni.modify.group.unknown",
      "eni.modify.two",
      "eni.modify.attachment.unknown",
      "eni.create.dns-name",
      "filters.interfaces.private-dns-name",
      "ids.security-group.unknown",
    ],
  },
  {
    does: "keeps Elastic IPs otherwise: loopback addresses, no quota, no private address, no trace of the instance, stale after a move",
    probes: [
      "eip.allocate.public",
      "eip.allocate.quota",
      "eip.describe.free",
      "eip.associate.instance-shown",
      "eip.associate.by-instance.two",
      "eip.associate.secondary",
      "eip.associate.not-its-address",
      "eip.associate.again",
      "eip.associate.moved",
      "eip.associate.occupied",
      "eip.release.associated",
      "eip.interface-deleted",
      "filters.addresses.instance-id",
    ],
  },
  {
    does: "gives no public address by the interface's setting, and says that the account owns Amazon's",
    probes: ["public-ip.interface.inherited", "public-ip.interface.set", "public-ip.owner"],
  },
];
