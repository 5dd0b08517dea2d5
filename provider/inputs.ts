/** Validation and defaults: a program's raw inputs become {@link Desired}, or sentences that say what is wrong. */
import { isIPv4 } from "node:net";
import { EC2_TAG_LIMIT, OWN_TAG_PREFIX, RESERVED_TAGS } from "./ec2/tags";
import type { Desired } from "./engine/state";
import { userDataSize } from "./user-data";
import {
  type Failure,
  type Field,
  flag,
  integer,
  known,
  listOf,
  mapOf,
  objectOf,
  oneOf,
  shown,
  text,
  UNKNOWN,
  value,
  type Validator,
} from "./validation";

/** EC2's limit on user data before base64. */
const MAX_USER_DATA_BYTES = 16 * 1024;
const MAX_TAGS = EC2_TAG_LIMIT - RESERVED_TAGS;
const MAX_TAG_KEY = 128;
const MAX_TAG_VALUE = 256;
const ID = "(?:[0-9a-f]{8}|[0-9a-f]{17})";
/** Characters that no name in EC2 has, and that could pretend to be output of ours. */
const PRINTABLE = /^[\x20-\x7e]+$/;

function id(prefix: string, what: string): Validator {
  return text(new RegExp(`^${prefix}-${ID}$`), `${what}, such as ${prefix}-0a1b2c3d4e5f60718`);
}

const nonEmpty = (what: string): Validator =>
  value(
    (given) => typeof given === "string" && PRINTABLE.test(given),
    `${what}, not empty and without control characters`,
  );

const imageId = value(
  (given) =>
    typeof given === "string" &&
    (new RegExp(`^ami-${ID}$`).test(given) || /^resolve:ssm:[A-Za-z0-9_./:-]+$/.test(given)),
  "an image id, such as ami-0a1b2c3d4e5f60718, or resolve:ssm:PARAMETER",
);

const elasticIp = value(
  (given) =>
    typeof given === "boolean" ||
    (typeof given === "string" && (new RegExp(`^eipalloc-${ID}$`).test(given) || isIPv4(given))),
  "true, false, an allocation id such as eipalloc-0a1b2c3d4e5f60718, or an IPv4 address",
);

const privateIp = value((given) => typeof given === "string" && isIPv4(given), "an IPv4 address, such as 10.0.1.7");

const persistPrivateIp = value((given) => given === true, "true: giving up the address is not in this version yet");

/** A price is kept as text: it goes to EC2 as it was written. */
const maxPrice: Validator = known((given, path, report) => {
  const price = typeof given === "number" ? String(given) : given;
  if (typeof price !== "string" || !/^\d+(\.\d+)?$/.test(price) || Number(price) <= 0) {
    const reason = `got ${JSON.stringify(given)}, but ${path} must be a price in US dollars for an hour, such as "0.05"`;
    report({ property: path, reason });
  }
  return price;
});

/** The one value that no error may show. */
const userData: Validator = known((given, path, report) => {
  if (typeof given !== "string") {
    report({ property: path, reason: `${path} must be a string: plain text or base64` });
    return given;
  }
  const size = userDataSize(given);
  if (size > MAX_USER_DATA_BYTES) {
    const reason = `${path} is ${size} bytes, and EC2 takes at most ${MAX_USER_DATA_BYTES}; fetch the rest from elsewhere at boot, or compress it`;
    report({ property: path, reason });
  }
  return given;
});

function tagProblem(key: string, given: unknown, path: string): string | undefined {
  const name = JSON.stringify(key.slice(0, MAX_TAG_KEY));
  if (/^aws:/i.test(key)) {
    return `the tag key ${name} is refused by EC2: keys that begin with aws: are AWS's own`;
  }
  if (key.startsWith(OWN_TAG_PREFIX)) {
    return `the tag key ${name} is refused: keys that begin with ${OWN_TAG_PREFIX} are this package's own`;
  }
  if (key === "" || key.length > MAX_TAG_KEY) {
    return `the tag key ${name} is refused: a key has 1 to ${MAX_TAG_KEY} characters`;
  }
  if (typeof given !== "string" || given.length > MAX_TAG_VALUE) {
    return `got ${shown(given)}, but ${path}[${name}] must be a string of at most ${MAX_TAG_VALUE} characters`;
  }
  return undefined;
}

const tags: Validator = known((given, path, report) => {
  const checked = mapOf(tagProblem)(given, path, report);
  const count = typeof given === "object" && given !== null ? Object.keys(given).length : 0;
  if (count > MAX_TAGS) {
    const reason = `got ${count} tags; EC2 allows ${EC2_TAG_LIMIT} on one thing, of which ${RESERVED_TAGS} are this package's, so at most ${MAX_TAGS}`;
    report({ property: path, reason });
  }
  return checked;
});

const strings = mapOf((key, given, path) =>
  typeof given === "string" ? undefined : `got ${shown(given)}, but ${path}[${JSON.stringify(key)}] must be a string`,
);

