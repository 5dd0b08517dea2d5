/** A look at what the inputs say is to be adopted. */
import type { Ec2 } from "../../ec2/ec2";
import { findInstance } from "../../ec2/lookups";
import { TAG } from "../../ec2/tags";
import { adoptsThings } from "./adoption";
import { isAlive } from "./instances";
import type { Desired } from "../../model/desired";
import type { Adoption, Observed, Recorded } from "../../model/observed";

/** A thing that is to be adopted counts as ours from the first look on; the inputs name it until it has all its tags. */
export async function withAdoption(
  ec2: Ec2,
  { desired, recorded }: { desired?: Desired; recorded?: Recorded },
  observed: Observed,
): Promise<Observed> {
  // An adopted thing is kept: a machine that keeps no interface, or kept none, has given it back.
  const isOver = desired?.persistPrivateIp === false || recorded?.persistPrivateIp === false;
  if (
    desired?.adopt === undefined ||
    !adoptsThings(desired) ||
    isOver ||
    isAdopted(desired.adopt, observed, recorded)
  ) {
    return observed;
  }
  const adoption = await observeAdoption(ec2, desired);
  const { instance, networkInterface } = adoption;
  return {
    ...observed,
    adoption,
    networkInterfaces: withOne(observed.networkInterfaces, networkInterface),
    instances: withOne(
      observed.instances.filter((it) => it.id !== instance?.id),
      instance,
    ),
    strangers: observed.strangers.filter((it) => it.id !== instance?.id),
  };
}

function withOne<T extends { id: string }>(list: readonly T[], one: T | undefined): readonly T[] {
  return one === undefined || list.some((it) => it.id === one.id) ? list : [...list, one];
}

/** The things that the inputs say are to be adopted. */
async function observeAdoption(ec2: Ec2, { adopt }: Pick<Desired, "adopt">): Promise<Adoption> {
  const instance = adopt?.instanceId === undefined ? undefined : await findInstance(ec2, adopt.instanceId);
  const interfaceId = adopt?.networkInterfaceId ?? instance?.networkInterfaceId;
  const [networkInterface] =
    interfaceId === undefined ? [] : await ec2.describeNetworkInterfaces({ "network-interface-id": [interfaceId] });
  return { instance, networkInterface };
}

/** Whether the machine has what an adopted thing is known by: its interface, and if the instance still lives, what that was brought to. */
function isAdopted(
  adopt: NonNullable<Desired["adopt"]>,
  { networkInterfaces, instances }: Observed,
  recorded: Recorded | undefined,
): boolean {
  const instance = instances.find((it) => it.id === adopt.instanceId && isAlive(it));
  if (instance !== undefined) {
    return instance.tags[TAG.launch] !== undefined;
  }
  return networkInterfaces.length > 0 || (recorded?.networkInterfaceId ?? "") !== "";
}
