/** An overtaken run takes away what it made and nobody uses. */
import { isEc2Error } from "../../ec2/errors";
import { orNothing } from "../../ec2/lookups";
import { TAG } from "../../ec2/tags";
import { readNetwork } from "../record/record-grammar";
import type { Observed } from "../../model/observed";
import { isAlive } from "../situation/instances";
import { isHolder } from "./hand-over";
import { readNetworkInterface } from "./network-interface";
import { retire } from "./retire";
import type { Run } from "./run";

/**
 * No interface keeps two runs from launching beside each other, where the new instance has one of its own.
 *
 * @param run the run up to the look before the one that told of another run
 * @param now the world as that look saw it
 */
export async function takeBack(run: Run, now: Observed): Promise<void> {
  const { launched } = run;
  if (launched !== undefined && isAlive(launched) && (isBesideAnother(run, now) || !(await isHolder(run, launched)))) {
    // No kept interface is on it, so nothing waits for it.
    await retire({ ...run, observed: { ...run.observed, networkInterfaces: [] } }, launched);
  }
  await deleteMadeInterface(run);
  await releaseMadeElasticIp(run, now);
}

/** Whether the run launched on an interface that is not kept, and another run launched one meanwhile, which is the machine's by now. */
function isBesideAnother({ launched, desired, madeInterfaceId, observed }: Run, now: Observed): boolean {
  const known = [launched, ...observed.instances].map((it) => it?.id);
  return (
    madeInterfaceId !== undefined &&
    !desired.persistPrivateIp &&
    now.instances.some((it) => isAlive(it) && !known.includes(it.id))
  );
}

async function deleteMadeInterface({ ec2, madeInterfaceId: id, desired, say }: Run): Promise<void> {
  const eni = id === undefined || desired.persistPrivateIp ? undefined : await readNetworkInterface(ec2, id);
  if (eni === undefined || eni.attachment !== undefined) {
    return;
  }
  await ec2.deleteNetworkInterface(eni.id).catch((error: unknown) => {
    if (!isEc2Error(error, "in-use", "not-found")) {
      throw error;
    }
  });
  say(`${eni.id} deleted, ${eni.privateIp} given up`);
}

/** The newer record may want none, and then nobody would ever look for this one. */
async function releaseMadeElasticIp(
  { ec2, madeAllocationId, say }: Run,
  { template, elasticIps }: Observed,
): Promise<void> {
  const made = elasticIps.find((it) => it.allocationId === madeAllocationId);
  const words = template?.tags[TAG.network];
  if (made !== undefined && made.association === undefined && words !== undefined && !readNetwork(words).elasticIp) {
    await orNothing(() => ec2.releaseAddress(made));
    say(`Elastic IP ${made.publicIp} released`);
  }
}
