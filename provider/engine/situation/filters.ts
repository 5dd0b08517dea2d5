/** Filters by which EC2 finds a machine's things. (pure) */
import type { Filters } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";

/** Finds all that carries a machine's id. */
export function markedAs(id: string): Filters {
  return { [`tag:${TAG.id}`]: [id] };
}

/** Finds the interface that has an address. */
export function holdersOf(address: string, subnetId: string): Filters {
  const filter = address.includes(":") ? "ipv6-addresses.ipv6-address" : "addresses.private-ip-address";
  return { [filter]: [address], "subnet-id": [subnetId] };
}
