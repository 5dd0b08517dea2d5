/**
 * User data, as EC2 wants it: `userData` is a text and goes to the instance as it is, `userDataBase64` is bytes in base64.
 *
 * Version 0.1 had `userData` only, and decoded it where it looked like base64 of a script. A machine that was made so keeps what it
 * got: its text has no `userDataIsText` beside it (docs/decisions/0043-user-data-is-never-guessed.md).
 */
export interface UserDataInputs {
  userData?: unknown;
  userDataBase64?: unknown;
  userDataIsText?: unknown;
}

/** EC2's limit, before base64. */
export const MAX_USER_DATA_BYTES = 16 * 1024;

/** Matches base64, without groups, which take a place on the stack for each time they fit. */
const BASE64 = /^[A-Za-z0-9+/]*={0,2}$/;

/** The bytes that a base64 text stands for; line breaks in it count for nothing. Undefined if it is no base64. */
export function decodeBase64(text: string): Buffer | undefined {
  const compact = text.replace(/[\r\n]+/g, "");
  return compact.length % 4 === 0 && BASE64.test(compact) ? Buffer.from(compact, "base64") : undefined;
}

/** The bytes that the instance gets. Undefined if there are none, or nothing can be said yet. */
function bytesOf({ userData, userDataBase64, userDataIsText }: UserDataInputs): Buffer | undefined {
  if (typeof userDataBase64 === "string" && userDataBase64 !== "") {
    return decodeBase64(userDataBase64);
  }
  if (typeof userData !== "string") {
    return undefined;
  }
  return (userDataIsText === true ? undefined : decodedByOlderVersions(userData)) ?? Buffer.from(userData);
}

/** The user data as EC2 wants it, in base64; undefined where the inputs ask for none. */
export function userDataFor(inputs: UserDataInputs): string | undefined {
  const encoded = bytesOf(inputs)?.toString("base64");
  return encoded === "" ? undefined : encoded;
}

/** How many bytes the instance gets: EC2 counts them before base64. */
export function userDataSize(inputs: UserDataInputs): number {
  return bytesOf(inputs)?.length ?? 0;
}

/** How the formats of cloud-init and of Windows begin. */
const BEGINNINGS_OF_OLDER_VERSIONS = [
  "#",
  "Content-Type:",
  "MIME-Version:",
  "From ",
  "<powershell>",
  "<script>",
  "<persist>",
  "version:",
  "\x1f\x8b",
  "{",
];

/** The bytes that version 0.1 decoded from a text that it took for base64; undefined for all that it took for text. */
export function decodedByOlderVersions(userData: string): Buffer | undefined {
  const compact = userData.replace(/\s+/g, "");
  const bytes = compact === "" || !/^[A-Za-z0-9+/]/.test(compact) ? undefined : decodeBase64(compact);
  const beginning = bytes?.subarray(0, 16).toString("latin1");
  return beginning !== undefined && BEGINNINGS_OF_OLDER_VERSIONS.some((it) => beginning.startsWith(it))
    ? bytes
    : undefined;
}

/** Shorter words are valid base64 of something by chance. */
const SHORTEST_BASE64 = 8;

/** How compressed files begin: gzip, zip, bzip2, xz, zstd. */
const COMPRESSED = ["\x1f\x8b", "PK\x03\x04", "BZh", "\xfd7zXZ\0", "\x28\xb5\x2f\xfd"];

/** Whether a text is base64 of something that a guest could read, so that it was perhaps meant to be decoded. */
export function isReadableBase64(text: string): boolean {
  if (decodedByOlderVersions(text) !== undefined) {
    return true;
  }
  const bytes = text.length < SHORTEST_BASE64 ? undefined : decodeBase64(text);
  if (bytes === undefined) {
    return false;
  }
  const beginning = bytes.subarray(0, 8).toString("latin1");
  return COMPRESSED.some((it) => beginning.startsWith(it)) || isPrintable(bytes);
}

/** UTF-8 without control characters but those of lines. */
function isPrintable(bytes: Buffer): boolean {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return !/[^\P{Cc}\t\r\n]/u.test(text);
  } catch {
    return false;
  }
}

/**
 * Whether the text is to be taken as it is: not where it is the one that the machine has on record as decoded by an older version.
 *
 * @param olds the inputs of the last run
 * @returns undefined where there is no doubt, so that few states have it
 */
export function isText(olds: UserDataInputs, { userData }: UserDataInputs): true | undefined {
  if (typeof userData !== "string" || decodedByOlderVersions(userData) === undefined) {
    return undefined;
  }
  return olds.userData === userData && olds.userDataIsText !== true ? undefined : true;
}

/** The line of a preview on user data that may be meant otherwise than it is taken; undefined if there is no doubt. */
export function userDataWarning({ userData, userDataBase64, userDataIsText }: UserDataInputs): string | undefined {
  if (typeof userData !== "string" || userDataBase64 !== undefined || !isReadableBase64(userData)) {
    return undefined;
  }
  return userDataIsText !== true && decodedByOlderVersions(userData) !== undefined
    ? "userData is base64, which an older version decoded; this machine goes on getting the decoded bytes, but userData is text as it is from now on: move the value to userDataBase64, which changes nothing"
    : "userData is valid base64, and is given to the instance as this text, not decoded; if the bytes are meant, give the value as userDataBase64";
}
