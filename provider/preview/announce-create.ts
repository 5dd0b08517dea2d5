/** The line on a machine that is to be made. (pure) */
import type { Properties } from "../model/properties";
import type { Desired } from "../model/desired";
import { isUnknown } from "../inputs/validation";

/** A value that is not known yet, as another resource's id in a first preview, is said as if it were not there. */
export const textIfKnown = (value: unknown): string => (typeof value === "string" && !isUnknown(value) ? value : "");

export function announceCreate(inputs: Properties): string {
  const { privateIp, elasticIp, subnetId, instanceType, desiredState, adopt } = inputs;
  if (adopt !== undefined) {
    return `adopts ${adoptedIn(adopt)}; whether it fits is looked at once all inputs are known`;
  }
  const address = textIfKnown(privateIp) || "an address that EC2 picks";
  const elastic =
    elasticIp === true
      ? " and a new Elastic IP"
      : elasticIp === false
        ? ""
        : ` and ${textIfKnown(elasticIp) || "an Elastic IP"}`;
  const place = `a new network interface in ${textIfKnown(subnetId) || "the subnet"}, with ${address}${elastic}`;
  return desiredState === "paused"
    ? `makes ${place}; launches nothing while it is paused`
    : `launches ${textIfKnown(instanceType) || "an instance"} on ${place}`;
}

function adoptedIn(adopt: unknown): string {
  const { instanceId, networkInterfaceId, managedInstanceId } = (isUnknown(adopt) ? {} : adopt) as Partial<
    NonNullable<Desired["adopt"]>
  >;
  return textIfKnown(instanceId ?? networkInterfaceId ?? managedInstanceId) || "what is not made yet";
}
