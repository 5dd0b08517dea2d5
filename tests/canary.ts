/** A text that must not be seen, and whether it is: in clear, or in a form that anybody can read. */
export const CANARY = "canary-5f0c1e77+/?&=é";

/** In base64 at any of its three alignments, as it is and as URLs have it, in hex and in the escapes of JSON and URLs. */
function formsOf(secret: string): string[] {
  const base64 = ["", " ", "  "].map((pad) =>
    // Characters that depend on the neighbours are cut off.
    Buffer.from(pad + secret)
      .toString("base64")
      .slice(4, -4),
  );
  const bytes = Buffer.from(secret);
  return [
    secret,
    JSON.stringify(secret).slice(1, -1),
    encodeURIComponent(secret),
    new URLSearchParams({ it: secret }).toString().slice(3),
    bytes.toString("hex"),
    bytes.toString("latin1"),
    ...base64,
    ...base64.map((it) => it.replaceAll("+", "-").replaceAll("/", "_")),
    ...base64.map((it) => encodeURIComponent(it)),
  ];
}

/** The forms of the secrets that are in the text. */
export function seenIn(text: string, ...secrets: string[]): string[] {
  const seen = secrets.flatMap(formsOf).filter((it) => text.includes(it));
  // Files and output are read byte by byte, as they may hold anything.
  const asBytes = secrets.flatMap(formsOf).filter((it) => text.includes(Buffer.from(it).toString("latin1")));
  return [...new Set([...seen, ...asBytes])];
}
