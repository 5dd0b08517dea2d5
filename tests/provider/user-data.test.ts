import assert from "node:assert/strict";
import { toBase64, userDataSize } from "../../provider/user-data";

const base64 = (text: string | Buffer): string => Buffer.from(text).toString("base64");

describe("toBase64", () => {
  it("encodes plain text", () => {
    assert.equal(toBase64("#!/bin/sh\necho höllo\n"), base64("#!/bin/sh\necho höllo\n"));
    assert.equal(toBase64(""), "");
  });

  for (const beginning of [
    "#!/bin/sh",
    "#cloud-config",
    "Content-Type: multipart",
    "MIME-Version: 1.0",
    "<powershell>",
    "{",
  ]) {
    it(`takes base64 of what begins with ${beginning} as it is`, () => {
      const encoded = base64(`${beginning} and more`);
      assert.equal(toBase64(encoded), encoded);
    });
  }

  it("takes base64 of gzip as it is", () => {
    const encoded = base64(Buffer.from([0x1f, 0x8b, 8, 0, 0xff, 0xfe]));
    assert.equal(toBase64(encoded), encoded);
  });

  it("takes base64 with line breaks for the same as base64 without", () => {
    const encoded = base64("#!/bin/sh\n".repeat(20));
    assert.equal(toBase64(encoded.replace(/(.{76})/g, "$1\n")), encoded);
  });

  it("encodes plain text that happens to be valid base64", () => {
    for (const word of ["hostname", "abcd", "token123", "AAAA"]) {
      assert.equal(toBase64(word), base64(word));
    }
  });

  it("encodes what only looks like base64", () => {
    const broken = `${base64("#!/bin/sh and more")}=`;
    assert.equal(toBase64(broken), base64(broken));
  });
});

describe("userDataSize", () => {
  it("counts bytes as EC2 does: before base64, and not characters", () => {
    assert.equal(userDataSize("abc"), 3);
    assert.equal(userDataSize("ä"), 2);
    assert.equal(userDataSize(base64(`#${"x".repeat(999)}`)), 1000);
  });
});
