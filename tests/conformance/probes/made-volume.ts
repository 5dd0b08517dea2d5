import { type Scene, the } from "../scene";

export const make = async (scene: Scene, more: object = {}): Promise<string> => {
  const input = { AvailabilityZone: scene.here.zoneA, Size: 5, ...more };
  const id = the((await scene.ec2.createVolume(input)).VolumeId);
  await scene.settle();
  return id;
};

export const seen = async (scene: Scene, id: string) =>
  the((await scene.ec2.describeVolumes({ VolumeIds: [id] })).Volumes?.[0]);
