/** The network interface: made once, kept in the form that is wanted, and given up last. */
import { findInstance, orNothing } from "../../ec2/lookups";
import type { Addresses, Ec2 } from "../../ec2/ec2";
import { Ec2Error, explain, isEc2Error } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import type { Kind } from "../../ec2/expectations";
import { waitFor, WaitTimeout } from "../../ec2/wait";
import { heldBy } from "../planning/conflicts";
import { isAlive, lastLaunched } from "../situation/instances";
import { descriptionOf, networkInterfaceTags } from "../record/labels";
import { holdersOf, markedAs } from "../situation/filters";
import {
  deleteOnceFree,
  findNetworkInterface,
  made,
  networkInterfaceOf,
  ObserveAgain,
  oncePropagated,
  type Run,
  transitionTimeout,
} from "./run";
import { clientToken } from "../record/specification";
import type { NetworkInterface } from "../../model/things";
import type { PublicIpAssignment } from "../../model/desired";

/** @param later addresses that are still on an interface that is given up, and move with the instance */
export async function makeNetworkInterface(run: Run, later: string[]): Promise<void> {
  const { id, desired, ec2, observed } = run;
  const { subnetId, privateIp, securityGroupIds } = desired;
  const template = made(observed.template, "launch template");
  const secondaryPrivateIps = addressesOf(desired.secondaryPrivateIps, desired.secondaryPrivateIpCount, later);
  const ipv6Addresses = addressesOf(desired.ipv6Addresses, desired.ipv6AddressCount, later);
  // The earlier interfaces are in the token, so that a second interface, after a loss or a move, is not answered with the first.
  const predecessors = observed.networkInterfaces.map((it) => it.id).sort();
  const make = (intent: string | undefined): Promise<NetworkInterface> =>
    ec2.createNetworkInterface({
      subnetId,
      privateIp,
      secondaryPrivateIps,
      ipv6Addresses,
      securityGroupIds,
      description: descriptionOf(id),
      tags: networkInterfaceTags(id, desired),
      clientToken: clientToken(template.id, "network-interface", subnetId, privateIp, intent, ...predecessors),
    });
  const eni = await makeOnce(run, make, intentsOf(run)).catch(async (error: unknown) => {
    const named = [secondaryPrivateIps, ipv6Addresses].flatMap((it) => (it && "addresses" in it ? it.addresses : []));
    throw await aboutAddresses(run, [...(privateIp === undefined ? [] : [privateIp]), ...named], error);
  });
  observed.networkInterfaces = [...observed.networkInterfaces, eni];
  run.networkInterfaceId = eni.id;
  run.madeInterfaceId = eni.id;
  run.say(`${eni.id} made, ${eni.privateIp} in ${subnetId}`);
  if (eni.status !== "available") {
    await awaitUsable(run, eni.id);
  }
}

/** Number of earlier interfaces that may have had the same client token: nobody remembers the interfaces that are not kept. */
const MAX_FORGOTTEN = 5;

/**
 * The intents behind the client tokens to try, one after the other: two runs that make an interface for the same launch are answered with
 * the same one, which then is the lock between them.
 */
function intentsOf({ desired, observed, recorded, nonce }: Run): (string | undefined)[] {
  if (desired.persistPrivateIp) {
    return [recorded?.networkInterfaceId, nonce];
  }
  const last = lastLaunched(observed.instances)?.id ?? "none";
  const after = Array.from(
    { length: MAX_FORGOTTEN },
    (_, at) => `${observed.generation?.number ?? 0} after ${last} ${at}`,
  );
  return [...after, nonce];
}

/** Makes the interface; with the next intent where the token stands for an interface that is gone, or was asked for otherwise. */
async function makeOnce(
  run: Run,
  make: (intent: string | undefined) => Promise<NetworkInterface>,
  [intent, ...others]: readonly (string | undefined)[],
): Promise<NetworkInterface> {
  try {
    return await make(intent);
  } catch (error) {
    const isForOther = isEc2Error(error, "mismatch") || (error instanceof Ec2Error && error.code === INTERFACE_GONE);
    if (isForOther && others.length > 0) {
      await refuseMade(run);
      return makeOnce(run, make, others);
    }
    throw error;
  }
}

