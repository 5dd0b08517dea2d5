/** The things that a probe finds in the account that it runs in, whatever the target. */
export interface Surroundings {
  region: string;
  zoneA: string;
  zoneB: string;
  vpcId: string;
  /** 10.0.1.0/24 in zone a, with no public addresses on launch */
  subnetA: string;
  /** 10.0.2.0/24 in zone b */
  subnetB: string;
  /** 10.0.9.0/28 in zone a: eleven free addresses */
  tinySubnet: string;
  /** The VPC's default group, and another one. */
  group: string;
  otherGroup: string;
  defaultVpcId: string;
  /** Zone a's default subnet: it maps public addresses on launch. */
  defaultSubnet: string;
  /** A group that is in the default VPC, so in another one than the subnets above. */
  foreignGroup: string;
  /** Two x86_64 images with a root volume at /dev/xvda, and an arm64 one. */
  image: string;
  otherImage: string;
  armImage: string;
  /** A key pair, and an instance profile and its ARN. */
  keyName: string;
  profile: string;
  profileArn: string;
}

/** Ids that are well formed and that nobody has. */
export const NOBODYS = {
  instance: "i-0123456789abcdef0",
  networkInterface: "eni-0123456789abcdef0",
  subnet: "subnet-0123456789abcdef0",
  vpc: "vpc-0123456789abcdef0",
  group: "sg-0123456789abcdef0",
  image: "ami-0123456789abcdef0",
  allocation: "eipalloc-0123456789abcdef0",
  association: "eipassoc-0123456789abcdef0",
  attachment: "eni-attach-0123456789abcdef0",
  volume: "vol-0123456789abcdef0",
  snapshot: "snap-0123456789abcdef0",
  template: "lt-0123456789abcdef0",
  spotRequest: "sir-abcd1234",
} as const;
