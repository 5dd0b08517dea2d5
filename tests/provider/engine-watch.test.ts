import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { credentials, Server, ServerCredentials } from "@grpc/grpc-js";
import { ResourceProviderClient, ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineWatch } from "../../provider/engine-watch";

type Reply = (error: null, reply: Empty) => void;

/** As the runtime of a dynamic provider serves them: it answers, and tells nobody. */
const HANDLERS = {
  cancel: (_call: unknown, reply: Reply) => {
    reply(null, new Empty());
  },
  delete: (_call: unknown, reply: Reply) => {
    reply(null, new Empty());
  },
};

describe("the engine watch", () => {
  let server: Server;
  let engine: ResourceProviderClient;

  beforeEach(async () => {
    server = new Server();
    server.addService(ResourceProviderService, HANDLERS);
    const port = await new Promise<number>((resolve, reject) => {
      server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) {
          resolve(bound);
        } else {
          reject(error);
        }
      });
    });
    engine = new ResourceProviderClient(`127.0.0.1:${port}`, credentials.createInsecure());
  });
  afterEach(() => {
    engine.close();
    server.forceShutdown();
  });

  const call = (name: "cancel" | "delete"): Promise<void> =>
    new Promise((resolve, reject) => {
      const done = (error: Error | null): void => {
        if (error === null) {
          resolve();
        } else {
          reject(error);
        }
      };
      engine.makeUnaryRequest(
        `/pulumirpc.ResourceProvider/${name === "cancel" ? "Cancel" : "Delete"}`,
        (it: Empty) => Buffer.from(it.serializeBinary()),
        (it) => Empty.deserializeBinary(it),
        new Empty(),
        done,
      );
    });

  it("hears that the engine cancels, which the runtime keeps to itself", async () => {
    const watch = new EngineWatch();
    watch.listen();
    await call("delete");
    assert.equal(watch.cancelled.aborted, false);
    await call("cancel");
    assert.equal(watch.cancelled.aborted, true);
  });

  it("takes nothing from the runtime, which answers as before", async () => {
    new EngineWatch().listen();
    await call("cancel");
    await call("delete");
  });

  it("is one for the whole process, however many versions of the provider there are in it", () => {
    assert.equal(EngineWatch.ofProcess(), EngineWatch.ofProcess());
  });
});

describe("the engine watch of an idle provider, in processes of their own,", function () {
  this.timeout(60_000);

  const start = (...args: string[]): ChildProcess =>
    spawn(process.execPath, [join(__dirname, "fixtures", "engine.cjs"), ...args], {
      env: { ...process.env, TS_NODE_PROJECT: join(__dirname, "../../tsconfig.json") },
      stdio: ["ignore", "pipe", "pipe"],
    });

  for (const [how, what] of [
    ["shell", "through a shell that stays, as the CLI starts it"],
    ["direct", "itself, with no standard input"],
  ] as const) {
    it(`ends the provider after a kill of the engine that started it ${what}`, async () => {
      const engine = start(how, "stays");
      const [said] = (await once(engine.stdout ?? engine, "data")) as [Buffer];
      assert.equal(String(said), "connected\n");
      engine.kill("SIGKILL");
      // Not before the provider, which holds the same standard error, has ended as well.
      await once(engine, "close");
    });
  }

  it("keeps the provider while an engine that closed its standard input is connected", async () => {
    const engine = start("shell", "closes-input");
    let said = "";
    engine.stderr?.on("data", (chunk: Buffer) => (said += String(chunk)));
    const [code] = (await once(engine, "close")) as [number];
    assert.deepEqual([code, said], [0, "still here\n"]);
  });
});
