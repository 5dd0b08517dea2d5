/** Back to the instance's specification, and interface, that worked before this run. */
import { explain } from "../../ec2/errors";
import { orNothing } from "../../ec2/lookups";
import { PASSING_TAGS, TAG } from "../../ec2/tags";
import { differentInputs, isChanging, readGeneration } from "../record/specification";
import { castOf } from "../situation/cast";
import { generationOf, holds, isAlive } from "../situation/instances";
import { requireUnchanged } from "./points";
import { endsAttempts, made, networkInterfaceOf, type Run } from "./run";
import type { Instance, NetworkInterface } from "../../model/things";
import { takeBackAddresses } from "./addresses";
import { attachAgain } from "./volume-attachment";
import { associateElasticIp, disassociateElasticIp } from "./elastic-ip";
import { attempt } from "./attempt";
import { onInterface } from "./launchable";
import { awaitFree } from "./network-interface";
import { retire } from "./retire";
import { settle } from "./start";

/** The wanted instance could not be launched; says what came of going back. */
export class RolledBack extends Error {
  override readonly name = "RolledBack";
}

/** The error to end with: says why the new instance does not work and whether the previous one runs again. */
export async function rollBack(run: Run, error: unknown): Promise<unknown> {
  const back = run.desired.replacement.rollbackOnFailure ? previous(run) : undefined;
  if (back === undefined) {
    return error;
  }
  await requireUnchanged(run);
  const { generation, eni } = back;
  const what = `generation ${generation} on ${eni.id}`;
  if (!(await isOnRecord(run, back))) {
    return bothSaid(error, `The previous one, ${what}, cannot be launched again: its launch template was deleted`);
  }
  run.say(`the new instance does not work; launching ${what} again`);
  let outcome: string;
  try {
    outcome = await relaunch(run, back);
  } catch (second) {
    if (endsAttempts(second)) {
      throw second;
    }
    outcome = `could not be launched again either: ${explain(second)}`;
  }
  return bothSaid(error, `The previous one, ${what}, ${outcome}`);
}

export function bothSaid(error: unknown, outcome: string): RolledBack {
  return new RolledBack(`${explain(error).replace(/\.$/, "")}. ${outcome}`, { cause: error });
}

interface Previous {
  retired: Instance;
  generation: number;
  eni: NetworkInterface;
}

/** The instance that this run retired, unless its launch is the very one that failed. */
function previous(run: Run): Previous | undefined {
  const { retired, observed } = run;
  const generation = retired === undefined ? undefined : generationOf(retired);
  const eni = observed.networkInterfaces.find((it) => retired !== undefined && holds(retired, it));
  if (retired === undefined || generation === undefined || eni === undefined) {
    return undefined;
  }
  const isSame = generation === observed.generation?.number && eni.id === networkInterfaceOf(run).id;
  return isSame ? undefined : { retired, generation, eni };
}

/** Whether the record still says how the instance was launched. Where somebody deleted it, the numbers of the new one mean something else. */
async function isOnRecord({ ec2, observed }: Run, { retired, generation }: Previous): Promise<boolean> {
  const templateId = made(observed.template, "launch template").id;
  const version = await orNothing(() => ec2.describeLatestVersion(templateId, { version: generation }));
  const launched = retired.tags[TAG.launch];
  const recorded = version && readGeneration(generation, version.description)?.launchHash;
  return (
    recorded !== undefined &&
    (launched === undefined || differentInputs(launched, recorded).every((it) => isChanging(launched, it)))
  );
}

/** @returns what came of it, as the end of a sentence */
async function relaunch(run: Run, { retired, generation, eni }: Previous): Promise<string> {
  const { launched } = run;
  if (launched !== undefined && isAlive(launched)) {
    // The instance may have run until now, and failed its checks: this is an outage of its own.
    run.darkSince ??= run.clock.now();
    await retire(run, launched);
  }
  await awaitFree(run, { id: eni.id, status: "in-use" });
  await takeBackAddresses(run, eni.id);
  const eip = castOf(run).elasticIp;
  if (eip !== undefined && eip.association?.networkInterfaceId !== eni.id) {
    await disassociateElasticIp(run, eip);
    await associateElasticIp(run, eni);
  }
  const begin = run.clock.now();
  const { lifecycle, type } = retired;
  const maxPrice =
    lifecycle === "spot" && run.recorded?.instanceId === retired.id ? run.recorded.market?.maxPrice : undefined;
  const outcome = await attempt(run, {
    version: generation,
    instanceType: type,
    network: onInterface(eni),
    market: { lifecycle, maxPrice },
    tags: Object.fromEntries(
      Object.entries(retired.tags).filter(([key]) => !key.startsWith("aws:") && !PASSING_TAGS.includes(key)),
    ),
  });
  if (typeof outcome === "string") {
    return `has no capacity either: ${outcome}`;
  }
  settle(run, outcome, begin);
  await attachAgain(run, retired, outcome);
  return `runs again, as ${outcome.id}`;
}
