/** The end of a managed instance: what was made is deleted, what was given is given back. (pure) */
import { isAlive, isOnOurs, isOwnedElasticIp, isOwnedInterface } from "./current";
import { giveUpInterface } from "./plan";
import { giveUpVolume } from "./planning/data-volumes";
import { giveUpElasticIp } from "./planning/elastic-ip";
import { holdsOurs } from "./planning/instance";
import { keepOnTermination } from "./planning/network-interface";
import { giveBack, retainNetworkInterface } from "./planning/retention";
import { isOwnedInstance } from "./planning/tags";
import type { Desired, ElasticIp, Instance, NetworkInterface, Observed, Volume } from "./state";
import type { Step } from "./step";

export interface Teardown {
  id: string;
  observed: Observed;
  deletion: Desired["deletion"];
}

/** The steps to nothing, the record last. What was given is given back; what is to be retained stays. */
export function planTeardown(teardown: Teardown): Step[] {
  const { observed, deletion } = teardown;
  const { template } = observed;
  return [
    ...planEnd(teardown),
    ...observed.elasticIps.flatMap((elasticIp) => planElasticIpEnd(elasticIp, teardown)),
    ...observed.networkInterfaces.map((eni) => planInterfaceEnd(eni, teardown)),
    ...observed.volumes.flatMap((volume) => planVolumeEnd(volume, deletion)),
    ...(template === undefined ? [] : [{ kind: "delete-record", templateId: template.id } as const]),
  ];
}

function planEnd({ id, observed, deletion }: Teardown): Step[] {
  const stays = observed.networkInterfaces.filter(
    (it) => deletion.networkInterface === "retain" || !isOwnedInterface(it, id),
  );
  const ending = observed.strangers.filter((it) => !isAlive(it));
  return [
    ...keepOnTermination(stays),
    ...observed.volumes
      .filter((it) => it.attachment?.deleteOnTermination === true)
      .map((volume): Step => ({ kind: "keep-volume-on-termination", volume })),
    ...[...observed.instances, ...ending]
      .filter((it) => isAlive(it) || holdsOurs(it, observed))
      .map((instance) => planInstanceEnd(instance, observed)),
  ];
}

/** An instance that was adopted and still is there stays there. */
function planInstanceEnd(instance: Instance, observed: Observed): Step {
  return isAlive(instance) && !isOwnedInstance(instance, observed)
    ? giveBack(instance.id, "the instance", instance.tags)
    : { kind: "retire", instance };
}

function planInterfaceEnd(eni: NetworkInterface, { id, deletion }: Teardown): Step {
  return deletion.networkInterface === "retain" && isOwnedInterface(eni, id)
    ? retainNetworkInterface(eni)
    : giveUpInterface(eni, id);
}

function planElasticIpEnd(elasticIp: ElasticIp, { id, observed, deletion }: Teardown): Step[] {
  const eni = observed.networkInterfaces.find((it) => it.id === elasticIp.association?.networkInterfaceId);
  const isRetained = deletion.elasticIp === "retain" && isOwnedElasticIp(elasticIp);
  const staysTogether =
    eni !== undefined &&
    (isOwnedInterface(eni, id)
      ? deletion.networkInterface === "retain" && isRetained
      : // What was adopted keeps the address that it had.
        isRetained || !isOwnedElasticIp(elasticIp));
  const off: Step[] =
    isOnOurs(elasticIp, observed) && !staysTogether ? [{ kind: "disassociate-elastic-ip", elasticIp }] : [];
  return [...off, giveUpElasticIp(elasticIp, deletion.elasticIp)];
}

/** On an instance that is left running a volume that is to be deleted comes off first. */
function planVolumeEnd(volume: Volume, { dataVolumes }: Desired["deletion"]): Step[] {
  const step = giveUpVolume(volume, dataVolumes);
  const isDeleted = step.kind === "delete-volume" && volume.attachment !== undefined;
  return isDeleted ? [{ kind: "detach-volume", volume }, step] : [step];
}
