/** Who may ask the console: whoever opened its link, once and within a minute. */
import assert from "node:assert/strict";
import { Sessions } from "../../../cli/console/session";
import { quick } from "../../provider/world";
import { asked, begin, cookieFrom, OWN, served, type Served } from "./support";

describe("a session of the console", () => {
  let console: Served;

  beforeEach(async () => {
    console = await served(quick());
  });
  afterEach(() => console.close());

  const token = (): string => new URL(console.server.link).hash.replace("#token=", "");
  const machines = async (cookie?: string): Promise<number> =>
    (await asked(console.port, { target: "/api/machines", headers: { ...OWN, Cookie: cookie } })).status;

  it("begins with the link's token, and goes on with a cookie that no script and no other site gets", async () => {
    const { status, headers } = await begin(console.port, token());
    assert.equal(status, 204);
    const [pair = "", ...attributes] = (headers["set-cookie"] ?? "").split("; ");
    assert.match(pair, new RegExp(`^managed-instance-${console.port}=[\\w-]{43}$`));
    assert.deepEqual(attributes.sort(), ["HttpOnly", "Path=/", "SameSite=Strict"]);
    assert.equal(await machines(pair), 200);
    assert.equal(await machines(`other=1; ${pair}; more=2`), 200);
  });

  it("is needed for all but the files of the page", async () => {
    assert.equal(await machines(), 401);
    for (const target of ["/api/session", "/api/stream", "/api/machines/mi-00000000000000001", "/api/nothing"]) {
      assert.equal((await asked(console.port, { target, headers: OWN })).status, 401, target);
    }
    assert.equal((await asked(console.port, {})).status, 200);
  });

  it("begins once by one link", async () => {
    assert.equal((await begin(console.port, token())).status, 204);
    const { status, body } = await begin(console.port, token());
    assert.equal(status, 401);
    assert.match(body, /The link was used already\. Run `managed-instance console` again/);
  });

  it("begins within a minute", async () => {
    console.pass(60_001);
    const { status, body } = await begin(console.port, token());
    assert.equal(status, 401);
    assert.match(body, /is more than a minute old/);
  });

  it("still begins at the end of the minute", async () => {
    console.pass(60_000);
    assert.equal((await begin(console.port, token())).status, 204);
  });

  it("begins with no other token, and the right one is not used up by that", async () => {
    for (const wrong of ["", "x", token().slice(1), `${token()}x`, token().toUpperCase()]) {
      assert.equal((await begin(console.port, wrong)).status, 401, wrong);
    }
    assert.equal((await begin(console.port, token())).status, 204);
  });

  it("is not that of a console on another port, nor of one before", async () => {
    const other = await served(quick());
    try {
      const cookie = await cookieFrom(other);
      assert.equal(await machines(cookie), 401);
      assert.equal(await machines(cookie.replace(String(other.port), String(console.port))), 401);
    } finally {
      await other.close();
    }
  });

  it("has secrets of 32 bytes, each its own", () => {
    const [one, two] = [new Sessions({ now: () => 0 }), new Sessions({ now: () => 0 })];
    assert.equal(Buffer.from(one.token, "base64url").length, 32);
    assert.notEqual(one.token, two.token);
    assert.notEqual(one.begin(one.token), two.begin(two.token));
  });
});
