/** The parts that all checks against EC2 have in common. */
import type { Clock } from "../../kit/clock";
import type { Ec2, Image, InstanceType, Subnet } from "../../ec2/ec2";
import type { InputName } from "../table";
import type { Lookups } from "../../ec2/lookups";
import { type Failure, isGiven } from "../validation";

export type Inputs = Readonly<Record<string, unknown>>;
export type Changed = (name: InputName) => boolean;

/** One region, and the answers that were looked up in it. */
export interface LookupPlace {
  ec2: () => Ec2;
  clock: Clock;
  region: string;
  subnets: Lookups<Subnet>;
  images: Lookups<Image>;
  types: Lookups<InstanceType>;
}

export function missing(
  { region }: LookupPlace,
  property: string,
  id: string,
  advice = "check it, and the region",
): Failure {
  return { property, reason: `${property}: ${id} does not exist in ${region}; ${advice}` };
}

export function knownText(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && isGiven(value) ? value : undefined;
}

/** The known texts of a list, each with its index as the end of a path. */
export function textsIn(list: unknown): { path: string; text: string }[] {
  return (Array.isArray(list) ? list : []).flatMap((it, index) => {
    const text = knownText(it);
    return text === undefined ? [] : [{ path: `[${index}]`, text }];
  });
}

export async function lookUpSubnet({ subnets }: LookupPlace, { subnetId }: Inputs) {
  const id = knownText(subnetId);
  return id === undefined ? undefined : subnets.get(id);
}
