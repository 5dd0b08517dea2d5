/** `managed-instance status [NAME|ID]`: all that is known of a machine, or of each. */
import { listMachines } from "../controller/record";
import { connect, findReading, type GlobalOptions, type Shell } from "./connection";
import { paintState } from "./list";
import { ageText, type MachineView, type ReplacementView, viewOf } from "./machine-view";
import { type NamedValues, fieldLines, jsonLines } from "./print";

export type StatusOptions = GlobalOptions & { json?: boolean };

export async function status(shell: Shell, idOrName: string | undefined, options: StatusOptions): Promise<void> {
  const { terminal } = shell;
  const connection = await connect(shell, options, terminal.complain);
  const now = connection.clock.now();
  const readings = idOrName === undefined ? await listMachines(connection) : [await findReading(connection, idOrName)];
  const views = readings.map((it) => viewOf(it, now));
  if (options.json === true) {
    jsonLines(idOrName === undefined ? views : views[0]).forEach(terminal.print);
    return;
  }
  if (views.length === 0) {
    terminal.complain(`There are no managed instances in ${connection.region}.`);
  }
  for (const [index, view] of views.entries()) {
    if (index > 0) {
      terminal.print("");
    }
    const paintValue = (text: string, name: string): string => (name === "state" ? paintState(terminal, text) : text);
    fieldLines(fieldsOf(view), paintValue).forEach(terminal.print);
  }
}

function fieldsOf(view: MachineView): NamedValues[] {
  return [
    ["name", view.name],
    ["id", view.id],
    ["state", stateOf(view)],
    ["generation", String(view.generation)],
    ["instance", view.instanceId],
    ["type", view.instanceType],
    ["market", view.market],
    ["interface", view.networkInterfaceId],
    ["private IP", [view.privateIp, ...view.secondaryPrivateIps].join(" ")],
    ["IPv6", view.ipv6Addresses.join(" ")],
    ["public IP", [view.publicIp, view.allocationId].join(" ").trim()],
    ["zone", view.availabilityZone],
    ["age", view.launchedAt === null ? "" : `${ageText(view.ageSeconds)}, since ${view.launchedAt}`],
    ["replaced", view.lastReplacement === null ? "" : replacementText(view.lastReplacement)],
    ["next", view.nextSchedule === null ? "" : `${view.nextSchedule.action} at ${view.nextSchedule.at}`],
    ["drift", view.drift],
  ];
}

function stateOf({ state, reason, desiredState }: MachineView): string {
  const isOther = (desiredState === "paused") !== (state === "paused") && desiredState !== "";
  return [state, ...(reason === "" ? [] : [reason]), ...(isOther ? [`is to be ${desiredState}`] : [])].join("; ");
}

function replacementText({ at, reason, instanceId, inARow, gaveUp }: ReplacementView): string {
  const of = instanceId === "" ? "" : ` of ${instanceId}`;
  const again = inARow > 1 ? `, number ${inARow} in a row` : "";
  return `${at}: ${reason}${of}${again}${gaveUp ? "; nothing more is tried for it" : ""}`;
}
