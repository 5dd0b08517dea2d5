/** The common part of `pause`, `resume` and `recycle`: find the machine, ask, act with live lines, print the result. */
import { saying } from "../provider/ec2/saying";
import { type ByHand, carryOut, protectionsAgainst } from "../controller/by-hand";
import type { Machine } from "../controller/record";
import type { Deps } from "../provider/engine/steps/run";
import { castOf } from "../provider/engine/situation/cast";
import { holds, isAlive } from "../provider/engine/situation/instances";
import { outputsOf } from "../provider/engine/situation/outputs";
import { ReconcileFailure } from "../provider/engine/reconcile";
import type { Instance } from "../provider/model/things";
import type { Outputs } from "../provider/model/outputs";
import { sentence } from "../provider/failure";
import { printable } from "../provider/kit/printable";
import { confirmed } from "./confirm";
import { type Connection, connect, findMachine, type GlobalOptions, type Shell } from "./connection";
import { EXIT, CommandError } from "./exit";
import { viewOf } from "./machine-view";
import { jsonLines } from "./print";

export type ActOptions = GlobalOptions & { yes?: boolean; wait: boolean; json?: boolean };

export interface Verb {
  name: ByHand;
  /** The reason why there is nothing to do, as the end of "web …". */
  nothingToDo(machine: Machine): string | undefined;
  /** Says what becomes of the instance; undefined where there is nothing to confirm. */
  consequence(machine: Machine): string | undefined;
  /** Records the wish, so that whoever looks from then on wants the same. */
  record(machine: Machine, deps: Deps): Promise<Machine>;
  /** The command that goes on after a failure, as the beginning of "… goes on from here". */
  goesOn: string;
  /** A hint to print once the verb is done. */
  hint?: string;
}

export async function actByHand(shell: Shell, verb: Verb, idOrName: string, options: ActOptions): Promise<void> {
  const { terminal } = shell;
  const say = options.json === true ? terminal.complain : terminal.print;
  const connection = await connect(shell, options, say);
  const machine = await findMachine(connection, idOrName);
  const name = printable(machine.name);
  const idle = verb.nothingToDo(machine);
  if (idle !== undefined) {
    say(printable(`${machine.name} ${idle}; nothing was done`));
    return printResult(shell, connection, idOrName, options);
  }
  const inTheWay = await protectionsAgainst(machine, verb.name, connection.ec2);
  if (inTheWay.length > 0) {
    throw new CommandError(`${machine.name}: nothing was changed: ${inTheWay.join("; ")}`, EXIT.failed);
  }
  await ask(shell, verb, machine, options.yes === true);
  // The machine may have changed while the question stood.
  const current = await findMachine(connection, machine.id);
  const wanted = await saying(`put on record that ${machine.name} is to ${verb.name}`, () =>
    verb.record(current, connection.depsFor(current)),
  );
  if (!options.wait) {
    say(
      `${name}: recorded. The controller or \`managed-instance watch\` will carry it out; run the same command without --no-wait to do it now.`,
    );
    return printResult(shell, connection, machine.id, options);
  }
  const outputs = await carriedOut(connection, wanted, verb);
  say(printable(`${machine.name} ${endOf(outputs)}`));
  if (verb.hint !== undefined) {
    terminal.complain(verb.hint);
  }
  await printResult(shell, connection, machine.id, options);
}

async function carriedOut(connection: Connection, machine: Machine, { name, goesOn }: Verb): Promise<Outputs> {
  try {
    return await carryOut(machine, connection.depsFor(machine));
  } catch (error) {
    if (error instanceof ReconcileFailure) {
      const text = `${sentence(error.reason)} The ${name} is on record: ${goesOn} goes on from here.`;
      throw new Error(text, { cause: error });
    }
    throw error;
  }
}

async function printResult(
  { terminal }: Shell,
  connection: Connection,
  id: string,
  { json }: ActOptions,
): Promise<void> {
  if (json === true) {
    const view = viewOf(await findMachine(connection, id), connection.clock.now());
    jsonLines(view).forEach(terminal.print);
  }
}

async function ask({ terminal }: Shell, verb: Verb, machine: Machine, yes: boolean): Promise<void> {
  const consequence = verb.consequence(machine);
  if (consequence === undefined) {
    return;
  }
  const { instanceId, privateIp } = outputsOf(castOf(machine));
  const place = [instanceId, privateIp].filter((it) => it !== "").join(", ");
  await confirmed(terminal, printable(`${verb.name} ${machine.name} (${place})? ${consequence}`), yes);
}

function endOf({ state, instanceId, launchedInstanceType, lifecycle, privateIp, publicIp }: Outputs): string {
  const addresses = [privateIp, publicIp].filter((it) => it !== "").join(", ");
  const place = addresses === "" ? "" : ` ${state === "running" ? "at" : "keeps"} ${addresses}`;
  const what = state === "running" ? `runs: ${instanceId} (${launchedInstanceType}, ${lifecycle})` : `is ${state};`;
  return `${what}${place}`;
}

/** The instance on the machine's interface. */
export function instanceHeldBy(machine: Machine): Instance | undefined {
  return (
    castOf(machine).holder ??
    machine.observed.instances.find(
      (instance) => isAlive(instance) && machine.observed.networkInterfaces.some((eni) => holds(instance, eni)),
    )
  );
}

/** Says which addresses and volumes go with the instance, and which stay. */
export function staying(machine: Machine, instance: Instance, isEnded: boolean): string {
  const { persistPrivateIp } = machine.desired;
  const { networkInterfaceId, privateIp, allocationId, publicIp } = outputsOf(castOf(machine));
  const goesWithIt = new Set(
    isEnded ? instance.devices.filter((it) => it.deleteOnTermination).map((it) => it.volumeId) : [],
  );
  const volumes = instance.devices.map((it) => it.volumeId);
  const keepsInterface = persistPrivateIp || !isEnded;
  const stays = [
    ...(keepsInterface ? [networkInterfaceId, privateIp] : []),
    ...(allocationId === "" ? [] : [publicIp]),
    ...volumes.filter((it) => !goesWithIt.has(it)),
  ];
  const goes = [
    ...goesWithIt,
    ...(keepsInterface ? [] : [networkInterfaceId, privateIp]),
    ...(allocationId === "" && publicIp !== "" ? [publicIp] : []),
  ];
  return [
    ...(goes.length === 0 ? [] : [`${goes.join(", ")} ${goes.length === 1 ? "goes" : "go"} with it.`]),
    ...(stays.length === 0 ? [] : [`${stays.join(", ")} ${stays.length === 1 ? "stays" : "stay"}.`]),
  ].join(" ");
}
