import type { Filter } from "@aws-sdk/client-ec2";
import type { Scene } from "../scene";

export const interfacesWith = async (scene: Scene, Filters: Filter[]): Promise<string[]> => {
  const { NetworkInterfaces = [] } = await scene.ec2.describeNetworkInterfaces({ Filters });
  return NetworkInterfaces.map(({ NetworkInterfaceId = "" }) => NetworkInterfaceId);
};
