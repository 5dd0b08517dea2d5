/** A look at the other machines of the account whose tag is on what the inputs name. */
import type { Ec2 } from "../../ec2/ec2";
import { TAG } from "../../ec2/tags";
import type { ElasticIp, Volume } from "../../model/things";
import type { OtherMachine } from "../../model/observed";

/** Things that the inputs name by id or address. */
export interface GivenThings {
  elasticIp?: ElasticIp;
  volumes: readonly Volume[];
}

/** A given thing with the tag of another machine, and the interface or the instance that it is on. */
interface Held {
  thing: string;
  owner: string;
  interfaceId?: string;
  instanceId?: string;
}

/** Calls EC2 only where something that the inputs name has the tag of another machine. */
export async function observeOtherMachines(ec2: Ec2, id: string, given: GivenThings): Promise<OtherMachine[]> {
  const held = heldByOthers(id, given);
  if (held.length === 0) {
    return [];
  }
  const owners = [...new Set(held.map((it) => it.owner))];
  const interfaceIds = held.flatMap((it) => it.interfaceId ?? []);
  const instanceIds = held.flatMap((it) => it.instanceId ?? []);
  const [templates, interfaces, instances] = await Promise.all([
    ec2.describeLaunchTemplates({ "launch-template-name": owners }),
    interfaceIds.length === 0 ? [] : ec2.describeNetworkInterfaces({ "network-interface-id": interfaceIds }),
    instanceIds.length === 0 ? [] : ec2.describeInstances({ "instance-id": instanceIds }),
  ]);
  const isOn = ({ owner, interfaceId, instanceId }: Held): boolean =>
    [interfaceId, instanceId]
      .filter((it) => it !== undefined)
      .every((it) => [...interfaces, ...instances].some((on) => on.id === it && on.tags[TAG.id] === owner));
  return owners.map((owner) => {
    const template = templates.find((it) => it.name === owner);
    return {
      id: owner,
      name: template === undefined ? undefined : (template.tags.Name ?? owner),
      holds: held.filter((it) => it.owner === owner && isOn(it)).map((it) => it.thing),
    };
  });
}

function heldByOthers(id: string, { elasticIp, volumes }: GivenThings): Held[] {
  const addresses = (elasticIp === undefined ? [] : [elasticIp]).map(({ allocationId: thing, association, tags }) => ({
    thing,
    tags,
    interfaceId: association?.networkInterfaceId,
    instanceId: association?.instanceId,
  }));
  const attached = volumes.map(({ id: thing, attachment, tags }) => ({
    thing,
    tags,
    interfaceId: undefined,
    instanceId: attachment?.instanceId,
  }));
  return [...addresses, ...attached].flatMap(({ tags, ...it }) => {
    const owner = tags[TAG.id];
    return owner === undefined || owner === id ? [] : [{ ...it, owner }];
  });
}
