/** Inputs that are right each for itself and not together. A value that is not known yet is never judged. (pure) */
import { metadataTagFailures } from "./metadata-tags";
import { MAX_USER_DATA_BYTES, userDataSize } from "../kit/user-data";
import { type Failure, isGiven, isObject, shown } from "./validation";
import { dataVolumeFailures, rootVolumeFailures } from "./volume-rules";

type Inputs = Record<string, unknown>;

/** Two inputs that exclude each other. */
interface Pair {
  /** The input to blame: where it is, and which of its values do not go with the other's. */
  first: [path: string, test: (value: unknown) => boolean];
  second: [path: string, test: (value: unknown) => boolean];
  /** Says why, and what to do. */
  because: string;
}

const is =
  (excluded: unknown) =>
  (value: unknown): boolean =>
    value === excluded;
const hasItems = (value: unknown): boolean => isGiven(value) && Array.isArray(value) && value.length > 0;

const PAIRS: readonly Pair[] = [
  {
    first: ["persistPrivateIp", is(false)],
    second: ["privateIp", isGiven],
    because: "an address that is given up with each instance cannot be promised; persist it, or take privateIp out",
  },
  {
    first: ["persistPrivateIp", is(false)],
    second: ["secondaryPrivateIps", hasItems],
    because:
      "addresses that are given up with each instance cannot be promised; persist them, or ask for a secondaryPrivateIpCount",
  },
  {
    first: ["persistPrivateIp", is(false)],
    second: ["ipv6Addresses", hasItems],
    because:
      "addresses that are given up with each instance cannot be promised; persist them, or ask for an ipv6AddressCount",
  },
  {
    first: ["secondaryPrivateIps", isGiven],
    second: ["secondaryPrivateIpCount", isGiven],
    because: "name the addresses or ask for a number of them, not both",
  },
  {
    first: ["ipv6Addresses", isGiven],
    second: ["ipv6AddressCount", isGiven],
    because: "name the addresses or ask for a number of them, not both",
  },
  {
    first: ["publicIpAssignment", is("none")],
    second: ["elasticIp", (value) => isGiven(value) && value !== false],
    because: "an Elastic IP is a public address; take one of the two out",
  },
  {
    first: ["market.maxPrice", isGiven],
    second: ["market.lifecycle", is("on-demand")],
    because: "maxPrice is for spot; take it out, or buy spot",
  },
  {
    first: ["market.revertToSpot", (value) => isGiven(value) && value !== "never"],
    second: ["market.lifecycle", is("on-demand")],
    because: "only a machine that is to run on spot can go back to it; take revertToSpot out, or buy spot",
  },
  {
    first: ["market.revertToSpot", (value) => isGiven(value) && value !== "never"],
    second: ["market.fallbackToOnDemand", is(false)],
    because: "a machine that never falls back has nothing to come back from; take one of the two out",
  },
  {
    first: ["pauseBehavior", is("stop")],
    second: ["market.lifecycle", is("spot")],
    because: 'a one-time spot instance cannot be stopped; pause with "terminate", or buy on-demand',
  },
  {
    first: ["replacement.strategy", is("overlap")],
    second: ["persistPrivateIp", is(false)],
    because: "overlap hands the network interface on, so it must persist; persist it, or take another strategy",
  },
  {
    first: ["adopt.instanceId", isGiven],
    second: ["adopt.networkInterfaceId", isGiven],
    because: "an instance is adopted with its network interface; give one of the two",
  },
  {
    first: ["adopt.instanceId", isGiven],
    second: ["adopt.managedInstanceId", isGiven],
    because: "a managed instance is adopted with its instance; give one of the two",
  },
  {
    first: ["adopt.networkInterfaceId", isGiven],
    second: ["adopt.managedInstanceId", isGiven],
    because: "a managed instance is adopted with its network interface; give one of the two",
  },
  {
    first: ["adopt", isThing],
    second: ["privateIp", isGiven],
    because: "an adopted thing brings its private IP; take privateIp out",
  },
  {
    first: ["adopt", isThing],
    second: ["persistPrivateIp", is(false)],
    because: "a thing is adopted for its addresses, so they must persist; take one of the two out",
  },
];

const ADOPTABLE = ["instanceId", "networkInterfaceId", "managedInstanceId"] as const;

export function contradictions(inputs: Inputs): Failure[] {
  return [
    ...PAIRS.flatMap((pair) => exclusion(inputs, pair)),
    ...userDataFailures(inputs),
    ...heldTwice(inputs),
    ...fallbackToItself(inputs),
    ...halfCpuOptions(inputs),
    ...emptyAdoption(inputs),
    ...emptyWindow(inputs),
    ...groupsTooMany(inputs),
    ...metadataTagFailures(inputs),
    ...rootVolumeFailures(inputs),
    ...dataVolumeFailures(inputs),
  ];
}

/** The value at a path such as `market.lifecycle`; undefined where something on the way is malformed. */
function at(inputs: Inputs, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>((it, name) => (isObject(it) && Object.hasOwn(it, name) ? it[name] : undefined), inputs);
}

