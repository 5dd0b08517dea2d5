/** The narrow interface to EC2: all that this product asks of it, in the engine's own types. */
import type {
  ElasticIp,
  Instance,
  LaunchTemplate,
  Market,
  MetadataOptions,
  NetworkInterface,
  RootVolume,
  Tags,
} from "../engine/state";

/** EC2's filters: every name must match, by any of its values. A filter finds nothing where an id would be an error. */
export type Filters = Readonly<Record<string, readonly string[]>>;

/** The compute part of a launch: what the launch template holds. */
export interface LaunchData {
  imageId: string;
  instanceType: string;
  /** base64 */
  userData?: string;
  keyName?: string;
  iamInstanceProfile?: string;
  metadataOptions: MetadataOptions;
  rootVolume?: { deviceName: string; options: RootVolume };
}

export interface LaunchRequest {
  templateId: string;
  version: number;
  networkInterfaceId: string;
  market: Pick<Market, "lifecycle" | "maxPrice">;
  tags: Tags;
  clientToken: string;
}

export interface TemplateVersion {
  number: number;
  description: string;
  /** With an SSM parameter looked up. */
  imageId?: string;
}

export interface Image {
  id: string;
  state: string;
  architecture: string;
  rootDeviceName: string;
}

/** What this product asks of EC2, and all it asks. Every failure is an {@link Ec2Error}. */
export interface Ec2 {
  /** Fails if there are no credentials; asks nothing of EC2. */
  requireCredentials(): Promise<void>;

  describeLaunchTemplates(filters: Filters): Promise<LaunchTemplate[]>;
  describeLatestVersion(templateId: string, options?: { resolveImage: boolean }): Promise<TemplateVersion>;
  createLaunchTemplate(request: {
    name: string;
    description: string;
    data: LaunchData;
    tags: Tags;
    clientToken: string;
  }): Promise<LaunchTemplate>;
  createLaunchTemplateVersion(request: {
    templateId: string;
    description: string;
    data: LaunchData;
    clientToken: string;
  }): Promise<number>;
  deleteLaunchTemplate(templateId: string): Promise<void>;

  describeNetworkInterfaces(filters: Filters): Promise<NetworkInterface[]>;
  createNetworkInterface(request: {
    subnetId: string;
    privateIp?: string;
    securityGroupIds?: string[];
    description: string;
    tags: Tags;
    clientToken: string;
  }): Promise<NetworkInterface>;
  setSecurityGroups(networkInterfaceId: string, securityGroupIds: string[]): Promise<void>;
  setSourceDestCheck(networkInterfaceId: string, enabled: boolean): Promise<void>;
  keepOnTermination(networkInterfaceId: string, attachmentId: string): Promise<void>;
  deleteNetworkInterface(networkInterfaceId: string): Promise<void>;
  findDefaultSecurityGroup(vpcId: string): Promise<string | undefined>;

  describeAddresses(filters: Filters): Promise<ElasticIp[]>;
  /** The one call that may not be repeated blindly: it has no client token. */
  allocateAddress(tags: Tags): Promise<ElasticIp>;
  /** Never takes an address from a holder. */
  associateAddress(allocationId: string, networkInterfaceId: string, privateIp: string): Promise<string>;
  disassociateAddress(associationId: string): Promise<void>;
  releaseAddress(allocationId: string): Promise<void>;

  describeInstances(filters: Filters): Promise<Instance[]>;
  runInstance(request: LaunchRequest): Promise<Instance>;
  /** Asks EC2 whether it would accept the launch. */
  checkLaunch(request: LaunchRequest): Promise<void>;
  startInstance(instanceId: string): Promise<void>;
  terminateInstance(instanceId: string): Promise<void>;
  cancelSpotRequest(spotRequestId: string): Promise<void>;
  setMetadataOptions(instanceId: string, options: MetadataOptions): Promise<void>;
  /** @param profile a name or an ARN; undefined takes it off */
  setInstanceProfile(instanceId: string, profile: string | undefined): Promise<void>;

  createTags(resourceIds: string[], tags: Tags): Promise<void>;
  deleteTags(resourceIds: string[], keys: string[]): Promise<void>;

  describeImage(imageId: string): Promise<Image | undefined>;
  describeArchitectures(instanceType: string): Promise<string[] | undefined>;
  isOffered(instanceType: string, availabilityZone: string): Promise<boolean>;
}
