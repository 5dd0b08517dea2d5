import { elasticIpOf, interfaceHolder, interfacesOf, primaryAddress } from "./holdings";
import { LAST_ELASTIC_BLOCK, formatIpv4, parseBlock, type Block } from "./ipv4";
import type { Due } from "./schedule";
import type { Instance, NetworkInterface } from "./state";
import { TIMINGS } from "./timings";
import type { World } from "./world";

/** The public address that EC2 gives to an instance by itself, and takes away again. */

/** A benchmarking range (RFC 2544): it looks like public addresses and reaches nobody. */
const BENCHMARKING = parseBlock("198.18.0.0/15");

/** The end of it is for Elastic IPs: no address is of both kinds. */
const CHANGING_BLOCK: Block = { ...BENCHMARKING, size: BENCHMARKING.size - parseBlock(LAST_ELASTIC_BLOCK).size };

/**
 * The primary interface decides, and only where it is the only one: with more there is no automatic public address
 * (EC2 guide, using-eni). An Elastic IP on it wins.
 */
export function assignChangingPublicIp(world: World, instance: Instance): void {
  const [primary, ...others] = interfacesOf(world, instance);
  if (primary?.publicAddressOnLaunch !== true || primary.autoPublicIp !== undefined || others.length > 0) return;
  if (elasticIpOf(world, primary.networkInterfaceId, primaryAddress(primary)) !== undefined) return;
  primary.autoPublicIp = formatIpv4(CHANGING_BLOCK.first + 1 + world.random.integer(CHANGING_BLOCK.size - 2));
}

/** Once its Elastic IP is off, an instance gets a public address again after a while (VPC guide, vpc-eips). */
export function expectPublicIp(
  world: World,
  { networkInterfaceId: id, publicAddressOnLaunch }: NetworkInterface,
): void {
  if (publicAddressOnLaunch) world.later(TIMINGS.publicAddress, { kind: "public-address-due", id });
}

export function onPublicAddressDue(world: World, { id }: Due): void {
  const networkInterface = world.account.networkInterfaces.get(id);
  const instance = networkInterface && interfaceHolder(world, networkInterface);
  if (instance?.state === "running") assignChangingPublicIp(world, instance);
}

/**
 * On the primary interface of a running instance the setting takes effect at once: since 2024 the address of a running instance
 * can be taken off and put back so (API reference, ModifyNetworkInterfaceAttribute: it applies to the primary interface only).
 */
export function setPublicAddress(world: World, networkInterface: NetworkInterface, isOn: boolean): void {
  networkInterface.publicAddressOnLaunch = isOn;
  if (!isOn) delete networkInterface.autoPublicIp;
  const instance = interfaceHolder(world, networkInterface);
  if (isOn && instance?.state === "running") assignChangingPublicIp(world, instance);
}
