/**
 * User data may be given as plain text or as base64. A string that is valid base64 could be either, so it is taken for
 * base64 only if what it decodes to begins the way cloud-init's and Windows' formats do
 * (docs/decisions/0003-user-data-encoding.md).
 */
const BEGINNINGS = [
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
/** Of texts whose length divides by four. Without groups, which take a place on the stack for each time they fit. */
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

function decoded(userData: string): Buffer | undefined {
  const compact = userData.replace(/\s+/g, "");
  if (compact.length === 0 || compact.length % 4 !== 0 || !BASE64.test(compact)) {
    return undefined;
  }
  const bytes = Buffer.from(compact, "base64");
  const beginning = bytes.subarray(0, 16).toString("latin1");
  return BEGINNINGS.some((it) => beginning.startsWith(it)) ? bytes : undefined;
}

/** The size in bytes that EC2 counts. */
export function userDataSize(userData: string): number {
  return decoded(userData)?.length ?? Buffer.byteLength(userData);
}

/** As EC2 wants it. */
export function toBase64(userData: string): string {
  return (decoded(userData) ?? Buffer.from(userData)).toString("base64");
}
