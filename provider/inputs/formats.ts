/** The formats of single values, as EC2 takes them. */
import { isIPv4, isIPv6 } from "node:net";
import { EC2_TAG_LIMIT, MAX_TAG_VALUE, nameOf, OWN_TAG_PREFIX, RESERVED_TAGS } from "../ec2/tags";
import { cronProblem, isTimezone } from "../kit/timetable";
import { decodeBase64 } from "../kit/user-data";
import {
  checked,
  distinctList,
  type InputType,
  inputType,
  isObject,
  listOf,
  mapOf,
  shown,
  STRING,
  tested,
  text,
} from "./validation";

const MAX_TAGS = EC2_TAG_LIMIT - RESERVED_TAGS;
/** EC2's guide says 128, its error 127. */
const MAX_TAG_KEY = 127;
const ID = "(?:[0-9a-f]{8}|[0-9a-f]{17})";
/** Characters that no name in EC2 has, and that could pretend to be output of ours. */
const PRINTABLE = /^[\x20-\x7e]+$/;

export function id(prefix: string, what: string): InputType {
  return text(new RegExp(`^${prefix}-${ID}$`), `${what}, such as ${prefix}-0a1b2c3d4e5f60718`);
}

/** Longest name, ARN or path that AWS has. */
const MAX_NAME = 2048;

export const nonEmpty = (what: string): InputType =>
  tested(
    STRING,
    (given) => typeof given === "string" && given.length <= MAX_NAME && PRINTABLE.test(given),
    `${what}, not empty, of at most ${MAX_NAME} characters and without control characters`,
  );

/** Half of a character stands for no bytes: on the way to Pulumi or EC2 it would become another one. */
const HALF = /\p{Cs}/u;

/** Characters that a tag cannot carry: control characters, and those that XML, in which EC2 answers, has no way to write. */
const UNTAGGABLE = /[\p{Cc}\p{Cs}\ufffe\uffff]/u;
const NOT_IN_TAGS = "control characters, halves of characters and U+FFFE and U+FFFF cannot be in a tag";

/** The key that objects have for something else: a value under it gets lost on Pulumi's way to the provider. */
const LOST_KEY = "__proto__";

const lostKey = (what: string): string => `the ${what} "${LOST_KEY}" is refused: it would get lost on Pulumi's way`;

/** The URN ends with the name of the resource, which is in the `Name` tag and at the beginning of every printed line. */
export const resourceUrn = inputType(STRING, (given, path, report) => {
  if (typeof given !== "string" || given === "") {
    report({ property: path, reason: `got ${shown(given)}, but ${path} must be the URN that the package passes` });
    return;
  }
  const name = nameOf(given);
  const is = `the name of the resource is ${shown(name)}, and`;
  if (UNTAGGABLE.test(given)) {
    report({ property: path, reason: `${is} ${NOT_IN_TAGS}, as it has to be; take them out of it` });
  } else if (name.length > MAX_TAG_VALUE) {
    const reason = `${is} has ${name.length} characters; it is also a tag, which takes at most ${MAX_TAG_VALUE}`;
    report({ property: path, reason });
  }
});

export const imageId = tested(
  STRING,
  (given) =>
    typeof given === "string" &&
    given.length <= MAX_NAME &&
    (new RegExp(`^ami-${ID}$`).test(given) || /^resolve:ssm:[A-Za-z0-9_./:-]+$/.test(given)),
  "an image id, such as ami-0a1b2c3d4e5f60718, or resolve:ssm:PARAMETER",
);

export const elasticIp = tested(
  { type: "either", of: [{ type: "boolean" }, STRING] },
  (given) =>
    typeof given === "boolean" ||
    (typeof given === "string" && (new RegExp(`^eipalloc-${ID}$`).test(given) || isIPv4(given))),
  "true, false, an allocation id such as eipalloc-0a1b2c3d4e5f60718, or an IPv4 address",
);

export const ipv4 = tested(
  STRING,
  (given) => typeof given === "string" && isIPv4(given),
  "an IPv4 address, such as 10.0.1.7",
);

const isIpv6Address = (given: unknown): given is string =>
  // A zone, as in fe80::1%eth0, is of one host and not part of the address.
  typeof given === "string" && isIPv6(given) && !given.includes("%");

/** An IPv6 address in the spelling that EC2 answers with: compressed and in lower case, as URLs have it too. */
export const ipv6 = inputType(
  STRING,
  (given, path, report) => {
    if (!isIpv6Address(given)) {
      const reason = `got ${shown(given)}, but ${path} must be an IPv6 address, such as 2001:db8:1234:1a00::7`;
      report({ property: path, reason });
    }
  },
  (given) => (isIpv6Address(given) ? new URL(`http://[${given}]`).hostname.slice(1, -1) : given),
);

export const instanceType = text(/^[a-z][a-z0-9-]{0,31}\.[a-z0-9-]{1,31}$/, "an instance type, such as m7i.large");

/** Windows' own names (EC2 guide, device names): xvda is the root's. */
const WINDOWS_DEVICE = /^xvd([b-z]|[bc][a-z])$/;

/** A name that EC2 gives to attached volumes, Linux's or Windows'; not that of a root volume, /dev/sda1 or /dev/xvda. */
export const deviceName = text(
  new RegExp(`^/dev/(sd[b-z]|xvd[b-z]|xvd[a-d][a-z])$|${WINDOWS_DEVICE.source}`),
  "a device name for an attached volume, such as /dev/sdf (/dev/sdb to /dev/sdz; /dev/sda and /dev/xvda are the root's) or, on Windows, xvdf (xvdb to xvdz)",
);

