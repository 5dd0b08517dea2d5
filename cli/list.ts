/** `managed-instance list`: the machines of the account and region, a line each. */
import { listMachines } from "../controller/record";
import { connect, type GlobalOptions, type Shell } from "./connection";
import { ageText, type MachineView, viewOf } from "./machine-view";
import { jsonLines, tableLines } from "./print";
import { paint, type Paint, type Terminal } from "./terminal";

export type ListOptions = GlobalOptions & { json?: boolean };

const HEAD = ["NAME", "ID", "STATE", "GEN", "INSTANCE", "TYPE", "MARKET", "PRIVATE IP", "PUBLIC IP", "AGE"];
const STATE_COLUMN = 2;

export async function list(shell: Shell, options: ListOptions): Promise<void> {
  const { terminal } = shell;
  const connection = await connect(shell, options, terminal.complain);
  const now = connection.clock.now();
  const views = (await listMachines(connection)).map((it) => viewOf(it, now));
  if (options.json === true) {
    jsonLines(views).forEach(terminal.print);
  } else if (views.length === 0) {
    terminal.complain(`There are no managed instances in ${connection.region}.`);
  } else {
    tableLines(HEAD, views.map(rowOf), (text, column) =>
      column === STATE_COLUMN ? paintState(terminal, text) : text,
    ).forEach(terminal.print);
    const failed = views.filter((it) => it.reason !== "" || it.drift.length > 0);
    if (failed.length > 0) {
      terminal.complain(`\`managed-instance status NAME\` says more of: ${failed.map((it) => it.id).join(", ")}`);
    }
  }
}

function rowOf(view: MachineView): string[] {
  return [
    view.name,
    view.id,
    view.state + (view.drift.length > 0 ? " *" : ""),
    String(view.generation),
    view.instanceId,
    view.instanceType,
    view.market,
    view.privateIp,
    view.publicIp,
    ageText(view.ageSeconds),
  ];
}

const COLOURS: Readonly<Record<string, Paint>> = {
  running: "green",
  paused: "yellow",
  pending: "cyan",
  failed: "red",
  missing: "red",
};

export function paintState(terminal: Terminal, text: string): string {
  const colour = COLOURS[text.split(" ")[0] ?? ""];
  return colour === undefined ? text : paint(terminal, colour, text);
}