/** Refuses to go on where another run, with other tags or security groups, may have made the interface. */
async function refuseMade({ ec2, id, observed }: Run): Promise<void> {
  const now = await ec2.describeNetworkInterfaces(markedAs(id));
  const other = now.find((it) => !observed.networkInterfaces.some((seen) => seen.id === it.id));
  if (other !== undefined) {
    throw new ObserveAgain(`another run made ${other.id}`);
  }
}

const INTERFACE_GONE = "InvalidNetworkInterfaceID.NotFound";

/** The addresses to ask for at once; undefined without a wish: the subnet decides. */
function addressesOf(wanted: string[] | undefined, count: number | undefined, later: string[]): Addresses | undefined {
  const addresses = wanted?.filter((it) => !later.includes(it));
  if (addresses !== undefined && addresses.length > 0) {
    return { addresses };
  }
  return wanted === undefined && count === undefined ? undefined : { count: wanted === undefined ? (count ?? 0) : 0 };
}

/** Time for which EC2 may not know an interface that was just made. */
const USABLE_MS = 2 * 60_000;

/** Waits until a new interface can be used. EC2 answers a repeat with the first call's interface, on which another run may have launched. */
async function awaitUsable(run: Run, id: string): Promise<void> {
  const seen = await waitFor<NetworkInterface | undefined>(
    {
      kind: "propagation",
      what: `${id} to be usable`,
      read: () => readNetworkInterface(run.ec2, id),
      isReady: (it) => it !== undefined && it.status !== "pending",
      describe: (it) => it?.status ?? "not known yet",
      timeoutMs: Math.min(USABLE_MS, transitionTimeout(run)),
    },
    run,
  ).catch((error: unknown) => {
    // Another run, which made an interface too, has deleted this one as surplus.
    throw error instanceof WaitTimeout ? new ObserveAgain(`${id} is not known to EC2`) : error;
  });
  if (seen?.attachment !== undefined) {
    throw new ObserveAgain(`${id} is held by ${seen.attachment.instanceId ?? "an instance"} already`);
  }
}

/** The address that was asked for cannot be had. */
class AddressRefused extends Error {
  override readonly name = "AddressRefused";
}

/** Explains a refused address: EC2 does not say who has one, and has one code for every bad parameter. */
export async function aboutAddresses(run: Run, addresses: string[], error: unknown): Promise<unknown> {
  if (addresses.length === 0 || !isEc2Error(error, "in-use", "refused")) {
    return error;
  }
  const { subnetId } = run.desired;
  const held = (await Promise.all(addresses.map((it) => holderOf(run, it)))).filter((it) => it !== undefined);
  if (held.length > 0) {
    return new AddressRefused(`${explain(error)} ${held.join("; ")}.`, { cause: error });
  }
  return error.class === "refused"
    ? new AddressRefused(
        `${explain(error)} Each of ${addresses.join(", ")} must be a free address of ${subnetId}, and not one of its first four or its last, which are AWS's own.`,
        { cause: error },
      )
    : error;
}

async function holderOf(run: Run, address: string): Promise<string | undefined> {
  const [holder] = await run.ec2.describeNetworkInterfaces(holdersOf(address, run.desired.subnetId));
  return holder === undefined ? undefined : heldBy(address, holder);
}

export async function setSecurityGroups(run: Run, securityGroupIds: string[] | undefined): Promise<void> {
  const eni = networkInterfaceOf(run);
  const groups = securityGroupIds ?? [
    made(await run.ec2.findDefaultSecurityGroup(eni.vpcId), `default security group of ${eni.vpcId}`),
  ];
  await run.ec2.setSecurityGroups(eni.id, groups);
  eni.securityGroups = groups.map((id) => ({ id, name: "" }));
  run.say(`${eni.id} has security groups ${groups.join(", ")}`);
}

export async function setSourceDestCheck(run: Run, enabled: boolean): Promise<void> {
  const eni = networkInterfaceOf(run);
  await run.ec2.setSourceDestCheck(eni.id, enabled);
  eni.sourceDestCheck = enabled;
  run.say(`${eni.id} has its source/destination check ${enabled ? "on" : "off"}`);
}

