/** Text reaches EC2 as it is, bytes as they were encoded; only what an older version decoded stays decoded. */
import assert from "node:assert/strict";
import fc from "fast-check";
import {
  decodeBase64,
  decodedByOlderVersions,
  isReadableBase64,
  isText,
  userDataFor,
  userDataSize,
  userDataWarning,
} from "../../../provider/kit/user-data";
import { program } from "../support";
import { made, only, quick, settled, up } from "../world";

const base64 = (text: string | Uint8Array): string => Buffer.from(text).toString("base64");
const SCRIPT = "#!/bin/sh\necho hello\n";

/** The user data that the one instance has got, in bytes. */
const got = (owner: Parameters<typeof made>[0]): Buffer =>
  Buffer.from(only(made(owner).instances).userData ?? "", "base64");

/** Texts that people give as user data, and texts that only look like it. */
const TEXTS: Readonly<Record<string, string>> = {
  script: SCRIPT,
  "a script in base64": base64(SCRIPT),
  "a script in base64, with line breaks": base64(SCRIPT.repeat(9)).replace(/(.{76})/g, "$1\n"),
  "gzip in base64": base64(Buffer.from([0x1f, 0x8b, 8, 0, 0xff, 0xfe])),
  "TOML in base64": base64("[settings.kubernetes]\ncluster-name = 'x'\n"),
  "YAML in base64": base64("machine:\n  type: worker\n"),
  "a word that is base64 by chance": "hostname",
  "text that is not ASCII": "#!/bin/sh\necho höllo 🌍\r\n\t",
  "control characters": "\0\x01\x7f",
};

describe("user data", () => {
  for (const [what, text] of Object.entries(TEXTS)) {
    it(`as text is never decoded: ${what}`, async () => {
      const owner = await up({ userData: text });
      assert.deepEqual(got(owner), Buffer.from(text));
      await settled(owner, { userData: text });
    });

    it(`as base64 of bytes is decoded once: ${what}`, async () => {
      const inputs = { userDataBase64: base64(text) };
      const owner = await up(inputs);
      assert.deepEqual(got(owner), Buffer.from(text));
      await settled(owner, inputs);
    });
  }

  it("reaches EC2 byte for byte, whatever the bytes and whatever the text", async () => {
    const texts = fc.string({ unit: "binary", maxLength: 200 }).filter((it) => !/\p{Cs}/u.test(it) && it !== "");
    const given = fc.oneof(
      fc.uint8Array({ minLength: 1, maxLength: 300 }).map((bytes) => ({ userDataBase64: base64(bytes), bytes })),
      texts.map((text) => ({ userData: text, bytes: Buffer.from(text) })),
      // Text that older versions decoded.
      texts.map((text) => ({ userData: base64(`#!${text}`), bytes: Buffer.from(base64(`#!${text}`)) })),
    );
    await fc.assert(
      fc.asyncProperty(given, async ({ bytes, ...inputs }) => {
        const owner = quick();
        await owner.up(program(inputs));
        assert.deepEqual(got(owner), Buffer.from(bytes));
      }),
      { numRuns: 25 },
    );
  });

  it("may be as long as EC2 takes, as bytes and as text, and one byte more is refused", async () => {
    for (const [most, more] of [
      [{ userDataBase64: base64(Buffer.alloc(16_384, 255)) }, { userDataBase64: base64(Buffer.alloc(16_385, 255)) }],
      [{ userData: "x".repeat(16_384) }, { userData: "x".repeat(16_385) }],
      // As bytes it would fit.
      [{ userData: base64(SCRIPT) }, { userData: base64(`#${"x".repeat(14_000)}`) }],
    ]) {
      const owner = quick();
      await owner.up(program(most));
      assert.equal(only(made(owner).instances).state, "running");
      const { failures } = await quick().preview(program(more));
      assert.match(only(failures).reason, /^userData(Base64)? is \d+ bytes, and EC2 takes at most 16384/);
    }
  });

  it("moved from one input to the other without another byte is no change", async () => {
    const owner = await up({ userData: SCRIPT });
    const { instanceId } = owner.outputs;
    assert.equal(await owner.up(program({ userDataBase64: base64(SCRIPT) })), "same");
    assert.equal(await owner.up(program({ userDataBase64: base64(SCRIPT), tags: { a: "b" } })), "update");
    assert.equal(await owner.up(program({ userData: SCRIPT, tags: { a: "b" } })), "same");
    assert.equal(owner.outputs.instanceId, instanceId);
  });

  it("that goes from base64 to text, or from text to bytes, replaces the instance", async () => {
    const owner = await up({ userDataBase64: base64(SCRIPT) });
    assert.equal(await owner.up(program({ userData: base64(SCRIPT) })), "update");
    assert.deepEqual(got(owner), Buffer.from(base64(SCRIPT)));
    await settled(owner, { userData: base64(SCRIPT) });
    assert.equal(await owner.up(program({ userDataBase64: base64(SCRIPT) })), "update");
    assert.deepEqual(got(owner), Buffer.from(SCRIPT));
    await settled(owner, { userDataBase64: base64(SCRIPT) });
  });

  it("is set by stop-start as bytes, too", async () => {
    const replacement = { strategy: "stop-start" };
    const owner = await up({ replacement });
    const { instanceId } = owner.outputs;
    await owner.up(program({ replacement, userDataBase64: base64(Buffer.from([0, 255, 1])) }));
    assert.equal(owner.outputs.instanceId, instanceId);
    assert.deepEqual(got(owner), Buffer.from([0, 255, 1]));
  });

  it("that is base64 of something readable is warned of at preview, with the other input's name and nothing of it", async () => {
    for (const [what, text] of Object.entries(TEXTS)) {
      const owner = quick();
      await owner.preview(program({ userData: text }));
      const warned = owner.lines.filter((it) => it.includes("userDataBase64"));
      assert.equal(warned.length, what.includes("in base64") ? 1 : 0, what);
      assert.ok(!owner.lines.join("\n").includes(text.slice(0, 8)), what);
      const encoded = quick();
      await encoded.preview(program({ userDataBase64: base64(text) }));
      assert.deepEqual(
        encoded.lines.filter((it) => it.includes("userData")),
        [],
      );
    }
    assert.match(
      userDataWarning({ userData: base64(SCRIPT), userDataIsText: true }) ?? "",
      /^userData is valid base64, and is given to the instance as this text, not decoded; .* as userDataBase64$/,
    );
  });
});

