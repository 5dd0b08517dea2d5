/** Checks the snapshots that new data volumes are to be made of: whether they are there, and no larger than the volume. */
import type { Clock } from "../kit/clock";
import type { Ec2 } from "../ec2/ec2";
import type { InputName } from "./table";
import { patiently } from "../ec2/lookups";
import { volumesIn } from "./refused-changes";
import { type Failure, isUnknown } from "./validation";

type Inputs = Readonly<Record<string, unknown>>;

interface Asked {
  inputs: Inputs;
  /** The machine's record: an existing volume was made of its snapshot, which may be gone since. */
  olds: Inputs;
  region: string;
  clock: Clock;
}

export async function snapshotFailures(
  ec2: () => Ec2,
  { inputs, olds, region, clock }: Asked,
  changed: (name: InputName) => boolean,
): Promise<Failure[]> {
  const before = new Set(volumesIn(olds).map(({ volume }) => volume.name));
  const asked = volumesIn(inputs).flatMap(({ path, volume: { name, snapshotId, size } }) =>
    typeof snapshotId === "string" && !isUnknown(snapshotId) && !before.has(name) ? [{ path, snapshotId, size }] : [],
  );
  if (!changed("dataVolumes")) {
    return [];
  }
  const found = await Promise.all(
    asked.map(({ snapshotId }) =>
      patiently(
        () => ec2().describeSnapshot(snapshotId),
        (it) => it !== undefined,
        clock,
      ),
    ),
  );
  return asked.flatMap(({ path, snapshotId, size }, index): Failure[] => {
    const snapshot = found[index];
    if (snapshot === undefined) {
      const property = `${path}.snapshotId`;
      const reason = `${property}: ${snapshotId} does not exist in ${region}; snapshots are regional, and a private one must be shared with this account`;
      return [{ property, reason }];
    }
    const property = `${path}.size`;
    const reason = `${property}: ${String(size)} GiB is asked for, and the snapshot ${snapshotId} is of ${snapshot.size} GiB; give at least that, or leave size out`;
    return typeof size === "number" && size < snapshot.size ? [{ property, reason }] : [];
  });
}
