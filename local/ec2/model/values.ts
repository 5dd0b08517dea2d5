/** Data that tables, launches and requests share. No rule is here, and nothing is imported. */

export type Tags = Record<string, string>;

/** Request parameters as the query protocol nests them: `Ebs.VolumeSize=8` is `{ Ebs: { VolumeSize: "8" } }`. */
export interface ParamTree {
  [name: string]: string | ParamTree;
}

export type Architecture = "x86_64" | "arm64";

/** The machine below an image that the image, and so an instance of it, is made for. */
export interface Firmware {
  virtualizationType: "hvm" | "paravirtual";
  enaSupport: boolean;
  /** Absent: the default of the type. */
  bootMode?: "legacy-bios" | "uefi" | "uefi-preferred";
}

export interface MetadataOptions {
  httpTokens: string;
  httpPutResponseHopLimit: number;
  httpEndpoint: string;
  httpProtocolIpv6: string;
  instanceMetadataTags: string;
}

export interface SpotOptions {
  maxPrice?: string;
  type?: string;
  interruptionBehavior?: string;
  validUntil?: string;
}

/** One block device of a launch, as the image, the template or the request ask for it. */
export interface DeviceSpec {
  deviceName: string;
  noDevice?: boolean;
  ephemeral?: boolean;
  size?: number;
  volumeType?: string;
  iops?: number;
  throughput?: number;
  encrypted?: boolean;
  kmsKeyId?: string;
  snapshotId?: string;
  deleteOnTermination?: boolean;
}

/** Some of a kind: these, or that many that EC2 picks. */
export interface Wish {
  given: readonly string[];
  count: number;
  /** A count of none that was said, so that nothing is given by default either. */
  isNone?: boolean;
}

/** The addresses that an interface can be given beside its primary one. Each call asks for one kind in one way. */
export interface AddressWishes {
  ipv4: Wish;
  ipv4Prefixes: Wish;
  ipv6: Wish;
  ipv6Prefixes: Wish;
}
