/** The end of a managed instance: what was made is deleted, what was given is given back. */
import { isOwned } from "../ec2/tags";
import { isAlive, isOnOurs } from "./current";
import { giveUpElasticIp, holdsOurs, keepOnTermination, type Step } from "./plan";
import type { Desired, ElasticIp, Observed } from "./state";

export interface Teardown {
  observed: Observed;
  deletion: Desired["deletion"];
}

/** The steps to nothing, the record last. What was given is given back; what is to be retained stays. */
export function planTeardown({ observed, deletion }: Teardown): Step[] {
  const { template } = observed;
  return [
    ...planEnd(observed, deletion),
    ...observed.elasticIps.flatMap((elasticIp) => planElasticIpEnd(elasticIp, observed, deletion)),
    ...observed.networkInterfaces.map((eni): Step =>
      deletion.networkInterface === "retain"
        ? { kind: "retain", resourceId: eni.id, what: `network interface with ${eni.privateIp}` }
        : { kind: "delete-network-interface", networkInterface: eni },
    ),
    ...(template === undefined ? [] : [{ kind: "delete-record", templateId: template.id } as const]),
  ];
}

function planEnd(observed: Observed, deletion: Desired["deletion"]): Step[] {
  const flipped = deletion.networkInterface === "retain" ? observed.networkInterfaces : [];
  const ending = observed.strangers.filter((it) => !isAlive(it));
  return [
    ...keepOnTermination(flipped),
    ...[...observed.instances, ...ending]
      .filter((it) => isAlive(it) || holdsOurs(it, observed))
      .map((instance): Step => ({ kind: "retire", instance })),
  ];
}

function planElasticIpEnd(elasticIp: ElasticIp, observed: Observed, deletion: Desired["deletion"]): Step[] {
  const stays = deletion.networkInterface === "retain" && deletion.elasticIp === "retain" && isOwned(elasticIp);
  const off: Step[] = isOnOurs(elasticIp, observed) && !stays ? [{ kind: "disassociate-elastic-ip", elasticIp }] : [];
  return [...off, giveUpElasticIp(elasticIp, deletion.elasticIp)];
}
