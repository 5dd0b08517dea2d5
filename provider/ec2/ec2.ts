/** The narrow interface to EC2: all that this product asks of it, in the engine's own types. Nothing here loads the AWS SDK. */
import type { addressCalls } from "./addresses";
import type { imageCalls } from "./images";
import type { instanceCalls } from "./instances";
import type { interfaceCalls } from "./interfaces";
import type { launchCalls } from "./launches";
import type { subnetCalls } from "./subnets";
import type { tagCalls } from "./tagging";
import type { templateCalls } from "./templates";
import type { volumeCalls } from "./volumes";

export type { Image } from "../model/things";
export type { Filters } from "./filters";
export type { InstanceType, PlacementGroup } from "./images";
export type { Addresses } from "./interfaces";
export type { LaunchData, LaunchNetwork, LaunchRequest, RecordedLaunch } from "./launches";
export type { SecurityGroup, Subnet, Zone } from "./subnets";
export type { TemplateVersion } from "./templates";
export type { RootVolumeTask } from "./volumes";

/** The calls about each kind of thing, as its file has them. Every failure is an {@link Ec2Error}. */
export interface Ec2
  extends
    ReturnType<typeof addressCalls>,
    ReturnType<typeof imageCalls>,
    ReturnType<typeof instanceCalls>,
    ReturnType<typeof interfaceCalls>,
    ReturnType<typeof launchCalls>,
    ReturnType<typeof subnetCalls>,
    ReturnType<typeof tagCalls>,
    ReturnType<typeof templateCalls>,
    ReturnType<typeof volumeCalls> {
  /** Fails if there are no credentials; asks nothing of EC2. */
  requireCredentials(): Promise<void>;
  /**
   * Asks EC2 whether it would accept a call; nothing of it happens.
   *
   * @param call makes that one call, of the `Ec2` that it is given
   */
  dryRun(call: (ec2: Ec2) => Promise<unknown>): Promise<void>;
}
