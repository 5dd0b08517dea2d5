/** `managed-instance history NAME|ID`: what became of a machine, from its tags, its template's versions and CloudTrail. */
import { connect, findReading, type GlobalOptions, type Shell } from "./connection";
import { eventsOf } from "./machine-events";
import { jsonLines, tableLines } from "./print";

export type HistoryOptions = GlobalOptions & { json?: boolean; limit: number };

export async function history(shell: Shell, idOrName: string, options: HistoryOptions): Promise<void> {
  const { terminal } = shell;
  const connection = await connect(shell, options, terminal.complain);
  const reading = await findReading(connection, idOrName);
  const { events, whyNoTraces } = await eventsOf(connection, reading, options);
  if (whyNoTraces !== undefined) {
    terminal.complain(`CloudTrail is not asked: ${whyNoTraces}`);
  }
  if (options.json === true) {
    jsonLines(events).forEach(terminal.print);
    return;
  }
  const rows = events.map((it) => [it.at, it.source, it.what, it.resourceId, it.by]);
  tableLines(["AT", "FROM", "WHAT", "OF", "BY"], rows).forEach(terminal.print);
}
