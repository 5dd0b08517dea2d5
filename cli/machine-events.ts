/** The events of a machine, from its tags, its template's versions and CloudTrail. */
import { isReadable, type Machine, type Reading } from "../controller/record";
import { generationOf } from "../provider/engine/situation/instances";
import { tracesOf } from "./cloudtrail";
import type { Connection, GlobalOptions } from "./connection";
import { timeText } from "./machine-view";

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

/** The latest events, in the order of their times, and why CloudTrail is not among their sources, where it is not. */
export async function eventsOf(
  connection: Connection,
  reading: Reading,
  { limit, ...options }: GlobalOptions & { limit: number },
): Promise<{ events: Event[]; whyNoTraces: string | undefined }> {
  const traced = await tracesOf(connection.region, options, resourcesOf(reading));
  const traces = "answer" in traced ? traced.answer : [];
  const events = [
    ...(await generations(connection, reading, limit)),
    ...(isReadable(reading) ? ofMachine(reading) : []),
    ...traces.map(({ at, action, by, resourceId }): Event => {
      return { at: timeText(at), source: "cloudtrail", what: action, resourceId, by };
    }),
  ]
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))
    .slice(-limit);
  return { events, whyNoTraces: "why" in traced ? traced.why : undefined };
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
