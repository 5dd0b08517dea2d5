import assert from "node:assert/strict";
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

import { startServer } from "../../../../local/ec2";

/** Runs `npm run local -- ec2` in a process of its own. */
function spawned(options: object): ChildProcessWithoutNullStreams {
  const file = resolve(__dirname, "../../../../local/ec2/protocol/command");
  const script = `require(${JSON.stringify(file)}).runEc2Command(${JSON.stringify(options)})`;
  return spawn(process.execPath, ["-r", "ts-node/register/transpile-only", "-e", script]);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  return port;
}

describe("the command", () => {
  const folder = mkdtempSync(join(tmpdir(), "ec2-command-"));

  after(() => {
    rmSync(folder, { recursive: true });
  });

  it("says where it listens, and saves and ends well when it is told to stop", async () => {
    const port = await freePort();
    const state = join(folder, "state.json");
    const command = spawned({ port, timeScale: 1, state });
    const [said] = (await once(command.stdout, "data")) as [Buffer];
    assert.equal(said.toString(), `EC2 simulator listening on http://127.0.0.1:${port}\n`);
    command.kill("SIGTERM");
    assert.deepEqual(await once(command, "exit"), [0, null]);
    assert.ok(existsSync(state));
  }).timeout(20_000);

  it("says in a sentence that its port is in use", async () => {
    const server = await startServer({ port: 0 });
    const port = Number(new URL(server.url).port);
    const command = spawned({ port, timeScale: 1 });
    const [said] = (await once(command.stderr, "data")) as [Buffer];
    assert.match(said.toString(), new RegExp(`^Port ${port} is in use: [^\\n]*\\n$`));
    assert.deepEqual(await once(command, "exit"), [1, null]);
    await server.close();
  }).timeout(20_000);
});
