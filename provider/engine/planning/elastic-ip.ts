import type { Cast } from "../situation/cast";
import { isAtHome, isOnOurs, isOwnedElasticIp } from "../situation/belongings";
import { givenTags } from "../record/labels";
import type { ElasticIp } from "../../model/things";
import type { Step } from "./step";
import { wantsInterface } from "./network-interface";
import { planGivingBack, retainElasticIp } from "./retention";
import { planGivenTags } from "./tags";

/** Steps that take nothing from the old instance while it works. An address on an interface to be given up moves later. */
export function planElasticIp(cast: Cast): Step[] {
  const { id, desired, elasticIp: wanted } = cast;
  const steps: Step[] = [];
  if (desired.elasticIp === true && wanted === undefined) {
    // First, because it may fail, and until then the one that is held stays.
    steps.push({ kind: "allocate-elastic-ip" });
  }
  if (typeof desired.elasticIp === "string" && wanted !== undefined) {
    // Before it is put on, so that it can be found and given back however this run ends.
    steps.push(...planGivenTags(id, wanted.allocationId, wanted.tags, givenTags(id)));
  }
  return isToComeOn(cast) && placeTakers(cast).length === 0 ? [...steps, { kind: "associate-elastic-ip" }] : steps;
}

/** Steps that take the address that is held from the machine: only once no preflight can fail any more. */
export function planElasticIpExchange(cast: Cast): Step[] {
  const off = cast.surplusElasticIps
    .filter((eip) => isOnOurs(eip, cast.observed))
    .map((elasticIp): Step => ({ kind: "disassociate-elastic-ip", elasticIp }));
  return isToComeOn(cast) && placeTakers(cast).length > 0 ? [...off, { kind: "associate-elastic-ip" }] : off;
}

function isToComeOn(cast: Cast): boolean {
  const { desired, elasticIp } = cast;
  return desired.elasticIp !== false && elasticIp?.association === undefined && wantsInterface(cast);
}

/** The Elastic IPs that are where the wanted one is to be. */
function placeTakers({ networkInterface: eni, surplusElasticIps }: Cast): ElasticIp[] {
  return surplusElasticIps.filter((eip) => eni !== undefined && eip.association?.networkInterfaceId === eni.id);
}

/** The Elastic IP follows from an interface that is given up, once nothing works behind it, and from where somebody put it. */
export function planElasticIpMove(cast: Cast): Step[] {
  const { elasticIp: wanted, networkInterface: eni } = cast;
  if (wanted?.association === undefined || (eni !== undefined && isAtHome(wanted, eni))) {
    return [];
  }
  const off: Step = { kind: "disassociate-elastic-ip", elasticIp: wanted };
  return wantsInterface(cast) ? [off, { kind: "associate-elastic-ip" }] : [off];
}

/** A given Elastic IP loses our tags, one that was allocated here goes, unless it is to be retained. */
export function giveUpElasticIp(eip: ElasticIp, retention: "delete" | "retain"): Step {
  if (!isOwnedElasticIp(eip)) {
    return planGivingBack(eip.allocationId, `the Elastic IP ${eip.publicIp}`, eip.tags);
  }
  return retention === "retain" ? retainElasticIp(eip) : { kind: "release-elastic-ip", elasticIp: eip };
}
