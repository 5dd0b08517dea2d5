/** The faults of EC2's calls, and the outcomes that a run that meets one may have. */
import type { Ec2Simulator, Fault } from "../../local/ec2";

/** One call, as the provider sent it. */
export interface Sent {
  /** A dry run of an action is another one. */
  action: string;
  params: URLSearchParams;
  /** The ids that were there before the run. */
  known: ReadonlySet<string>;
}

/** EC2's answer, or the fate of the connection. */
export type Strike = Omit<Fault, "action"> | "denied";

export interface FaultClass {
  name: string;
  what: string;
  /** The fate of a call; nothing, if the fault cannot come to such a call. `count` is how often it struck so far. */
  strike: (sent: Sent, count: number) => Strike | undefined;
  /** How many calls it meets, or for how long it meets every one. */
  lasts: { times: number } | { ms: number };
  /** Whether a run gets to its end all the same; else it may fail, with an error that says enough. */
  endsWell: (action: string) => boolean;
}

/** A fault of everything that a run asks. */
export interface Weather {
  name: string;
  what: string;
  set: (simulator: Ec2Simulator) => void;
  clear: (simulator: Ec2Simulator) => void;
  endsWell: boolean;
}

const FOR_EVER = { times: Infinity };
const isRead = (action: string): boolean => action.startsWith("Describe");

/** By what a request names, other than in a filter: that finds nothing, and is no error. */
const NOT_FOUND: readonly (readonly [prefix: RegExp, code: string])[] = [
  [/^i-/, "InvalidInstanceID.NotFound"],
  [/^eni-attach-/, "InvalidAttachmentID.NotFound"],
  [/^eni-/, "InvalidNetworkInterfaceID.NotFound"],
  [/^eipassoc-/, "InvalidAssociationID.NotFound"],
  [/^eipalloc-/, "InvalidAllocationID.NotFound"],
  [/^lt-/, "InvalidLaunchTemplateId.NotFound"],
  [/^vol-/, "InvalidVolume.NotFound"],
  [/^sir-/, "InvalidSpotInstanceRequestID.NotFound"],
];

/** EC2's code for the first thing in a request that was made since the run began. */
function notFound({ params, known }: Sent): string | undefined {
  for (const [name, value] of params) {
    const [, code] = NOT_FOUND.find(([prefix]) => prefix.test(value)) ?? [];
    if (code !== undefined && !name.startsWith("Filter.") && !known.has(value)) {
      return code;
    }
  }
  return undefined;
}

/** Lacks of capacity; of any other change, a code that the product has never heard of. */
const CAPACITY: Readonly<Record<string, string>> = {
  RunInstances: "InsufficientInstanceCapacity",
  StartInstances: "InsufficientInstanceCapacity",
  CreateVolume: "InsufficientVolumeCapacity",
  AllocateAddress: "InsufficientAddressCapacity",
};

const QUOTA: Readonly<Record<string, string>> = {
  RunInstances: "VcpuLimitExceeded",
  "dry run of RunInstances": "VcpuLimitExceeded",
  StartInstances: "InstanceLimitExceeded",
  CreateNetworkInterface: "NetworkInterfaceLimitExceeded",
  AllocateAddress: "AddressLimitExceeded",
  AssignPrivateIpAddresses: "PrivateIpAddressLimitExceeded",
  AttachNetworkInterface: "AttachmentLimitExceeded",
  AttachVolume: "AttachmentLimitExceeded",
  CreateVolume: "VolumeLimitExceeded",
  ModifyVolume: "VolumeModificationSizeLimitExceeded",
  CreateTags: "TagLimitExceeded",
};

/** Each call of these makes one more, or is refused where an earlier one took effect, so that they are not sent again blindly. */
const UNREPEATABLE: ReadonlySet<string> = new Set([
  "AssignPrivateIpAddresses",
  "AssignIpv6Addresses",
  "AssociateIamInstanceProfile",
  "DisassociateIamInstanceProfile",
]);

const isRepeatable = (action: string): boolean => !UNREPEATABLE.has(action);

export const FAULTS: readonly FaultClass[] = [
  {
    name: "throttled",
    what: "`RequestLimitExceeded` for two minutes",
    strike: () => ({ error: { code: "RequestLimitExceeded", status: 503 } }),
    lasts: { ms: 2 * 60_000 },
    endsWell: () => true,
  },
  {
    name: "throttled for ever",
    what: "`RequestLimitExceeded` until the run gives up",
    strike: () => ({ error: { code: "RequestLimitExceeded", status: 503 } }),
    lasts: FOR_EVER,
    endsWell: () => false,
  },
  {
    name: "5xx",
    what: "`InternalError` (500), then `Unavailable` (503)",
    strike: (_sent, count) => ({
      error: count === 0 ? { code: "InternalError", status: 500 } : { code: "Unavailable", status: 503 },
    }),
    lasts: { times: 2 },
    endsWell: isRepeatable,
  },
  {
    name: "no reply",
    what: "two calls are not answered in time, and took no effect",
    strike: () => ({ hang: true }),
    lasts: { times: 2 },
    endsWell: isRepeatable,
  },
  {
    name: "reset",
    what: "the connection is cut twice before the call takes effect",
    strike: () => ({ reset: true }),
    lasts: { times: 2 },
    endsWell: isRepeatable,
  },
  {
    name: "reply lost",
    what: "the connection is cut after the call took effect",
    strike: () => ({ reset: true, when: "after" }),
    lasts: { times: 1 },
    endsWell: isRepeatable,
  },
  {
    name: "not found",
    what: "a thing that the run has just made is unknown to the next two calls that name it",
    strike: (sent) => {
      const code = notFound(sent);
      return code === undefined ? undefined : { error: { code, status: 400 } };
    },
    lasts: { times: 2 },
    endsWell: () => true,
  },
  {
    name: "capacity",
    what: "EC2 has none of it, to the end of the run (HTTP 500)",
    strike: ({ action }) =>
      isRead(action) ? undefined : { error: { code: CAPACITY[action] ?? "InsufficientCapacity", status: 500 } },
    lasts: FOR_EVER,
    endsWell: () => false,
  },
  {
    name: "quota",
    what: "the account may have no more of it, to the end of the run",
    strike: ({ action }) =>
      isRead(action) ? undefined : { error: { code: QUOTA[action] ?? "ResourceLimitExceeded", status: 400 } },
    lasts: FOR_EVER,
    endsWell: () => false,
  },
  {
    name: "denied",
    what: "`UnauthorizedOperation`, to the end of the run",
    strike: () => "denied",
    lasts: FOR_EVER,
    endsWell: () => false,
  },
];

function skewed(name: string, minutes: number): Weather {
  return {
    name,
    what: `EC2's clock is 20 minutes ${minutes > 0 ? "ahead of" : "behind"} the machine's`,
    set: ({ clockSkew }) => {
      clockSkew.set(minutes * 60_000);
    },
    clear: ({ clockSkew }) => {
      clockSkew.set(0);
    },
    endsWell: true,
  };
}

export const WEATHERS: readonly Weather[] = [
  {
    name: "stale reads",
    what: "for 10 s nothing shows what was changed, and what was made is unknown",
    set: ({ consistency }) => {
      consistency.set({ unknownMs: 10_000, staleMs: 10_000 });
    },
    clear: ({ consistency }) => {
      consistency.set({});
    },
    endsWell: true,
  },
  skewed("a clock that is behind", 20),
  skewed("a clock that is ahead", -20),
];
