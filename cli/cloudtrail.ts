/** CloudTrail's record of who did what to a machine in the last 90 days. The one file that knows its client. */
import type { Event as TrailEvent } from "@aws-sdk/client-cloudtrail";
import type { GlobalOptions } from "./connection";
import { type OptionalAnswer, clientConfig, installed, notAsked, whyOf } from "./optional";

export interface Trace {
  at: number;
  /** EC2's action. */
  action: string;
  by: string;
  resourceId: string;
}

/** Most events to read. CloudTrail answers two requests a second, and the latest events are the ones that matter. */
const MOST = 50;

/** Finds the changes to things, by their ids, without the calls that only read. */
export async function tracesOf(
  region: string,
  options: GlobalOptions,
  resourceIds: readonly string[],
): Promise<OptionalAnswer<Trace[]>> {
  const why = notAsked("cloudtrail", options);
  if (why !== undefined) {
    return { why };
  }
  const cloudtrail = await installed(() => import("@aws-sdk/client-cloudtrail"));
  if (cloudtrail === undefined) {
    return { why: "`npm install @aws-sdk/client-cloudtrail` lets it look" };
  }
  const client = new cloudtrail.CloudTrailClient(clientConfig(region, options));
  const eventsOf = async (resourceId: string): Promise<TrailEvent[]> => {
    const LookupAttributes = [{ AttributeKey: "ResourceName", AttributeValue: resourceId } as const];
    return (await client.send(new cloudtrail.LookupEventsCommand({ LookupAttributes, MaxResults: MOST }))).Events ?? [];
  };
  try {
    const found = new Map<string, Trace>();
    for (const resourceId of resourceIds) {
      for (const event of await eventsOf(resourceId)) {
        const id = event.EventId ?? "";
        if (event.ReadOnly !== "true" && !found.has(id)) {
          found.set(id, traceOf(event, resourceId));
        }
      }
    }
    return { answer: [...found.values()] };
  } catch (error) {
    return { why: `${whyOf(error)} (it takes cloudtrail:LookupEvents)` };
  }
}

function traceOf({ EventName: action = "", EventTime, Username: by = "" }: TrailEvent, resourceId: string): Trace {
  return { at: EventTime?.getTime() ?? 0, action, by, resourceId };
}
