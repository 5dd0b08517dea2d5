/** What EC2 finds a machine's things by. (pure) */
import type { Filters } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";

/** What finds all that carries a machine's id. */
export function markedAs(id: string): Filters {
  return { [`tag:${TAG.id}`]: [id] };
}

/** What finds the interface that has an address. */
export function holdersOf(address: string, subnetId: string): Filters {
  const filter = address.includes(":") ? "ipv6-addresses.ipv6-address" : "addresses.private-ip-address";
  return { [filter]: [address], "subnet-id": [subnetId] };
}
