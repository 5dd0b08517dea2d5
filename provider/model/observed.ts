/** A look's findings, and what Pulumi's state remembers. Plain data. */
import type { Market } from "./desired";
import type { ElasticIp, Generation, Image, Instance, LaunchTemplate, NetworkInterface, Tags, Volume } from "./things";

/** One look at everything that belongs to a managed instance. */
export interface Observed {
  readonly template?: LaunchTemplate;
  readonly generation?: Generation;
  /** Ours by tag, recorded, or to be adopted: more than one only in the middle of a move. */
  readonly networkInterfaces: readonly NetworkInterface[];
  /** Ours by tag or recorded, allocated or given. */
  readonly elasticIps: readonly ElasticIp[];
  /** The Elastic IP that the inputs name, found or not. */
  readonly givenElasticIp?: ElasticIp;
  /** Ours by tag, recorded or to be adopted; ended ones included as long as EC2 shows them. */
  readonly instances: readonly Instance[];
  /** Elastic IPs of others on our interfaces; looked for where one of ours is not where it belongs. */
  readonly otherElasticIps: readonly ElasticIp[];
  /** The machines whose tag is on what the inputs name. */
  readonly otherMachines: readonly OtherMachine[];
  /** Instances that hold one of our network interfaces and are none of ours. */
  readonly strangers: readonly Instance[];
  /** Data volumes: ours by tag, recorded, or named in the inputs. */
  readonly volumes: readonly Volume[];
  /** Volumes that were launched with an instance of ours and outlived it, as when EC2 could not replace a root volume. */
  readonly leftVolumes: readonly Volume[];
  /** The root volumes of the instances; of a given one only where the inputs say how it is to be. */
  readonly rootVolumes: readonly Volume[];
  /** Volumes that a launch of this machine made, on its instance, root volumes among them. */
  readonly launchedVolumes: readonly Volume[];
  /** The image that is wanted, looked up only where a root volume may be replaced by it. */
  readonly wantedImage?: Image;
  /** The things that are being adopted, until they have all their tags. */
  readonly adoption?: Adoption;
  /** The interface that has the address of one that is gone. */
  readonly addressTaker?: NetworkInterface;
  /** The place of a machine that is paused without an interface. */
  readonly place?: Pick<NetworkInterface, "availabilityZone" | "vpcId">;
}

/** The observed world of a run's steps, which write into it what they made. */
export type World = { -readonly [Part in keyof Observed]: Observed[Part] };

/** A world without anything of the machine's: it is about to be made. */
export const NOTHING_OBSERVED: Observed = {
  networkInterfaces: [],
  elasticIps: [],
  otherElasticIps: [],
  otherMachines: [],
  instances: [],
  strangers: [],
  volumes: [],
  leftVolumes: [],
  rootVolumes: [],
  launchedVolumes: [],
};

/** Another managed instance of the account, as far as it holds things that the inputs name. */
export interface OtherMachine {
  id: string;
  /** Absent: it has no record any more. */
  name?: string;
  /** The ids of what carries its tag, and is on nothing that does not. */
  holds: readonly string[];
}

type GivenKind = "elastic-ip" | "volume" | "instance" | "network-interface";

/** Something that the inputs name. */
export interface Given {
  kind: GivenKind;
  id: string;
  /** The thing in words, with its id, for a sentence. */
  words: string;
}

/** A thing that another machine has, which may let go of it in this very run of `pulumi up`. */
export interface Awaited extends Given {
  holder: { id: string; name: string };
}

/** A thing that nobody has yet. Its tags say whose it is once they have stayed. */
export interface Claim extends Given {
  tags: Tags;
}

/** The things that the inputs say are to be adopted, as they were found. */
export interface Adoption {
  networkInterface?: NetworkInterface;
  instance?: Instance;
}

/** The part of Pulumi's state that an earlier run left: a cache of ids, never proof that a thing exists. */
export interface Recorded {
  /** The create that gave the machine to this state; absent where an older version of this package did. */
  claim?: string;
  networkInterfaceId?: string;
  instanceId?: string;
  launchTemplateId?: string;
  allocationId?: string;
  dataVolumeIds: Readonly<Record<string, string>>;
  /** The given ones among them, so that one whose tags were taken off is not taken for one that was made. */
  givenVolumeIds: readonly string[];
  persistPrivateIp: boolean;
  /** Whether the Elastic IP was allocated here. */
  ownsElasticIp: boolean;
  /** The user's tags that may be on things. */
  tags: Tags;
  /** The digest of the launch inputs that were last applied. */
  launchHash?: string;
  /** The market that was wanted for the recorded instance. */
  market?: Market;
  /** The hop limit that was asked for. EC2 has no way to say that none is asked for any more. */
  hopLimit?: number;
}
