/** The gate of the console against requests that are not its page's (docs/security.md, "The console"). */
import assert from "node:assert/strict";
import { networkInterfaces } from "node:os";
import { connect } from "node:net";
import { quick } from "../../provider/world";
import { type Answer, asked, begin, cookieFrom, OWN, type Raw, served, type Served } from "./support";

describe("the console's gate", () => {
  let console: Served;
  let cookie: string;

  before(async () => {
    console = await served(quick());
    cookie = await cookieFrom(console);
  });
  after(() => console.close());

  const ask = (raw: Raw): Promise<Answer> => asked(console.port, raw);
  /** A call of the page's, but for what is said. */
  const call = (target: string, headers: Raw["headers"] = {}, more: Raw = {}): Promise<Answer> =>
    ask({ target, headers: { ...OWN, Cookie: cookie, ...headers }, ...more });

  it("lets its own page through", async () => {
    assert.equal((await ask({})).status, 200);
    assert.equal((await ask({ headers: { Host: `localhost:${console.port}` } })).status, 200);
    assert.equal((await call("/api/machines")).status, 200);
    assert.equal((await call("/api/machines", { Origin: `http://127.0.0.1:${console.port}` })).status, 200);
  });

  it("listens on no address but 127.0.0.1", async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((it) => it ?? [])
      .filter((it) => it.address !== "127.0.0.1" && !it.address.startsWith("fe80"));
    for (const { address } of others) {
      const isOpen = await new Promise((resolve) => {
        const socket = connect(console.port, address, () => {
          socket.destroy();
          resolve(true);
        });
        socket.on("error", () => {
          resolve(false);
        });
      });
      assert.equal(isOpen, false, address);
    }
  });

  describe("refuses another name for itself with 421, also for a file of the page:", () => {
    for (const [what, host] of [
      ["a name that was made to point here", (port: number) => `rebound.example:${port}`],
      ["one that only begins like it", (port: number) => `127.0.0.1:${port}.example`],
      ["the name with a dot", (port: number) => `localhost.:${port}`],
      ["another spelling of the address", (port: number) => `127.1:${port}`],
      ["no port", () => "127.0.0.1"],
      ["another port", (port: number) => `127.0.0.1:${port + 1}`],
      ["the wildcard address", (port: number) => `0.0.0.0:${port}`],
      ["an empty one", () => ""],
      ["none", () => undefined],
    ] as const) {
      it(what, async () => {
        for (const target of ["/", "/app.js", "/api/machines"]) {
          assert.equal((await call(target, { Host: host(console.port) })).status, 421, target);
        }
      });
    }

    it("two of them", async () => {
      const own = `127.0.0.1:${console.port}`;
      assert.equal((await ask({ lines: [`Host: ${own}`] })).status, 421);
      assert.equal((await ask({ lines: ["Host: rebound.example"] })).status, 421);
    });
  });

  describe("refuses pages of other origins with 403:", () => {
    for (const [what, headers] of [
      ["another site", { Origin: "https://example.com" }],
      ["no origin at all, as from a file or a sandbox", { Origin: "null" }],
      ["another port of this computer", { Origin: "http://127.0.0.1:1" }],
      ["https", { Origin: "https://127.0.0.1:PORT" }],
      ["an origin that only begins like it", { Origin: "http://127.0.0.1:PORT.example" }],
      ["what the browser calls cross-site", { "Sec-Fetch-Site": "cross-site" }],
      ["what the browser calls same-site, as another port is", { "Sec-Fetch-Site": "same-site" }],
      ["what somebody typed into the address bar", { "Sec-Fetch-Site": "none" }],
    ] as const) {
      it(what, async () => {
        const sent = Object.fromEntries(
          Object.entries(headers).map(([name, value]) => [name, value.replace("PORT", String(console.port))]),
        );
        const { status, headers: answered } = await call("/api/machines", sent);
        assert.equal(status, 403);
        assert.equal(answered["access-control-allow-origin"], undefined);
        assert.equal((await call("/api/stream", sent)).status, 403);
      });
    }

    it("a call without the page's own header, as a link or a form sends it", async () => {
      assert.equal((await call("/api/machines", { "X-Managed-Instance": undefined })).status, 403);
      assert.equal((await call("/api/machines", { "X-Managed-Instance": "other" })).status, 403);
    });
  });

  it("answers no preflight", async () => {
    const { status, headers } = await call(
      "/api/machines",
      { Origin: "https://example.com", "Access-Control-Request-Headers": "x-managed-instance" },
      { method: "OPTIONS" },
    );
    assert.equal(status, 405);
    assert.deepEqual(
      Object.keys(headers).filter((it) => it.startsWith("access-control")),
      [],
    );
  });

  it("takes no form and no text for a call", async () => {
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", undefined]) {
      assert.equal((await begin(console.port, "x", { "Content-Type": type })).status, 415, type);
    }
    assert.equal((await begin(console.port, "x", { "X-Managed-Instance": undefined })).status, 403);
  });

  it("takes no method but GET, HEAD and POST, and POST for nothing but the session", async () => {
    for (const method of ["PUT", "DELETE", "PATCH", "TRACE"]) {
      assert.equal((await call("/api/machines", {}, { method })).status, 405, method);
    }
    const json = { "Content-Type": "application/json" };
    assert.equal((await call("/api/machines", json, { method: "POST", body: "{}" })).status, 405);
    assert.equal((await ask({ method: "POST", headers: json, body: "{}" })).status, 405);
    assert.deepEqual((await ask({ method: "HEAD" })).body, "");
  });

  describe("matches paths as a browser normalises them, so that nothing passes by another spelling:", () => {
    for (const target of [
      "/x/../api/machines",
      "/x/%2e%2e/api/machines",
      "/./api/machines",
      "/api/./machines",
      "/x\\..\\api/machines",
    ]) {
      it(target, async () => {
        assert.equal((await call(target)).status, 200);
        assert.equal((await call(target, { "X-Managed-Instance": undefined })).status, 403);
        assert.equal((await call(target, { Cookie: undefined })).status, 401);
      });
    }
    for (const target of [
      "//api/machines",
      "/\\example.com/",
      "//example.com/",
      "http://example.com/",
      "*",
      "example.com:80",
    ]) {
      it(`${target} is no path`, async () => {
        assert.equal((await call(target)).status, 400);
      });
    }
  });

  it("serves the files of its page and no other, however they are asked for", async () => {
    for (const target of [
      "/package.json",
      "/../package.json",
      "/%2e%2e/package.json",
      "/app.js/../../etc/passwd",
      "/index.html",
      "/app.js%00",
    ]) {
      assert.equal((await ask({ target })).status, 404, target);
    }
    assert.equal((await ask({ target: "/app.js?v=1" })).status, 200);
  });

  it("refuses a body that is too large, is no JSON, or has no token", async () => {
    assert.equal((await begin(console.port, "x".repeat(70_000))).status, 413);
    assert.equal((await begin(console.port, 7)).status, 400);
    const headers = { ...OWN, "Content-Type": "application/json" };
    for (const body of ["{", "", "[]", "null", '"x"', "[".repeat(60_000)]) {
      const { status } = await ask({ method: "POST", target: "/api/session", headers, body });
      assert.equal(status, 400, body.slice(0, 20));
    }
  });

  it("sends the headers that keep the page to itself with each answer, and keeps nothing in a cache", async () => {
    for (const answer of [
      await ask({}),
      await call("/api/machines"),
      await ask({ target: "/nothing" }),
      await call("/api/nothing"),
    ]) {
      const { headers } = answer;
      assert.match(
        headers["content-security-policy"] ?? "",
        /^default-src 'none'; script-src 'self';.*frame-ancestors 'none'/,
      );
      assert.ok(!headers["content-security-policy"]?.includes("unsafe"));
      assert.equal(headers["x-content-type-options"], "nosniff");
      assert.equal(headers["referrer-policy"], "no-referrer");
      assert.equal(headers["cross-origin-opener-policy"], "same-origin");
      assert.equal(headers["cross-origin-resource-policy"], "same-origin");
      assert.equal(headers["cache-control"], "no-store");
      assert.equal(headers["access-control-allow-origin"], undefined);
    }
  });

  it("repeats nothing of a request in its refusal", async () => {
    const { status, body } = await call("/api/%3Cscript%3Ealert(1)%3C/script%3E?secret=hunter2", {
      Cookie: `${cookie}; a=hunter2`,
    });
    assert.equal(status, 404);
    assert.ok(!/script|hunter2/.test(body), body);
  });
});
