/** A bucket of tokens: a burst as large as it, then as many calls a second as it is refilled with. */
export interface Bucket {
  capacity: number;
  refillPerSecond: number;
}

export interface ThrottleLimits {
  /** Describes that name what they want, or ask for pages. */
  nonMutating: Bucket;
  /** Describes of everything at once. */
  unfiltered: Bucket;
  mutating: Bucket;
  resourceIntensive: Bucket;
  /** Actions with a request bucket of their own size. */
  actions: Readonly<Record<string, Bucket>>;
  /** Actions that are also limited by how many instances they are for. */
  resources: Readonly<Record<string, Bucket>>;
}

const bucket = (capacity: number, refillPerSecond: number): Bucket => ({ capacity, refillPerSecond });

/**
 * "Request throttling for the Amazon EC2 API" (devguide, ec2-api-throttling): buckets per account, region and action. The sizes
 * of nonMutating and of RunInstances' resources are quoted there; the others are from memory of its tables, to be checked.
 */
export const EC2_LIMITS: ThrottleLimits = {
  nonMutating: bucket(100, 20),
  unfiltered: bucket(50, 10),
  mutating: bucket(50, 5),
  resourceIntensive: bucket(50, 5),
  actions: {
    RunInstances: bucket(5, 2),
    StartInstances: bucket(5, 2),
    TerminateInstances: bucket(100, 5),
    CreateTags: bucket(100, 10),
    DeleteTags: bucket(100, 10),
    CreateVolume: bucket(100, 5),
    AttachVolume: bucket(100, 5),
    DetachVolume: bucket(100, 5),
    DeleteVolume: bucket(100, 5),
  },
  resources: {
    RunInstances: bucket(1000, 2),
    StartInstances: bucket(1000, 2),
    StopInstances: bucket(1000, 20),
    TerminateInstances: bucket(1000, 20),
  },
};

/** The category of the same name in the devguide, as far as it is modelled here. */
export const RESOURCE_INTENSIVE: readonly string[] = [
  "AuthorizeSecurityGroupIngress",
  "CancelSpotInstanceRequests",
  "CreateKeyPair",
  "RequestSpotInstances",
];
