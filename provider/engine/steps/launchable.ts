/** A launch: a generation, as one type and in one market, on a network. */
import type { LaunchNetwork, LaunchRequest } from "../../ec2/ec2";
import { isAlive } from "../situation/instances";
import { instanceTags } from "../record/labels";
import { made, type Run } from "./run";
import { clientToken } from "../record/specification";
import type { Market, PublicIpAssignment } from "../../model/desired";
import type { NetworkInterface, Tags } from "../../model/things";

/** One way to get an instance. */
export interface Offer {
  instanceType: string;
  market: Pick<Market, "lifecycle" | "maxPrice">;
}

export interface Launchable extends Offer {
  version: number;
  network: LaunchNetwork;
  tags: Tags;
}

export function onInterface({ id }: Pick<NetworkInterface, "id">): LaunchNetwork {
  return { networkInterfaceId: id };
}

const PUBLIC_IP: Readonly<Record<PublicIpAssignment, boolean | undefined>> = {
  assign: true,
  none: false,
  "subnet-default": undefined,
};

/** The network of a launch on an interface of its own, beside the kept one, with the same security groups. */
export function besideInterface({ desired }: Pick<Run, "desired">, eni: NetworkInterface): LaunchNetwork {
  return {
    subnetId: eni.subnetId,
    securityGroupIds: eni.securityGroups.map((it) => it.id),
    publicIp: PUBLIC_IP[desired.publicIpAssignment],
  };
}

/** A launch of the newest generation. */
export function wantedLaunch(run: Run, offer: Offer, network: LaunchNetwork): Launchable {
  const version = made(run.observed.generation, "generation").number;
  const launched = { generation: version, type: offer.instanceType };
  return { ...offer, version, network, tags: instanceTags(run, launched) };
}

/** `intent` tells one attempt's client token from another's. */
export function launchRequest(run: Run, launchable: Launchable, intent: (string | undefined)[]): LaunchRequest {
  const template = made(run.observed.template, "launch template");
  const { version, network, tags, instanceType } = launchable;
  const { lifecycle, maxPrice } = launchable.market;
  const place = "networkInterfaceId" in network ? network.networkInterfaceId : network.subnetId;
  return {
    templateId: template.id,
    version,
    instanceType,
    network,
    market: { lifecycle, maxPrice },
    tags,
    clientToken: clientToken(template.id, version, place, instanceType, lifecycle, ...intent),
    isUrgent: isDark(run),
  };
}

/** Whether an existing machine has no instance: this run terminated it, or somebody else did. */
function isDark({ darkSince, purpose, observed }: Run): boolean {
  return darkSince !== undefined || (purpose.kind === "update" && !observed.instances.some(isAlive));
}