function listAt(inputs: Inputs, name: string): unknown[] {
  const list = inputs[name];
  return Array.isArray(list) ? list : [];
}

function exclusion(inputs: Inputs, { first, second, because }: Pair): Failure[] {
  const [one, other] = [at(inputs, first[0]), at(inputs, second[0])];
  if (!first[1](one) || !second[1](other)) {
    return [];
  }
  const reason = `${first[0]}: ${shown(one)} and ${second[0]}: ${shown(other)} contradict each other: ${because}`;
  return [{ property: first[0], reason }];
}

/** Failures of the user data inputs; none shows a value of either input. */
function userDataFailures(inputs: Inputs): Failure[] {
  const { userData, userDataBase64 } = inputs;
  const isAsked = (value: unknown): boolean => isGiven(value) && value !== "";
  if (isAsked(userData) && isAsked(userDataBase64)) {
    const reason =
      "userData and userDataBase64 contradict each other: userData is text as it is, userDataBase64 is bytes in base64; give one of the two";
    return [{ property: "userDataBase64", reason }];
  }
  const property = isAsked(userDataBase64) ? "userDataBase64" : "userData";
  const size = userDataSize(inputs);
  const reason = `${property} is ${size} bytes, and EC2 takes at most ${MAX_USER_DATA_BYTES}; fetch the rest from elsewhere at boot, or compress it`;
  return size > MAX_USER_DATA_BYTES ? [{ property, reason }] : [];
}

function heldTwice(inputs: Inputs): Failure[] {
  const { privateIp } = inputs;
  const index = isGiven(privateIp) ? listAt(inputs, "secondaryPrivateIps").indexOf(privateIp) : -1;
  if (index < 0) {
    return [];
  }
  const reason = `privateIp: ${shown(privateIp)} is also secondaryPrivateIps[${index}]; take it out of the one or the other`;
  return [{ property: "privateIp", reason }];
}

function fallbackToItself(inputs: Inputs): Failure[] {
  const { instanceType } = inputs;
  const index = isGiven(instanceType) ? listAt(inputs, "fallbackInstanceTypes").indexOf(instanceType) : -1;
  if (index < 0) {
    return [];
  }
  const property = `fallbackInstanceTypes[${index}]`;
  const reason = `${property} and instanceType are both ${shown(instanceType)}; fall back to other types only`;
  return [{ property, reason }];
}

function halfCpuOptions({ cpuOptions }: Inputs): Failure[] {
  const names = ["coreCount", "threadsPerCore"];
  const missing = isObject(cpuOptions) ? names.filter((name) => cpuOptions[name] === undefined) : [];
  const isKnown = isGiven(cpuOptions);
  if (missing.length === 0 || !isKnown) {
    return [];
  }
  const lacks = missing.map((name) => `cpuOptions.${name}`).join(" and ");
  const reason = `EC2 takes cpuOptions.coreCount and cpuOptions.threadsPerCore only together; give ${lacks} too, or leave cpuOptions out`;
  return [{ property: "cpuOptions", reason }];
}

/** Whether an instance or an interface is to be adopted; a whole machine has a private IP and other inputs of its own. */
function isThing(adopt: unknown): boolean {
  return isGiven(adopt) && !(isObject(adopt) && adopt.managedInstanceId !== undefined);
}

function emptyAdoption({ adopt }: Inputs): Failure[] {
  const isEmpty = isObject(adopt) && ADOPTABLE.every((name) => adopt[name] === undefined);
  const reason =
    "adopt names nothing; give adopt.instanceId, adopt.networkInterfaceId or adopt.managedInstanceId, or leave adopt out";
  return isEmpty ? [{ property: "adopt", reason }] : [];
}

function emptyWindow(inputs: Inputs): Failure[] {
  const path = "market.revertToSpot.window";
  const window = at(inputs, path);
  const { from, to } = isObject(window) ? window : {};
  const reason = `${path}.from and ${path}.to are both ${shown(from)}, so it is never open; for any time take revertToSpot: "always"`;
  return isGiven(from) && from === to ? [{ property: `${path}.to`, reason }] : [];
}

/** Most groups that fit into the tag of a machine whose interface does not stay to show them. */
const MOST_RECORDED_GROUPS = 14;
/** Most groups that EC2 allows: it raises its quota of five up to this (VPC guide, quotas). */
const MOST_GROUPS = 16;

function groupsTooMany(inputs: Inputs): Failure[] {
  const count = listAt(inputs, "securityGroupIds").length;
  if (count > MOST_GROUPS) {
    const tooMany = `securityGroupIds has ${count} groups, and EC2 takes at most ${MOST_GROUPS} on a network interface; name fewer`;
    return [{ property: "securityGroupIds", reason: tooMany }];
  }
  const reason = `securityGroupIds has ${count} groups, and of a machine with persistPrivateIp: false at most ${MOST_RECORDED_GROUPS} can be recorded; name fewer, or persist the address`;
  return inputs.persistPrivateIp === false && count > MOST_RECORDED_GROUPS
    ? [{ property: "securityGroupIds", reason }]
    : [];
}