const rootVolume: Readonly<Record<string, Field>> = {
  size: { validate: integer(1, 65536) },
  type: { validate: oneOf("gp2", "gp3", "io1", "io2", "sc1", "st1", "standard") },
  iops: { validate: integer(100, 256000) },
  throughput: { validate: integer(125, 2000) },
  encrypted: { validate: flag },
  kmsKeyId: { validate: nonEmpty("the id, alias or ARN of a KMS key") },
};

const metadataOptions: Readonly<Record<string, Field>> = {
  httpTokens: { validate: oneOf("required", "optional"), default: "required" },
  httpEndpoint: { validate: oneOf("enabled", "disabled"), default: "enabled" },
  instanceMetadataTags: { validate: oneOf("enabled", "disabled"), default: "disabled" },
  httpPutResponseHopLimit: { validate: integer(1, 64) },
};

const market: Readonly<Record<string, Field>> = {
  lifecycle: { validate: oneOf("on-demand", "spot"), required: true },
  maxPrice: { validate: maxPrice },
  fallbackToOnDemand: { validate: flag, default: true },
};

const retention = { validate: oneOf("delete", "retain"), default: "delete" };

/** Where the runtime keeps the provider's text, among the inputs. */
export const SERIALIZED_PROVIDER = "__provider";

/** Every input; the order is the one they are documented in. */
const INPUTS: Readonly<Record<keyof Desired, Field>> = {
  resourceUrn: { validate: text(/./su, "the URN that the package passes"), required: true, internal: true },
  region: { validate: text(/^[a-z]{2,}(-[a-z]+)+-\d+$/, "a region, such as eu-central-1") },
  subnetId: { validate: id("subnet", "a subnet id"), required: true },
  persistPrivateIp: { validate: persistPrivateIp, default: true },
  privateIp: { validate: privateIp },
  elasticIp: { validate: elasticIp, default: false },
  securityGroupIds: {
    validate: listOf(
      id("sg", "a security group id"),
      "a list of at least one security group id (leave it out for the VPC's default group)",
    ),
  },
  sourceDestCheck: { validate: flag, default: true },
  imageId: { validate: imageId, required: true },
  instanceType: {
    validate: text(/^[a-z][a-z0-9-]*\.[a-z0-9-]+$/, "an instance type, such as m7i.large"),
    required: true,
  },
  market: { validate: objectOf(market), default: { lifecycle: "on-demand" } },
  userData: { validate: userData },
  keyName: { validate: nonEmpty("the name of a key pair") },
  iamInstanceProfile: { validate: nonEmpty("the name or ARN of an instance profile") },
  metadataOptions: { validate: objectOf(metadataOptions), default: {} },
  rootVolume: { validate: objectOf(rootVolume) },
  tags: { validate: tags, default: {} },
  recycleTriggers: { validate: strings, default: {} },
  deletion: { validate: objectOf({ networkInterface: retention, elasticIp: retention }), default: {} },
};

export type InputName = keyof Desired;
export const INPUT_NAMES = Object.keys(INPUTS) as InputName[];

/** The inputs in their normal form (some perhaps not known yet), and what is wrong with them. */
export interface Checked {
  inputs: Record<string, unknown>;
  failures: Failure[];
}

/**
 * @param given the program's inputs
 * @param region the region to take where the program names none
 */
export function checkInputs(given: Record<string, unknown>, region: string | undefined): Checked {
  const failures: Failure[] = [];
  const report = (failure: Failure): void => void failures.push(failure);
  const { [SERIALIZED_PROVIDER]: _, ...own } = given;
  const inputs = objectOf(INPUTS)({ ...own, region: own.region ?? region }, "", report) as Record<string, unknown>;
  if (inputs.region === undefined) {
    failures.push({
      property: "region",
      reason: "no AWS region is set; set it with `pulumi config set aws:region REGION`, AWS_REGION or the profile",
    });
  }
  failures.push(...contradictions(inputs));
  return { inputs, failures };
}

function contradictions(inputs: Record<string, unknown>): Failure[] {
  const { market: bought, rootVolume: root } = inputs as Partial<Pick<Desired, "market" | "rootVolume">>;
  const failures: Failure[] = [];
  if (bought?.lifecycle === "on-demand" && bought.maxPrice !== undefined && bought.maxPrice !== UNKNOWN) {
    failures.push({ property: "market.maxPrice", reason: 'maxPrice is for spot, but market.lifecycle is "on-demand"' });
  }
  if (root?.kmsKeyId !== undefined && root.encrypted !== true && (root.encrypted as unknown) !== UNKNOWN) {
    failures.push({ property: "rootVolume.kmsKeyId", reason: "kmsKeyId needs rootVolume.encrypted: true" });
  }
  return failures;
}

/** Inputs that `checkInputs` passed and in which nothing is unknown. */
export function desiredOf(inputs: Record<string, unknown>): Desired {
  return Object.fromEntries(
    INPUT_NAMES.flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])),
  ) as unknown as Desired;
}
