/** Back to the instance's specification, and interface, that worked before this run. */
import { explain } from "../../ec2/errors";
import { currentElasticIp, generationOf } from "../current";
import { networkInterfaceOf, type Run } from "../run";
import type { Instance, NetworkInterface } from "../state";
import { associateElasticIp, disassociateElasticIp } from "./elastic-ip";
import { attempt, settle } from "./launch";
import { awaitFree } from "./network-interface";

/** The wanted instance could not be launched, and what came of going back. */
export class RolledBack extends Error {
  override readonly name = "RolledBack";
}

/** The error to end with: it says both, why the new instance did not start and whether the previous one runs again. */
export async function rollBack(run: Run, error: unknown): Promise<unknown> {
  const back = previous(run);
  if (back === undefined) {
    return error;
  }
  const { retired, generation, eni } = back;
  const what = `generation ${generation} on ${eni.id}`;
  run.say(`the new instance did not start; launching ${what} again`);
  let outcome: string;
  try {
    outcome = await relaunch(run, retired, { generation, eni });
  } catch (second) {
    outcome = `could not be launched again either: ${explain(second)}`;
  }
  return new RolledBack(`${explain(error).replace(/\.$/, "")}. The previous one, ${what}, ${outcome}`, {
    cause: error,
  });
}

interface Previous {
  retired: Instance;
  generation: number;
  eni: NetworkInterface;
}

/** What this run retired, unless it is the very thing that could not be launched. */
function previous(run: Run): Previous | undefined {
  const { retired, observed } = run;
  const generation = retired === undefined ? undefined : generationOf(retired);
  const eni = observed.networkInterfaces.find((it) => it.id === retired?.networkInterfaceId);
  if (retired === undefined || generation === undefined || eni === undefined) {
    return undefined;
  }
  const isSame = generation === observed.generation?.number && eni.id === networkInterfaceOf(run).id;
  return isSame ? undefined : { retired, generation, eni };
}

/** @returns what came of it, as the end of a sentence */
async function relaunch(run: Run, retired: Instance, { generation, eni }: Omit<Previous, "retired">): Promise<string> {
  await awaitFree(run, { id: eni.id, status: "in-use" });
  const eip = currentElasticIp(run.desired, run.observed);
  if (eip !== undefined && eip.association?.networkInterfaceId !== eni.id) {
    await disassociateElasticIp(run, eip);
    await associateElasticIp(run, eni);
  }
  const begin = run.clock.now();
  const { lifecycle } = retired;
  const maxPrice =
    lifecycle === "spot" && run.recorded?.instanceId === retired.id ? run.recorded.market?.maxPrice : undefined;
  const outcome = await attempt(run, {
    version: generation,
    networkInterfaceId: eni.id,
    market: { lifecycle, maxPrice },
    tags: Object.fromEntries(Object.entries(retired.tags).filter(([key]) => !key.startsWith("aws:"))),
  });
  if (typeof outcome === "string") {
    return `has no capacity either: ${outcome}`;
  }
  settle(run, outcome, begin);
  return `runs again, as ${outcome.id}`;
}
