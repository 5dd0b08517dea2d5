/** The rules of EBS that a volume's own inputs, or two volumes of one machine, can break. A value that is not known yet is never judged. (pure) */
import { canonicalDevice } from "../kit/devices";
import { type Failure, isGiven, isObject, repeats, shown, shownBare, UNKNOWN } from "./validation";

type Inputs = Readonly<Record<string, unknown>>;

export function rootVolumeFailures({ rootVolume }: Inputs): Failure[] {
  return isObject(rootVolume) ? shapeFailures("rootVolume", rootVolume) : [];
}

export function dataVolumeFailures({ dataVolumes }: Inputs): Failure[] {
  const volumes: unknown[] = Array.isArray(dataVolumes) ? dataVolumes : [];
  return [
    ...volumes.flatMap((volume, index) => {
      const path = `dataVolumes[${index}]`;
      if (!isObject(volume)) {
        return [];
      }
      return [...shapeFailures(path, volume), ...givenVolumeFailures(path, volume), ...sizeFailures(path, volume)];
    }),
    ...SHARED.flatMap((shared) => sharedFailures(volumes, shared)),
  ];
}

/** The rules of EBS that depend neither on the region nor on the size. */
function shapeFailures(path: string, volume: Inputs): Failure[] {
  return [...performanceFailures(path, volume), ...keyFailures(path, volume)];
}

function performanceFailures(path: string, { type, iops, throughput, volumeId }: Inputs): Failure[] {
  // A volume without a type has its image's, or its own, which only EC2 knows.
  if (!isGiven(type)) {
    return [];
  }
  const typed = `${path}.type is ${shown(type)}`;
  const provisioned = type === "io1" || type === "io2";
  const failures: Failure[] = [];
  const report = (name: string, reason: string): void => {
    failures.push({ property: `${path}.${name}`, reason: `${path}.${name} ${reason}` });
  };
  if (isGiven(throughput) && type !== "gp3") {
    report("throughput", `is for gp3 only, but ${typed}; take it out, or take gp3`);
  }
  if (isGiven(iops) && type !== "gp3" && !provisioned) {
    report("iops", `is for gp3, io1 and io2 only, but ${typed}; take it out, or take gp3`);
  }
  // A given volume that has them keeps them.
  if (provisioned && iops === undefined && volumeId === undefined) {
    report("iops", `is required, since ${typed}; give it, or take gp3`);
  }
  return failures;
}

function keyFailures(path: string, { encrypted, kmsKeyId, volumeId }: Inputs): Failure[] {
  // For a given volume any key is wrong, which another rule says.
  const isJudged = isGiven(kmsKeyId) && encrypted !== UNKNOWN && volumeId === undefined;
  const reason = `${path}.kmsKeyId needs ${path}.encrypted: true`;
  return isJudged && encrypted !== true ? [{ property: `${path}.kmsKeyId`, reason }] : [];
}

function givenVolumeFailures(path: string, volume: Inputs): Failure[] {
  if (!isGiven(volume.volumeId)) {
    return [];
  }
  return ["snapshotId", "encrypted", "kmsKeyId"]
    .filter((name) => isGiven(volume[name]))
    .map((name) => ({
      property: `${path}.volumeId`,
      reason: `${path}.volumeId: ${shown(volume.volumeId)} and ${path}.${name}: ${shown(volume[name])} contradict each other: ${name} is for a volume that is made; take one of the two out`,
    }));
}

function sizeFailures(path: string, { size, snapshotId, volumeId }: Inputs): Failure[] {
  if (size !== undefined || snapshotId !== undefined || volumeId !== undefined) {
    return [];
  }
  const reason = `${path}.size is required (in GiB), unless ${path}.snapshotId or ${path}.volumeId is given`;
  return [{ property: `${path}.size`, reason }];
}

/** A field in which no two volumes may agree. */
interface Shared {
  field: string;
  /** The volumes share it, as the middle of "A and B … it". */
  share: string;
  /** Tells what to do. */
  advice: string;
}

const SHARED: readonly Shared[] = [
  { field: "name", share: "are both named", advice: "a volume is known by its name, so give each its own" },
  { field: "deviceName", share: "are both on", advice: "give each its own (/dev/sdf and /dev/xvdf are the same)" },
  { field: "volumeId", share: "are both", advice: "give it once" },
];

function sharedFailures(volumes: unknown[], { field, share, advice }: Shared): Failure[] {
  const values = volumes.map((it) => (isObject(it) ? it[field] : undefined));
  return repeats(values, canonicalDevice).map(({ first, second }) => ({
    property: `dataVolumes[${first}].${field}`,
    reason: `dataVolumes[${first}] and dataVolumes[${second}] ${share} ${shownBare(String(values[first]))}; ${advice}`,
  }));
}