describe("isReadableBase64", () => {
  it("is true of compressed files and of UTF-8 text, and of nothing else", () => {
    for (const bytes of [
      Buffer.from([0x1f, 0x8b, 8, 0, 0, 0xff]),
      Buffer.from("PK\x03\x04\xff", "latin1"),
      Buffer.from("BZh9\xff\xff", "latin1"),
      Buffer.from("\xfd7zXZ\0\xff", "latin1"),
      Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0]),
      Buffer.from("grün\r\n\t"),
    ]) {
      assert.ok(isReadableBase64(base64(bytes)), bytes.toString("latin1"));
    }
    for (const bytes of [Buffer.from([0, 1, 2, 3, 4, 5]), Buffer.from([0xff, 0xfe, 0x41, 0x41, 0x41, 0x41])]) {
      assert.ok(!isReadableBase64(base64(bytes)), bytes.toString("latin1"));
    }
    for (const text of ["", "abcd", "hello world and all", `${base64(SCRIPT)}=`, "#!/bin/sh"]) {
      assert.ok(!isReadableBase64(text), text);
    }
  });
});

describe("decodeBase64", () => {
  it("takes base64 with and without line breaks, and nothing else", () => {
    assert.deepEqual(decodeBase64(""), Buffer.alloc(0));
    assert.deepEqual(decodeBase64("AAEC\r\n/w==\n"), Buffer.from([0, 1, 2, 255]));
    for (const text of ["A", "AA", "AAA", "A===", "====", "AA=A", "AA EC", "AAE_", "AA-C", "ÄÄÄÄ"]) {
      assert.equal(decodeBase64(text), undefined, text);
    }
  });
});

describe("text that older versions decoded", () => {
  for (const beginning of [
    "#!/bin/sh",
    "#cloud-config",
    "Content-Type: multipart",
    "MIME-Version: 1.0",
    "From x",
    "<powershell>",
    "<script>",
    "<persist>",
    "version: 1",
    "{",
    "\x1f\x8b",
  ]) {
    it(`is base64 of what begins with ${JSON.stringify(beginning)}`, () => {
      const bytes = Buffer.from(`${beginning} and more`, "latin1");
      assert.deepEqual(decodedByOlderVersions(base64(bytes)), bytes);
      assert.deepEqual(decodedByOlderVersions(` ${base64(bytes)}\n`), bytes);
      assert.equal(userDataFor({ userData: base64(bytes) }), base64(bytes));
      assert.equal(userDataSize({ userData: base64(bytes) }), bytes.length);
      assert.equal(userDataFor({ userData: base64(bytes), userDataIsText: true }), base64(base64(bytes)));
    });
  }

  it("is nothing that is not, or that nothing would run", () => {
    for (const word of [
      "",
      "hostname",
      "abcd",
      "token123",
      "AAAA",
      "====",
      `${base64(SCRIPT)}=`,
      base64("[settings]"),
    ]) {
      assert.equal(decodedByOlderVersions(word), undefined);
    }
  });

  it("stays so only while the same text is on record without a mark", () => {
    const text = base64(SCRIPT);
    assert.equal(isText({ userData: text }, { userData: text }), undefined);
    assert.equal(isText({ userData: text, userDataIsText: true }, { userData: text }), true);
    assert.equal(isText({}, { userData: text }), true);
    assert.equal(isText({ userDataBase64: text }, { userData: text }), true);
    assert.equal(isText({ userData: "other" }, { userData: text }), true);
    assert.equal(isText({}, { userData: SCRIPT }), undefined);
    assert.equal(isText({}, { userDataBase64: text }), undefined);
  });
});