export function isWindowsDevice(name: string): boolean {
  return WINDOWS_DEVICE.test(name);
}

/** A price is kept as text: it goes to EC2 as it was written. */
export const maxPrice = inputType(
  { type: "either", of: [STRING, { type: "number" }] },
  (given, path, report) => {
    const price = asText(given);
    if (typeof price !== "string" || !/^\d{1,9}(\.\d{1,9})?$/.test(price) || Number(price) <= 0) {
      const reason = `got ${shown(given)}, but ${path} must be a price in US dollars for an hour, such as "0.05"`;
      report({ property: path, reason });
    }
  },
  asText,
);

function asText(price: unknown): unknown {
  return typeof price === "number" ? String(price) : price;
}

export const clockTime = text(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day, such as "01:30"');

export const timezone = tested(
  STRING,
  (given) => typeof given === "string" && isTimezone(given),
  'the name of a time zone, such as "Europe/Berlin" or "UTC"',
);

export const cron = inputType(
  STRING,
  (given, path, report) => {
    const line = withSingleSpaces(given);
    const problem = typeof line === "string" ? cronProblem(line) : 'it must be a cron line, such as "0 20 * * 1-5"';
    if (problem !== undefined) {
      report({ property: path, reason: `got ${shown(given)} as ${path}, but ${problem}` });
    }
  },
  withSingleSpaces,
);

function withSingleSpaces(line: unknown): unknown {
  return typeof line === "string" ? line.trim().replace(/\s+/g, " ") : line;
}

/** A list of schedules, which is also kept in one tag of the record. */
export const scheduleList = (schedule: InputType): InputType =>
  checked(listOf(schedule, "a list of schedules", { atLeast: 0 }), (list, path, report) => {
    const lines = Array.isArray(list) ? list.filter(isObject).map((it) => `${Object.values(it).join(" ")}; `) : [];
    const length = lines.join("").length;
    if (length > MAX_TAG_VALUE) {
      const reason = `${path} has ${length} characters as it is recorded, and at most ${MAX_TAG_VALUE} can be; give fewer or shorter ones`;
      report({ property: path, reason });
    }
  });

/** User data, the one value that no error may show. Its size depends on more than the text: see contradictions.ts. */
export const userData = inputType(STRING, (given, path, report) => {
  if (typeof given !== "string") {
    report({ property: path, reason: `${path} must be a string: text, or bytes as ${path}Base64` });
  } else if (HALF.test(given)) {
    const reason = `${path} has half of a character (a lone UTF-16 surrogate), for which there are no bytes; give bytes as ${path}Base64`;
    report({ property: path, reason });
  }
});

export const userDataBase64 = inputType(STRING, (given, path, report) => {
  if (typeof given !== "string") {
    report({ property: path, reason: `${path} must be a string: base64 of the bytes` });
  } else if (decodeBase64(given) === undefined) {
    const reason = `${path} is not valid base64 (of the alphabet A-Z a-z 0-9 + /, padded with =); encode the bytes, or give text as userData`;
    report({ property: path, reason });
  }
});

function tagProblem(key: string, given: unknown, path: string): string | undefined {
  const name = shown(key);
  if (/^aws:/i.test(key)) {
    return `the tag key ${name} is refused by EC2: keys that begin with aws: are AWS's own`;
  }
  if (key.startsWith(OWN_TAG_PREFIX)) {
    return `the tag key ${name} is refused: keys that begin with ${OWN_TAG_PREFIX} are this package's own`;
  }
  if (key === "" || key.length > MAX_TAG_KEY) {
    return `the tag key ${name} is refused: a key has 1 to ${MAX_TAG_KEY} characters`;
  }
  if (key === LOST_KEY) {
    return lostKey("tag key");
  }
  if (UNTAGGABLE.test(key)) {
    return `the tag key ${name} is refused: ${NOT_IN_TAGS}`;
  }
  if (typeof given !== "string" || given.length > MAX_TAG_VALUE) {
    return `got ${shown(given)}, but ${path}[${name}] must be a string of at most ${MAX_TAG_VALUE} characters`;
  }
  return UNTAGGABLE.test(given) ? `got ${shown(given)} in ${path}[${name}], but ${NOT_IN_TAGS}` : undefined;
}

export const tags = checked(mapOf(tagProblem), (given, path, report) => {
  const count = typeof given === "object" && given !== null ? Object.keys(given).length : 0;
  if (count > MAX_TAGS) {
    const reason = `got ${count} tags; EC2 allows ${EC2_TAG_LIMIT} on one thing, of which ${RESERVED_TAGS} are this package's, so at most ${MAX_TAGS}`;
    report({ property: path, reason });
  }
});

export const strings = mapOf((key, given, path) => {
  const at = `${path}[${shown(key)}]`;
  if (key === LOST_KEY) {
    return lostKey(`key of ${path}`);
  }
  if (typeof given !== "string") {
    return `got ${shown(given)}, but ${at} must be a string`;
  }
  return HALF.test(key) || HALF.test(given)
    ? `got ${shown(given)} in ${at}, but half of a character (a lone UTF-16 surrogate) would become another on its way`
    : undefined;
});

const anyTypes = distinctList(instanceType, "a list of instance types");

/** A list of fallback types, which is also kept in one tag of the record. */
export const fallbackTypes = checked(anyTypes, (types, path, report) => {
  const length = Array.isArray(types) ? types.join(" ").length : 0;
  if (length > MAX_TAG_VALUE) {
    const reason = `${path} has ${length} characters with its spaces, and at most ${MAX_TAG_VALUE} can be recorded; name fewer types`;
    report({ property: path, reason });
  }
});
