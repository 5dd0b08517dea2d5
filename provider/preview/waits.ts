/** Sentences of a preview about things that another machine has and may let go of in the same run. */
import type { Ec2 } from "../ec2/ec2";
import { TAG } from "../ec2/tags";
import { likelyId } from "../engine/record/claim";
import { findElasticIp } from "../engine/situation/observe-elastic-ips";
import { observeOtherMachines } from "../engine/situation/other-machines";
import { awaited, letGoSeconds, nameOfMachine } from "../engine/planning/sharing";
import type { Desired } from "../model/desired";
import { NOTHING_OBSERVED } from "../model/observed";
import { type Cast, castOf } from "../engine/situation/cast";

/** One phrase for each thing that is waited for. */
export function waitsIn(situation: Cast): string[] {
  const most = letGoSeconds(situation.desired);
  return awaited(situation).map(
    ({ words, holder }) => `waits up to ${most} s for ${nameOfMachine(holder)} to let go of ${words}`,
  );
}

/** The same for a machine that is to be made. EC2 is asked only where the machine names something. */
export async function waitsOfNew(ec2: Ec2, desired: Desired): Promise<string[]> {
  const volumeIds = desired.dataVolumes.flatMap((it) => it.volumeId ?? []);
  const [elasticIp, volumes] = await Promise.all([
    typeof desired.elasticIp === "string" ? findElasticIp(ec2, desired.elasticIp) : undefined,
    volumeIds.length === 0 ? [] : ec2.describeVolumes({ "volume-id": volumeIds }),
  ]);
  if (![elasticIp, ...volumes].some((it) => it?.tags[TAG.id] !== undefined)) {
    return [];
  }
  // An earlier create of this very resource may have it already.
  const id = await likelyId(ec2, desired.resourceUrn);
  const otherMachines = await observeOtherMachines(ec2, id, { elasticIp, volumes });
  const observed = { ...NOTHING_OBSERVED, givenElasticIp: elasticIp, volumes, otherMachines };
  return waitsIn(castOf({ id, desired, observed, purpose: { kind: "create" } }));
}
