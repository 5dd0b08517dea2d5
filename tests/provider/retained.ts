import assert from "node:assert/strict";
import { TAG } from "../../provider/ec2/tags";
import type { Stack } from "./support";
import { made, nothingIsLeft } from "./world";

export type Retention = "delete" | "retain";

export const RETAINED_VOLUME = { name: "data", deviceName: "/dev/sdf", size: 10 };
export const PARTS = ["networkInterface", "elasticIp", "dataVolumes"] as const;
export type Deletion = Record<(typeof PARTS)[number], Retention>;

export const RETAINED: Deletion = { networkInterface: "retain", elasticIp: "retain", dataVolumes: "retain" };
export const DELETED: Deletion = { networkInterface: "delete", elasticIp: "delete", dataVolumes: "delete" };

/** The ids of what can be retained. */
export function idsOf({ outputs }: Stack): Deletion {
  const { networkInterfaceId, allocationId, dataVolumeIds } = outputs as Record<string, string> & {
    dataVolumeIds: Record<string, string>;
  };
  return { networkInterface: networkInterfaceId, elasticIp: allocationId, dataVolumes: dataVolumeIds.data } as Deletion;
}

/** Everything that is left of those, by id. */
export function leftIn(owner: Pick<Stack, "simulator">): { id: string; tags: Record<string, string> }[] {
  const { networkInterfaces, elasticIps, volumes } = made(owner);
  return [
    ...networkInterfaces.map((it) => ({ id: it.networkInterfaceId, tags: it.tags })),
    ...elasticIps.map((it) => ({ id: it.allocationId, tags: it.tags })),
    ...volumes.map((it) => ({ id: it.volumeId, tags: it.tags })),
  ];
}

export function areRetained(owner: Pick<Stack, "simulator">, ids: string[], point = ""): void {
  nothingIsLeft(owner, ...ids);
  const left = leftIn(owner);
  assert.deepEqual(left.map((it) => it.id).sort(), [...ids].sort(), point);
  for (const { id, tags } of left) {
    assert.deepEqual(
      [tags[TAG.retained], tags[TAG.id], tags[TAG.owned]],
      ["true", undefined, undefined],
      `${id} ${point}`,
    );
  }
}
