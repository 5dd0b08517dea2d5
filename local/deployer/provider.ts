import { credentials, status, type ServiceError } from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import * as proto from "@pulumi/pulumi/proto/provider_pb";
import { Child, describeExit, type ProcessExit } from "./child";
import { DeployError } from "./errors";
import { findInitFailure, type InitFailure } from "./init-failure";
import { resolveFromProgram } from "./program";
import type { Project } from "./project";
import { nameOf, typeOf } from "./urn";
import { fromStruct, plainProps, toStruct, type Props } from "./values";

export interface CheckResult {
  inputs: Props;
  failures: { property: string; reason: string }[];
}

export interface DiffResult {
  /** Undefined: the provider has no `diff`, or left it open. */
  changes: boolean | undefined;
  replaces: string[];
  deleteBeforeReplace: boolean;
}

export interface ReadResult {
  id: string;
  outputs: Props;
  inputs: Props | undefined;
}

/** The result of a create or update: done, or half done. */
export interface ApplyResult {
  id: string;
  outputs: Props;
  failure: InitFailure | undefined;
}

export interface ProviderOptions {
  project: Project;
  config: Record<string, string>;
  env: NodeJS.ProcessEnv;
  onLine: (line: string) => void;
}

type Done<R> = (error: ServiceError | null, response: R) => void;

