/** `managed-instance history NAME|ID`: what became of a machine, from its tags, its template's versions and CloudTrail. */
import { isReadable, type Machine, type Reading } from "../controller/record";
import { generationOf } from "../provider/engine/situation/instances";
import { tracesOf } from "./cloudtrail";
import { type Connection, connect, findReading, type GlobalOptions, type Shell } from "./connection";
import { timeText } from "./machine-view";
import { jsonLines, tableLines } from "./print";

export type HistoryOptions = GlobalOptions & { json?: boolean; limit: number };

/** `--json` prints these under these names. */
export interface Event {
  at: string;
  /** The source of the event. */
  source: "record" | "instance" | "cloudtrail";
  what: string;
  resourceId: string;
  /** The user or role, where CloudTrail tells it. */
  by: string;
}

export async function history(shell: Shell, idOrName: string, options: HistoryOptions): Promise<void> {
  const { terminal } = shell;
  const connection = await connect(shell, options, terminal.complain);
  const reading = await findReading(connection, idOrName);
  const traced = await tracesOf(connection.region, options, resourcesOf(reading));
  if ("why" in traced) {
    terminal.complain(`CloudTrail is not asked: ${traced.why}`);
  }
  const traces = "answer" in traced ? traced.answer : [];
  const events = [
    ...(await generations(connection, reading, options.limit)),
    ...(isReadable(reading) ? ofMachine(reading) : []),
    ...traces.map(({ at, action, by, resourceId }): Event => {
      return { at: timeText(at), source: "cloudtrail", what: action, resourceId, by };
    }),
  ]
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-options.limit);
  if (options.json === true) {
    jsonLines(events).forEach(terminal.print);
    return;
  }
  const rows = events.map((it) => [it.at, it.source, it.what, it.resourceId, it.by]);
  tableLines(["AT", "FROM", "WHAT", "OF", "BY"], rows).forEach(terminal.print);
}

function resourcesOf(reading: Reading): string[] {
  const things = isReadable(reading)
    ? [
        ...reading.observed.instances.map((it) => it.id),
        ...reading.observed.networkInterfaces.map((it) => it.id),
        ...reading.observed.elasticIps.map((it) => it.allocationId),
      ]
    : [];
  return [reading.template.id, ...things];
}

/** The launch template's versions: a specification each, or a recycle. */
async function generations({ ec2 }: Connection, { template }: Reading, limit: number): Promise<Event[]> {
  const found: Event[] = [];
  const first = Math.max(1, template.latestVersion - limit + 1);
  for (let number = first; number <= template.latestVersion; number++) {
    const { createdAt = template.createdAt, data } = await ec2.describeLatestVersion(template.id, { version: number });
    const launches = data === undefined ? "" : `: ${data.instanceType}, ${data.imageId}`;
    found.push({
      at: timeText(createdAt),
      source: "record",
      what: `generation ${number}${launches}`,
      resourceId: template.id,
      by: "",
    });
  }
  return found;
}

function ofMachine({ observed, history: { replacement } }: Machine): Event[] {
  const launches = observed.instances.map(({ id, launchedAt, type, lifecycle, state, stateReason, ...instance }) => {
    const generation = generationOf({ id, launchedAt, type, lifecycle, state, ...instance });
    const of = generation === undefined ? "" : ` of generation ${generation}`;
    const now =
      state === "running" ? "" : `; ${state} by now${stateReason === undefined ? "" : ` (${stateReason.message})`}`;
    return {
      at: timeText(launchedAt),
      source: "instance" as const,
      what: `launched or started${of}: ${type}, ${lifecycle}${now}`,
      resourceId: id,
      by: "",
    };
  });
  const replaced: Event[] =
    replacement === undefined
      ? []
      : [
          {
            at: timeText(replacement.at),
            source: "record",
            what: `replaced: ${replacement.reason}${replacement.gaveUp ? "; then nothing more was tried" : ""}`,
            resourceId: replacement.instanceId,
            by: "",
          },
        ];
  return [...launches, ...replaced];
}
