/** The Elastic IP: allocated or given, on the network interface, and never taken from another holder. */
import { orNothing } from "../../ec2/lookups";
import { isEc2Error } from "../../ec2/errors";
import { TAG } from "../../ec2/tags";
import { waitFor } from "../../ec2/wait";
import { isOwnZone } from "../../ec2/zones";
import { isAtHome, isOwnedElasticIp } from "../situation/belongings";
import { baseTags } from "../record/labels";
import { elasticIpOf, networkInterfaceOf, oncePropagated, type Run } from "./run";
import type { ElasticIp } from "../../model/things";
import { retainElasticIp } from "../planning/retention";
import { zoneOf } from "./network-interface";
import { retain } from "./tags";

const ALLOCATE_TRIES = 3;
const RELEASE_TIMEOUT_MS = 60_000;

/**
 * AllocateAddress has no client token, so a lost reply or a second writer can make two. Both are found by tag: the one in
 * use, else the first by id, stays; of the others those that are free are released.
 */
export async function allocateElasticIp(run: Run): Promise<void> {
  const allocated = await allocateOnce(run);
  const tagged = await ownedElasticIps(run);
  const all = tagged.some((it) => it.allocationId === allocated.allocationId) ? tagged : [...tagged, allocated];
  const keep = all.find((it) => it.association !== undefined) ?? all[0] ?? allocated;
  for (const surplus of all.filter((it) => it !== keep && it.association === undefined)) {
    await orNothing(() => run.ec2.releaseAddress(surplus));
  }
  run.observed.elasticIps = [...run.observed.elasticIps, keep];
  run.say(`Elastic IP ${keep.publicIp} allocated (${keep.allocationId})`);
}

async function allocateOnce(run: Run): Promise<ElasticIp> {
  const networkBorderGroup = await borderGroupOf(run, await zoneOf(run));
  for (let attempt = 1; ; attempt++) {
    try {
      const allocated = await run.ec2.allocateAddress(baseTags(run.id, run.desired), networkBorderGroup);
      run.madeAllocationId = allocated.allocationId;
      return allocated;
    } catch (error) {
      if (!isEc2Error(error, "unreachable") || attempt === ALLOCATE_TRIES) {
        throw error;
      }
      const [already] = await ownedElasticIps(run);
      if (already !== undefined) {
        return already;
      }
    }
  }
}

/** Undefined: the region's. Only a Local or Wavelength Zone has to be asked about. */
async function borderGroupOf({ ec2, desired }: Run, zone: string): Promise<string | undefined> {
  return isOwnZone(zone, desired.region) ? undefined : (await ec2.describeZone(zone))?.networkBorderGroup;
}

async function ownedElasticIps(run: Run): Promise<ElasticIp[]> {
  const tagged = await run.ec2.describeAddresses({ [`tag:${TAG.id}`]: [run.id] });
  return tagged.filter(isOwnedElasticIp).sort((a, b) => (a.allocationId < b.allocationId ? -1 : 1));
}

export async function associateElasticIp(run: Run, eni = networkInterfaceOf(run)): Promise<void> {
  const eip = elasticIpOf(run);
  const id = await oncePropagated(
    run,
    `${eip.allocationId} and ${eni.id}`,
    () => associate(run, eip, { networkInterfaceId: eni.id, privateIp: eni.privateIp }),
    // EC2 takes none for an interface whose instance is still pending.
    (error) => isEc2Error(error, "not-found", "transition"),
  );
  eip.association = { id, networkInterfaceId: eni.id, privateIp: eni.privateIp };
  run.say(`Elastic IP ${eip.publicIp} is on ${eni.id}`);
}

/** A first try whose reply was lost leaves it on our interface, which is what was wanted. */
async function associate(
  run: Run,
  eip: ElasticIp,
  { networkInterfaceId, privateIp }: { networkInterfaceId: string; privateIp: string },
): Promise<string> {
  try {
    return await run.ec2.associateAddress(eip.allocationId, networkInterfaceId, privateIp);
  } catch (error) {
    if (isEc2Error(error, "in-use")) {
      const [now] = await run.ec2.describeAddresses({ "allocation-id": [eip.allocationId] });
      if (now?.association !== undefined && isAtHome(now, { id: networkInterfaceId, privateIp })) {
        return now.association.id;
      }
    }
    throw error;
  }
}

export async function disassociateElasticIp(run: Run, elasticIp: ElasticIp): Promise<void> {
  const association = elasticIp.association;
  if (association === undefined) {
    return;
  }
  await orNothing(() => run.ec2.disassociateAddress(association.id));
  for (const it of [...run.observed.elasticIps, run.observed.givenElasticIp]) {
    if (it?.allocationId === elasticIp.allocationId) {
      it.association = undefined;
    }
  }
  elasticIp.association = undefined;
  for (const instance of run.observed.instances.filter((it) => it.publicIp === elasticIp.publicIp)) {
    // EC2 may give it a changing public address in a few minutes; the next refresh finds that.
    instance.publicIp = undefined;
  }
  run.say(`Elastic IP ${elasticIp.publicIp} taken off ${association.networkInterfaceId ?? "its holder"}`);
}

export async function releaseElasticIp(run: Run, elasticIp: ElasticIp): Promise<void> {
  const { allocationId, publicIp } = elasticIp;
  const other = run.namedByOther?.([allocationId, publicIp]);
  if (other !== undefined) {
    run.say(`Elastic IP ${publicIp} is left to ${other}, which names it, and is not released`);
    await retain(run, retainElasticIp(elasticIp));
    return;
  }
  // For a moment after it was taken off, EC2 still counts an address as in use.
  await waitFor<boolean>(
    {
      kind: "propagation",
      what: `${elasticIp.allocationId} to be free`,
      read: async () => {
        try {
          await orNothing(() => run.ec2.releaseAddress(elasticIp));
          return true;
        } catch (error) {
          if (isEc2Error(error, "in-use")) {
            return false;
          }
          throw error;
        }
      },
      isReady: (released) => released,
      describe: () => "in use",
      timeoutMs: RELEASE_TIMEOUT_MS,
    },
    run,
  );
  run.observed.elasticIps = run.observed.elasticIps.filter((it) => it.allocationId !== elasticIp.allocationId);
  run.say(`Elastic IP ${elasticIp.publicIp} released`);
}