const NO_SIZE_LIMIT = { "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 };
const STOP_MS = 2000;
const NOTICE_DEATH_MS = 5000;

/** The unmodified process that runs the handlers of all dynamic resources of a stack. */
export class Provider {
  private ending: ProcessExit | undefined;

  private constructor(
    private readonly child: Child,
    private readonly client: ResourceProviderClient,
  ) {
    void child.ended.then((ending) => (this.ending = ending));
  }

  static async start(options: ProviderOptions): Promise<Provider> {
    const { child, port } = launch(options);
    const address = `127.0.0.1:${await port}`;
    const client = new ResourceProviderClient(address, credentials.createInsecure(), NO_SIZE_LIMIT);
    const provider = new Provider(child, client);
    await provider.configure(options.config);
    return provider;
  }

  /** Tells it, as the engine does on Ctrl-C, that the run is to end. Nothing depends on whether it listens. */
  cancel(): void {
    this.client.cancel(new Empty(), () => undefined);
  }

  async stop(): Promise<void> {
    this.client.close();
    this.child.kill("SIGTERM");
    const patience = setTimeout(() => {
      this.child.kill("SIGKILL");
    }, STOP_MS);
    await this.child.ended;
    clearTimeout(patience);
  }

  async check(urn: string, olds: Props, news: Props): Promise<CheckResult> {
    const request = new proto.CheckRequest()
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setOlds(toStruct(plainProps(olds)))
      .setNews(toStruct(plainProps(news)));
    const response = await this.call<proto.CheckResponse>((done) => this.client.check(request, done));
    return {
      inputs: fromStruct(response.getInputs()),
      failures: response.getFailuresList().map((f) => ({ property: f.getProperty(), reason: f.getReason() })),
    };
  }

  async diff(urn: string, old: { id: string; inputs: Props; outputs: Props }, news: Props): Promise<DiffResult> {
    const request = new proto.DiffRequest()
      .setId(old.id)
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setOlds(toStruct(plainProps(old.outputs)))
      .setOldInputs(toStruct(plainProps(old.inputs)))
      .setNews(toStruct(plainProps(news)));
    const response = await this.call<proto.DiffResponse>((done) => this.client.diff(request, done));
    const { DIFF_NONE, DIFF_SOME } = proto.DiffResponse.DiffChanges;
    const changes = response.getChanges();
    return {
      changes: changes === DIFF_SOME ? true : changes === DIFF_NONE ? false : undefined,
      replaces: response.getReplacesList(),
      deleteBeforeReplace: response.getDeletebeforereplace(),
    };
  }

  async create(urn: string, news: Props): Promise<ApplyResult> {
    const request = new proto.CreateRequest()
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setProperties(toStruct(plainProps(news)));
    return this.apply(async () => {
      const response = await this.call<proto.CreateResponse>((done) => this.client.create(request, done));
      return { id: response.getId(), outputs: fromStruct(response.getProperties()), failure: undefined };
    });
  }

  async update(urn: string, old: { id: string; inputs: Props; outputs: Props }, news: Props): Promise<ApplyResult> {
    const request = new proto.UpdateRequest()
      .setId(old.id)
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setOlds(toStruct(plainProps(old.outputs)))
      .setOldInputs(toStruct(plainProps(old.inputs)))
      .setNews(toStruct(plainProps(news)));
    return this.apply(async () => {
      const response = await this.call<proto.UpdateResponse>((done) => this.client.update(request, done));
      return { id: old.id, outputs: fromStruct(response.getProperties()), failure: undefined };
    });
  }

  async read(urn: string, old: { id: string; inputs: Props; outputs: Props }): Promise<ReadResult> {
    const request = new proto.ReadRequest()
      .setId(old.id)
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setInputs(toStruct(plainProps(old.inputs)))
      .setProperties(toStruct(plainProps(old.outputs)));
    const response = await this.call<proto.ReadResponse>((done) => this.client.read(request, done));
    const inputs = response.getInputs();
    return {
      id: response.getId(),
      outputs: fromStruct(response.getProperties()),
      inputs: inputs && fromStruct(inputs),
    };
  }

  async delete(urn: string, old: { id: string; inputs: Props; outputs: Props }): Promise<void> {
    const request = new proto.DeleteRequest()
      .setId(old.id)
      .setUrn(urn)
      .setName(nameOf(urn))
      .setType(typeOf(urn))
      .setOldInputs(toStruct(plainProps(old.inputs)))
      .setProperties(toStruct(plainProps(old.outputs)));
    await this.call((done) => this.client.delete(request, done));
  }

  private async configure(config: Record<string, string>): Promise<void> {
    const request = new proto.ConfigureRequest()
      .setArgs(toStruct(config))
      .setAcceptsecrets(true)
      .setAcceptresources(true)
      .setSendsOldInputs(true)
      .setSendsOldInputsToDelete(true);
    await this.call<proto.ConfigureResponse>((done) => this.client.configure(request, done));
  }

  private async apply(run: () => Promise<ApplyResult>): Promise<ApplyResult> {
    try {
      return await run();
    } catch (error) {
      const failure = error instanceof ProviderError ? error.initFailure : undefined;
      if (failure === undefined) throw error;
      return { id: failure.id, outputs: failure.outputs, failure };
    }
  }

  private async call<R>(start: (done: Done<R>) => unknown): Promise<R> {
    const outcome = await new Promise<R | ServiceError>((resolve) => {
      start((error, response) => {
        resolve(error ?? response);
      });
    });
    if (!(outcome instanceof Error)) return outcome;
    if (outcome.code === status.UNAVAILABLE || outcome.code === status.CANCELLED) await this.noticeDeath();
    throw this.explain(outcome);
  }

  /** The connection breaks a moment before the operating system tells of the process's end. */
  private async noticeDeath(): Promise<void> {
    await Promise.race([this.child.ended, new Promise((resolve) => setTimeout(resolve, NOTICE_DEATH_MS))]);
  }

  private explain(error: ServiceError): ProviderError {
    if (this.ending === undefined) return new ProviderError(error.details, findInitFailure(error));
    const ending = describeExit(this.ending);
    return new ProviderError(
      `the provider process ended (${ending}) before it answered; what it was doing is not recorded`,
    );
  }
}

class ProviderError extends DeployError {
  constructor(
    message: string,
    readonly initFailure?: InitFailure,
  ) {
    super(message);
  }
}

function launch({ project, config, env, onLine }: ProviderOptions): { child: Child; port: Promise<string> } {
  const script = resolveFromProgram(project, "@pulumi/pulumi/cmd/dynamic-provider");
  let announce: (port: string) => void;
  const announced = new Promise<string>((resolve) => (announce = resolve));
  let hasPort = false;
  const child = new Child([script, "127.0.0.1:0"], {
    cwd: project.programDir,
    env: {
      ...env,
      PULUMI_PROJECT: project.name,
      PULUMI_NODEJS_PROJECT: project.name,
      PULUMI_CONFIG: JSON.stringify(config),
      PULUMI_RUNTIME_TYPESCRIPT: String(project.typescript),
    },
    onLine: (line, stream) => {
      // The first line of all that it prints is the port that it listens on.
      if (hasPort || stream === "stderr") {
        onLine(line);
        return;
      }
      hasPort = true;
      announce(line.trim());
    },
  });
  const died = child.ended.then((ending): never => {
    throw new DeployError(`The provider process did not start (${describeExit(ending)}).`);
  });
  return { child, port: Promise.race([announced, died]) };
}
