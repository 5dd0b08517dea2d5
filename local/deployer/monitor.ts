import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerUnaryCall,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { EngineService } from "@pulumi/pulumi/proto/engine_grpc_pb";
import * as engine from "@pulumi/pulumi/proto/engine_pb";
import { ResourceMonitorService } from "@pulumi/pulumi/proto/resource_grpc_pb";
import * as proto from "@pulumi/pulumi/proto/resource_pb";
import { DeployError } from "./errors";
import { goalOf, needsCli } from "./goal";
import { nameOf } from "./urn";
import type { Registrar } from "./registrar";
import type { Run } from "./run";
import { fromStruct, toStruct, type Props } from "./values";

const NO_SIZE_LIMIT = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };

/** The error that tells the language runtime that the deployment is over, and to be quiet. */
const OVER = { code: status.UNAVAILABLE, details: "the deployment has stopped" };

type Handler<Q, R> = (call: ServerUnaryCall<Q, R>, reply: sendUnaryData<R>) => void;

/** Serves the two Pulumi services that a program talks to. */
export class Monitor {
  private readonly server = new Server(NO_SIZE_LIMIT);
  private rootUrn = "";
  private outputs: Props | undefined;

  constructor(
    private readonly run: Run,
    private readonly registrar: Registrar,
  ) {
    this.server.addService(ResourceMonitorService, this.resourceMonitor());
    this.server.addService(EngineService, this.engine());
  }

  /** The stack's outputs, if the program came as far as to export them. */
  get stackOutputs(): Props | undefined {
    return this.outputs;
  }

  async listen(): Promise<string> {
    const port = await new Promise<number>((resolve, reject) => {
      this.server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) => {
        if (error === null) resolve(bound);
        else reject(error);
      });
    });
    return `127.0.0.1:${String(port)}`;
  }

  close(): void {
    this.server.forceShutdown();
  }

  /** A method that is not served here (transforms, hooks, packages) answers "unimplemented", which the runtime explains. */
  private resourceMonitor(): UntypedServiceImplementation {
    const supportsFeature: Handler<proto.SupportsFeatureRequest, proto.SupportsFeatureResponse> = (call, reply) => {
      reply(null, new proto.SupportsFeatureResponse().setHassupport(call.request.getId() === "secrets"));
    };
    const invoke: Handler<proto.ResourceInvokeRequest | proto.ResourceCallRequest, never> = (call, reply) => {
      this.refuse(new DeployError(needsCli(call.request.getTok())), reply);
    };
    const readResource: Handler<proto.ReadResourceRequest, proto.ReadResourceResponse> = ({ request }, reply) => {
      this.refuse(new DeployError(`reading ${needsCli(request.getType(), request.getName())}`), reply);
    };
    const registerResource: Handler<proto.RegisterResourceRequest, proto.RegisterResourceResponse> = (call, reply) => {
      void this.run.track(this.register(call.request, reply));
    };
    const registerResourceOutputs: Handler<proto.RegisterResourceOutputsRequest, Empty> = ({ request }, reply) => {
      this.takeOutputs(request.getUrn(), fromStruct(request.getOutputs()));
      reply(null, new Empty());
    };
    const signalAndWaitForShutdown: Handler<Empty, Empty> = (_, reply) => {
      reply(null, new Empty());
    };
    return {
      supportsFeature,
      invoke,
      call: invoke,
      readResource,
      registerResource,
      registerResourceOutputs,
      signalAndWaitForShutdown,
    };
  }

  private engine(): UntypedServiceImplementation {
    const log: Handler<engine.LogRequest, Empty> = (call, reply) => {
      this.log(call.request);
      reply(null, new Empty());
    };
    const getRootResource: Handler<engine.GetRootResourceRequest, engine.GetRootResourceResponse> = (_, reply) => {
      reply(null, new engine.GetRootResourceResponse().setUrn(this.rootUrn));
    };
    const setRootResource: Handler<engine.SetRootResourceRequest, engine.SetRootResourceResponse> = (call, reply) => {
      this.rootUrn = call.request.getUrn();
      reply(null, new engine.SetRootResourceResponse());
    };
    return { log, getRootResource, setRootResource };
  }

  private async register(
    request: proto.RegisterResourceRequest,
    reply: sendUnaryData<proto.RegisterResourceResponse>,
  ): Promise<void> {
    if (this.run.isStopped()) {
      reply(OVER);
      return;
    }
    let subject: string | undefined;
    try {
      const goal = goalOf(request);
      subject = this.registrar.urnOf(goal);
      const { urn, id, outputs, custom, inputs } = await this.registrar.register(goal);
      const response = new proto.RegisterResourceResponse().setUrn(urn).setId(id);
      reply(null, response.setObject(toStruct(custom ? outputs : inputs)));
    } catch (error) {
      this.run.fail(error, subject);
      reply(OVER);
    }
  }

  private refuse<R>(error: DeployError, reply: sendUnaryData<R>): void {
    this.run.fail(error);
    reply(OVER);
  }

  private takeOutputs(urn: string, outputs: Props): void {
    // A program that fails registers empty outputs on its way out: the stack's are taken over at its good end only.
    if (urn === this.rootUrn) {
      this.outputs = outputs;
      return;
    }
    const component = this.run.snapshot.find(urn);
    if (component !== undefined && !component.custom) this.run.snapshot.put({ ...component, outputs }, component);
  }

  private log(request: engine.LogRequest): void {
    const subject = request.getUrn() === "" ? "" : `${nameOf(request.getUrn())}: `;
    const [first = "", ...rest] = request.getMessage().trimEnd().split("\n");
    switch (request.getSeverity()) {
      case engine.LogSeverity.DEBUG:
        return;
      case engine.LogSeverity.INFO:
        this.run.report.line(`info: ${subject}${[first, ...rest].join("\n")}`);
        return;
      case engine.LogSeverity.WARNING:
        this.run.report.warn(`${subject}${[first, ...rest].join("\n")}`);
        return;
      case engine.LogSeverity.ERROR:
        this.run.report.logError([first, ...rest], request.getUrn() === "" ? undefined : request.getUrn());
    }
  }
}