/** Sets the interface's public IP assignment. The subnet's default is looked up, because an interface keeps what it was set to. */
export async function setPublicIpAssignment(run: Run, assignment: PublicIpAssignment): Promise<void> {
  const eni = networkInterfaceOf(run);
  const enabled =
    assignment === "subnet-default"
      ? ((await run.ec2.describeSubnet(eni.subnetId))?.assignsPublicIp ?? false)
      : assignment === "assign";
  await oncePropagated(run, eni.id, () => run.ec2.setPublicIpAssignment(eni.id, enabled));
  // The tag comes last, so that the next run sets the assignment again if this one dies in between.
  await oncePropagated(run, eni.id, () =>
    assignment === "subnet-default"
      ? run.ec2.deleteTags([eni.id], [TAG.publicIp])
      : run.ec2.createTags([eni.id], { [TAG.publicIp]: assignment }),
  );
  eni.tags = { ...eni.tags, [TAG.publicIp]: assignment };
  run.say(`${eni.id} gives its instance ${enabled ? "a changing public address" : "no public address of its own"}`);
}

export async function keepOnTermination(run: Run, networkInterfaceId: string, attachmentId: string): Promise<void> {
  await run.ec2.keepOnTermination(networkInterfaceId, attachmentId);
  run.say(`${networkInterfaceId} was set to be deleted with its instance; it is not any more`);
}

export async function deleteNetworkInterface(run: Run, eni: NetworkInterface): Promise<void> {
  await awaitFree(run, eni);
  await deleteOnceFree(run, eni.id, async () => {
    try {
      await run.ec2.deleteNetworkInterface(eni.id);
    } catch (error) {
      if (isEc2Error(error, "in-use")) {
        await adoptHolder(run, await readNetworkInterface(run.ec2, eni.id));
      }
      throw error;
    }
  });
  run.observed.networkInterfaces = run.observed.networkInterfaces.filter((it) => it.id !== eni.id);
  run.say(`${eni.id} deleted, ${eni.privateIp} given up`);
}

export interface Freeing {
  /** The transition that frees the interface, if this run began one. */
  kind?: Kind;
  /** The instance that the interface comes off. */
  leaving?: string;
  /** The attachment that ends. */
  attachmentId?: string;
}

/**
 * Waits until no instance holds the interface, so that it can be launched on. An interface that is gone counts as free.
 *
 * @throws ObserveAgain if another instance of the machine has it by then
 */
export async function awaitFree(
  run: Run,
  eni: Pick<NetworkInterface, "id" | "status">,
  { kind = "under-way", leaving, attachmentId }: Freeing = {},
): Promise<void> {
  if (eni.status === "available") {
    return;
  }
  let known = leaving;
  const seen = await waitFor<NetworkInterface | undefined>(
    {
      kind,
      what: `${eni.id} to be free`,
      read: async () => {
        const now = await readNetworkInterface(run.ec2, eni.id);
        const holder = now?.attachment?.instanceId;
        if (holder !== undefined && holder !== known) {
          await adoptHolder(run, now);
          known = holder;
        }
        if (attachmentId !== undefined && now?.attachment !== undefined && now.attachment.id !== attachmentId) {
          throw new ObserveAgain(`another run attached ${eni.id} to ${holder ?? "an instance"} again`);
        }
        return now;
      },
      isReady: (it) => it === undefined || (it.status === "available" && it.attachment === undefined),
      describe: (it) =>
        `${it?.status ?? "gone"}${it?.attachment?.instanceId === undefined ? "" : `, held by ${it.attachment.instanceId}`}`,
      timeoutMs: transitionTimeout(run),
    },
    run,
  );
  run.observed.networkInterfaces = run.observed.networkInterfaces.flatMap((it) =>
    it.id === eni.id ? (seen ?? []) : it,
  );
}

/**
 * Observes again where another run has launched on the interface, to take that instance for its own result. The interface is the lock
 * between two writers.
 */
export async function adoptHolder({ id, ec2 }: Run, eni: NetworkInterface | undefined): Promise<void> {
  const holderId = eni?.attachment?.instanceId;
  if (eni === undefined || holderId === undefined) {
    return;
  }
  const holder = await findInstance(ec2, holderId);
  if (holder?.tags[TAG.id] === id && isAlive(holder)) {
    throw new ObserveAgain(`${eni.id} is held by ${holderId}, which another run launched`);
  }
}

export async function readNetworkInterface(ec2: Ec2, id: string): Promise<NetworkInterface | undefined> {
  return orNothing(async () => (await ec2.describeNetworkInterfaces({ "network-interface-id": [id] }))[0]);
}

/** The zone of the machine, also before it has its interface. */
export async function zoneOf(run: Run): Promise<string> {
  const eni = findNetworkInterface(run);
  return eni?.availabilityZone ?? made(await run.ec2.describeSubnet(run.desired.subnetId), "subnet").availabilityZone;
}
