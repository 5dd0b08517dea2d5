/** The ids of what is in an account: all of it, what others made, and what nobody knows. */
import type { SimState } from "../../local/ec2";
import { TAG } from "../../provider/ec2/tags";
import type { Stack } from "../provider/support";
import type { Made } from "../provider/world";

/** Everything in the account, by id. */
export type Ids = ReadonlySet<string>;

export function idsIn({
  templates,
  networkInterfaces,
  elasticIps,
  instances,
  volumes,
  spotRequests,
}: Made): Set<string> {
  return new Set([
    ...templates.map((it) => it.launchTemplateId),
    ...networkInterfaces.map((it) => it.networkInterfaceId),
    ...elasticIps.map((it) => it.allocationId),
    ...instances.map((it) => it.instanceId),
    ...volumes.map((it) => it.volumeId),
    ...spotRequests.map((it) => it.spotInstanceRequestId),
  ]);
}

/** Ids that others made and that stay: all but an instance that was adopted, and the things that EC2 ends with it. */
export function notOursToEnd(now: Made): string[] {
  const adopted = new Set(now.instances.filter((it) => TAG.id in it.tags).map((it) => it.instanceId));
  const endsWith = (it: { attachment?: { instanceId: string; deleteOnTermination: boolean } }): boolean =>
    it.attachment?.deleteOnTermination === true && adopted.has(it.attachment.instanceId);
  return [
    ...now.templates.map((it) => it.launchTemplateId),
    ...now.networkInterfaces.filter((it) => !endsWith(it)).map((it) => it.networkInterfaceId),
    ...now.elasticIps.map((it) => it.allocationId),
    ...now.instances.filter((it) => !adopted.has(it.instanceId)).map((it) => it.instanceId),
    ...now.volumes.filter((it) => !endsWith(it)).map((it) => it.volumeId),
  ];
}

/** It has our tag, or is on record, or hangs on an instance that has, and ends with that. */
export function isOurs(now: Made, recorded: readonly Stack["recorded"][], id: string): boolean {
  return !straysIn(now, recorded, new Set()).includes(id);
}

/** Ids that neither the state nor a search by tags leads to, and others did not make. */
export function straysIn(now: Made, states: readonly Stack["recorded"][], others: Ids): string[] {
  const tagged = (it: { tags: SimState["vpcs"][string]["tags"] }): boolean =>
    TAG.id in it.tags || TAG.retained in it.tags;
  const onRecord = JSON.stringify(states.map((it) => it?.outputs ?? {}));
  const isKnown = (id: string, it: { tags: Record<string, string> }): boolean =>
    tagged(it) || onRecord.includes(`"${id}"`);
  // An instance that is ending by itself needs nobody to know it.
  const instances = new Set(
    now.instances.filter((it) => it.state === "shutting-down" || isKnown(it.instanceId, it)).map((it) => it.instanceId),
  );
  const endsWithOurs = (it: { attachment?: { instanceId: string; deleteOnTermination: boolean } }): boolean =>
    it.attachment !== undefined && it.attachment.deleteOnTermination && instances.has(it.attachment.instanceId);
  const unknown: [string, boolean][] = [
    ...now.templates.map((it): [string, boolean] => [it.launchTemplateId, tagged(it)]),
    ...now.networkInterfaces.map((it): [string, boolean] => [it.networkInterfaceId, tagged(it) || endsWithOurs(it)]),
    ...now.elasticIps.map((it): [string, boolean] => [it.allocationId, tagged(it)]),
    ...now.instances.map((it): [string, boolean] => [it.instanceId, instances.has(it.instanceId)]),
    ...now.volumes.map((it): [string, boolean] => [it.volumeId, tagged(it) || endsWithOurs(it)]),
    ...now.spotRequests.map((it): [string, boolean] => [it.spotInstanceRequestId, instances.has(it.instanceId)]),
  ];
  return unknown
    .filter(([id, isFound]) => !isFound && !others.has(id) && !onRecord.includes(`"${id}"`))
    .map(([id]) => id);
}
