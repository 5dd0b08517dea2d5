/** `managed-instance console` as its user runs it. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { dirname } from "node:path";
import { hasBrowser, openBrowser } from "../../../cli/console/browser";
import { startServer } from "../../../local/ec2";
import { quick } from "../../provider/world";
import { cli, environment, start } from "../support";

describe("managed-instance console", function () {
  this.timeout(60_000);

  it("prints one line with its link, serves the page, and ends well by Ctrl-C", async () => {
    const server = await startServer({ port: 0 });
    try {
      const { child, ended } = start(["console", "--no-open"], environment(server.url));
      const line = await new Promise<string>((resolve) => {
        child.stdout?.once("data", (it: Buffer) => {
          resolve(it.toString());
        });
      });
      const [link = assert.fail(line)] = /http:\/\/127\.0\.0\.1:\d+\/#token=[\w-]{43}/.exec(line) ?? [];
      const page = await fetch(link);
      assert.equal(page.status, 200);
      assert.match(await page.text(), /<title>Managed Instance<\/title>/);
      child.kill("SIGINT");
      const { code, out, err } = await ended;
      assert.deepEqual([code, out.length, err], [0, 1, [""]]);
    } finally {
      await server.close();
    }
  });

  it("says which port is in use, and what to do", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", resolve));
    const { port } = taken.address() as AddressInfo;
    try {
      const { code, out, err } = await cli(quick(), ["console", "--no-open", "--port", String(port)]);
      assert.deepEqual([code, out], [1, []]);
      assert.deepEqual(err, [
        `managed-instance: the console cannot begin: port ${port} is in use; give another, or none, and a free one is taken.`,
      ]);
    } finally {
      taken.close();
    }
  });

  it("takes no other host, and no port that is none", async () => {
    for (const args of [
      ["--host", "0.0.0.0"],
      ["--port", "http"],
      ["--port", "70000"],
      ["--port", "-1"],
      ["0.0.0.0"],
    ]) {
      assert.equal((await cli(quick(), ["console", ...args])).code, 2, args.join(" "));
    }
  });

  it("opens a browser only in front of a terminal, and not over SSH", () => {
    assert.equal(hasBrowser(true, {}), true);
    assert.equal(hasBrowser(false, {}), false);
    assert.equal(hasBrowser(true, { SSH_CONNECTION: "10.0.0.1 22 10.0.0.2 22" }), false);
  });

  it("hands the browser its link in a file of its user's alone, which is removed: arguments are seen by all", () => {
    const given: string[] = [];
    const link = "http://127.0.0.1:1/#token=abc-_";
    const remove = openBrowser(link, (file) => given.push(file));
    const [file = assert.fail()] = given;
    assert.ok(!file.includes("abc"));
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(dirname(file)).mode & 0o777, 0o700);
    assert.ok(readFileSync(file, "utf8").includes(`url=${link}"`));
    remove();
    assert.ok(!existsSync(dirname(file)));
  });
});
