import { source } from "../probe";
import { on, type Scene, the } from "../scene";

const { api, vpc } = source;
export const allocateAddressPage = api("AllocateAddress");
export const associateAddressPage = api("AssociateAddress");
export const eips = vpc("Elastic IP addresses");

export const describedAddress = async (scene: Scene, allocation: string) =>
  the((await scene.ec2.describeAddresses({ AllocationIds: [allocation] })).Addresses?.[0]);

/** An Elastic IP on an interface that nobody holds. */
export const placed = async (scene: Scene) => {
  const eni = await scene.eni();
  const allocation = await scene.eip();
  return { eni, allocation, association: await scene.associate(allocation, eni) };
};

/** An Elastic IP on the interface of a running instance. */
export const held = async (scene: Scene) => {
  const it = await placed(scene);
  return { ...it, instance: await scene.running(on(it.eni)) };
};
