import assert from "node:assert/strict";
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
