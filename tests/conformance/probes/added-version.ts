import type { RequestLaunchTemplateData } from "@aws-sdk/client-ec2";
import { type Scene, the } from "../scene";

export const addVersion = async (scene: Scene, id: string, data: RequestLaunchTemplateData, SourceVersion?: string) => {
  const input = { LaunchTemplateId: id, LaunchTemplateData: data, SourceVersion };
  return the((await scene.ec2.createLaunchTemplateVersion(input)).LaunchTemplateVersion);
};
