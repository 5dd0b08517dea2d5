/** The end of a managed instance: what was made is deleted, what was given is given back. (pure) */
import { TAG } from "../../ec2/tags";
import { holdsOurs, isAlive } from "../situation/instances";
import {
  isElsewhere,
  isOnOurs,
  isOurVolume,
  isOwnedElasticIp,
  isOwnedInstance,
  isOwnedInterface,
} from "../situation/belongings";
import { giveUpInterface } from "./plan";
import { giveUpVolume, outliving } from "./data-volumes";
import { giveUpElasticIp } from "./elastic-ip";
import { planKeepOnTermination } from "./network-interface";
import { planGivingBack, retainNetworkInterface } from "./retention";
import type { Situation } from "../../model/goal";
import type { ElasticIp, Instance, NetworkInterface, Volume } from "../../model/things";
import type { Step } from "./step";

type Teardown = Omit<Situation, "purpose">;

/** The steps that delete a machine, the record last. Given things are given back; retained things stay. */
export function planTeardown(teardown: Teardown): Step[] {
  const { observed } = teardown;
  const { template } = observed;
  return [
    ...planEnd(teardown),
    ...observed.elasticIps.flatMap((elasticIp) => planElasticIpEnd(elasticIp, teardown)),
    ...observed.networkInterfaces.filter((it) => !isLeft(it)).map((eni) => planInterfaceEnd(eni, teardown)),
    ...observed.volumes.filter((it) => isOurVolume(it, teardown)).flatMap((it) => planVolumeEnd(it, teardown)),
    ...[...observed.leftVolumes, ...outliving(observed.launchedVolumes)].map((volume): Step => ({
      kind: "delete-volume",
      volume,
    })),
    ...(template === undefined ? [] : [{ kind: "delete-record", templateId: template.id } as const]),
  ];
}

function planEnd(teardown: Teardown): Step[] {
  const {
    observed,
    desired: { deletion },
  } = teardown;
  const stays = observed.networkInterfaces.filter(
    (it) => deletion.networkInterface === "retain" || !isOwnedInterface(it, teardown),
  );
  const ending = observed.strangers.filter((it) => !isAlive(it));
  return [
    ...planKeepOnTermination(stays),
    ...observed.volumes
      .filter((it) => it.attachment?.deleteOnTermination === true && !isElsewhere(it, observed))
      .map((volume): Step => ({ kind: "keep-volume-on-termination", volume })),
    ...[...observed.instances, ...ending]
      .filter((it) => isAlive(it) || holdsOurs(it, observed))
      .map((instance) => planInstanceEnd(instance, teardown)),
  ];
}

/** Retained by a run that was killed since, or to be given by one that failed before it was: no longer, or not yet, ours. */
function isLeft({ tags }: NetworkInterface): boolean {
  return tags[TAG.retained] !== undefined && tags[TAG.id] === undefined;
}

/** An instance that was adopted and still is there stays there. */
function planInstanceEnd(instance: Instance, { desired }: Teardown): Step {
  return isAlive(instance) && !isOwnedInstance(instance, desired)
    ? planGivingBack(instance.id, "the instance", instance.tags)
    : { kind: "retire", instance };
}

function planInterfaceEnd(eni: NetworkInterface, teardown: Teardown): Step {
  return teardown.desired.deletion.networkInterface === "retain" && isOwnedInterface(eni, teardown)
    ? retainNetworkInterface(eni)
    : giveUpInterface(eni, teardown);
}

function planElasticIpEnd(elasticIp: ElasticIp, teardown: Teardown): Step[] {
  const {
    observed,
    desired: { deletion },
  } = teardown;
  const eni = observed.networkInterfaces.find((it) => it.id === elasticIp.association?.networkInterfaceId);
  const isRetained = deletion.elasticIp === "retain" && isOwnedElasticIp(elasticIp);
  const staysTogether =
    eni !== undefined &&
    (isOwnedInterface(eni, teardown)
      ? deletion.networkInterface === "retain" && isRetained
      : // An adopted interface keeps the address that it had.
        isRetained || !isOwnedElasticIp(elasticIp));
  const off: Step[] =
    isOnOurs(elasticIp, observed) && !staysTogether ? [{ kind: "disassociate-elastic-ip", elasticIp }] : [];
  return [...off, giveUpElasticIp(elasticIp, deletion.elasticIp)];
}

/** The steps that give up a volume. If it is to be deleted, it first comes off an instance that is left running. */
function planVolumeEnd(volume: Volume, teardown: Teardown): Step[] {
  const step = giveUpVolume(volume, teardown, teardown.desired.deletion.dataVolumes);
  const isDeleted = step.kind === "delete-volume" && volume.attachment !== undefined;
  return isDeleted ? [{ kind: "detach-volume", volume }, step] : [step];
}
