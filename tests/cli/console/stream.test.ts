/** The stream of the console, by which its pages follow the fleet. */
import assert from "node:assert/strict";
import { get, type IncomingMessage } from "node:http";
import { MOST_STREAMS } from "../../../cli/console/streams";
import type { FleetUpdate } from "../../../cli/console/wire";
import type { Stack } from "../../provider/support";
import { only, up } from "../../provider/world";
import { cli } from "../support";
import { cookieFrom, served, type Served } from "./support";

describe("the console's stream", () => {
  let owner: Stack;
  let console: Served;
  let cookie: string;
  const open: IncomingMessage[] = [];

  beforeEach(async () => {
    owner = await up();
    console = await served(owner);
    cookie = await cookieFrom(console);
  });
  afterEach(async () => {
    open.splice(0).forEach((it) => it.destroy());
    await console.close();
  });

  /** A stream, its events, and a way to wait for the next. */
  function streamed(): Promise<{
    response: IncomingMessage;
    events: [name: string, data: FleetUpdate][];
    next: () => Promise<void>;
  }> {
    return new Promise((resolve, reject) => {
      const request = get(
        { host: "127.0.0.1", port: console.port, path: "/api/stream", headers: { Cookie: cookie }, agent: false },
        (response) => {
          open.push(response);
          const events: [string, FleetUpdate][] = [];
          let waiting = (): void => undefined;
          let text = "";
          response.setEncoding("utf8");
          response.on("data", (it: string) => {
            text += it;
            for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
              const [, name = "", data = "null"] = /^event: (\w+)\ndata: (.*)$/.exec(text.slice(0, end)) ?? [];
              text = text.slice(end + 2);
              events.push([name, JSON.parse(data) as FleetUpdate]);
              waiting();
            }
          });
          const next = (): Promise<void> =>
            new Promise((done) => {
              waiting = done;
            });
          resolve({ response, events, next });
        },
      );
      request.on("error", reject);
    });
  }

  it("begins with all that is known, and goes on with what changes", async () => {
    const { response, events, next } = await streamed();
    assert.equal(response.headers["content-type"], "text/event-stream; charset=utf-8");
    while (events.length < 2) {
      await next();
    }
    const [[, whole], [, first]] = events as [[string, FleetUpdate], [string, FleetUpdate]];
    assert.deepEqual([whole.isWhole, whole.at, whole.changed], [true, null, []]);
    assert.deepEqual([first.isWhole, only(first.changed).name], [false, "web"]);
    await cli(owner, ["pause", "web", "--yes"]);
    const told = next();
    await console.fleet.look();
    await told;
    assert.equal(events.at(-1)?.[1].changed[0]?.state, "paused");
  });

  it("says goodbye where the console is ended", async () => {
    const { response, events } = await streamed();
    const ended = new Promise((resolve) => response.on("close", resolve));
    await console.close();
    await ended;
    assert.equal(events.at(-1)?.[0], "bye");
    console = await served(owner);
  });

  it("is refused where too many are open, and open again once one is closed", async () => {
    for (let count = 0; count < MOST_STREAMS; count++) {
      await streamed();
    }
    assert.equal((await streamed()).response.statusCode, 429);
    const [first] = open;
    const closed = new Promise((resolve) => first?.on("close", resolve));
    first?.destroy();
    await closed;
    for (let tries = 0; ; tries++) {
      const { response } = await streamed();
      if (response.statusCode === 200) {
        break;
      }
      assert.ok(tries < 100, "a closed stream still counts");
    }
  });
});
