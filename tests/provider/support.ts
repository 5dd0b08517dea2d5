import assert from "node:assert/strict";
import { type Ec2Simulator, WELL_KNOWN } from "../../local/ec2";
import { Handlers } from "../../provider/handlers";
import type { Properties } from "../../provider/model/properties";
import type { Outputs } from "../../provider/model/outputs";
import { desiredOf } from "../../provider/inputs/inputs";
import { type Around, Session } from "../../provider/session";
import { CALLER, simulated, type VirtualClock } from "../local/ec2/support";

export const URN = "urn:pulumi:dev::shop::pulumi-nodejs:dynamic/managed-instance:ManagedInstance::web";

/** Every output that is not an input too. */
export const OUTPUT_NAMES = [
  "networkInterfaceId",
  "privateIp",
  "privateDnsName",
  "macAddress",
  "ipv6Addresses",
  "availabilityZone",
  "vpcId",
  "publicIp",
  "allocationId",
  "instanceId",
  "lifecycle",
  "launchedInstanceType",
  "state",
  "launchTemplateId",
  "generation",
] as const satisfies (keyof Outputs)[];

/** The outputs that outlive an instance. */
export const STABLE_NAMES = [...OUTPUT_NAMES.slice(0, 9), "launchTemplateId"] as const;

/** Raw inputs of a program, as they reach `check`. */
export function program(overrides: Properties = {}): Properties {
  return {
    resourceUrn: URN,
    subnetId: WELL_KNOWN.subnetA,
    imageId: WELL_KNOWN.imageV1,
    instanceType: "m7i.large",
    ...overrides,
  };
}

/** The record that Pulumi has of one resource. */
export interface Recorded {
  id: string;
  inputs: Properties;
  outputs: Properties;
  /** After a partial failure: the next `up` calls update, whatever diff says. */
  failed: boolean;
}

/** The engine's part: it calls the handlers in the order in which Pulumi does, and keeps what it would keep. */
export class Stack {
  recorded: Recorded | undefined;
  readonly lines: string[] = [];

  constructor(
    readonly simulator: Ec2Simulator,
    readonly handlers: Handlers,
    readonly clock: VirtualClock,
    lines: string[],
  ) {
    this.lines = lines;
  }

  async preview(
    program: Properties,
  ): Promise<{ inputs: Properties; failures: { property: string; reason: string }[]; changes: boolean }> {
    const { inputs, failures } = await this.handlers.check(this.recorded?.inputs ?? {}, program);
    const changes =
      failures.length === 0 &&
      (this.recorded === undefined ||
        (await this.handlers.diff(this.recorded.id, this.recorded.outputs, inputs)).changes);
    return { inputs, failures, changes };
  }

  /** Does what `pulumi up` does, and returns which operation it was. */
  async up(program: Properties): Promise<"create" | "update" | "same"> {
    const { inputs, failures, changes } = await this.preview(program);
    if (failures.length > 0) {
      throw new Error(failures.map((it) => `${it.property}: ${it.reason}`).join("\n"));
    }
    try {
      if (this.recorded === undefined) {
        const { id, outs } = await this.handlers.create(inputs);
        this.recorded = { id, inputs, outputs: outs, failed: false };
        return "create";
      }
      const { id, outputs, failed } = this.recorded;
      if (!changes && !failed) {
        this.recorded = { ...this.recorded, inputs };
        return "same";
      }
      const { outs } = await this.handlers.update(id, outputs, inputs);
      this.recorded = { id, inputs, outputs: outs, failed: false };
      return "update";
    } catch (error) {
      this.keep(error, inputs);
      throw error;
    }
  }

  /** An update of which no preview has seen anything, as when what it found has changed since. */
  async unseen(overrides: Properties): Promise<void> {
    const { id, inputs, outputs } = this.recorded ?? assert.fail();
    const wanted = { ...desiredOf(program({ region: "us-east-1", ...overrides })) };
    try {
      await this.handlers.update(id, outputs, wanted);
    } catch (error) {
      this.keep(error, inputs);
      throw error;
    }
  }

  private keep(error: unknown, inputs: Properties): void {
    const failure = error as { id?: string; properties?: Properties };
    if (failure.id !== undefined) {
      const kept = this.recorded?.inputs ?? inputs;
      this.recorded = { id: failure.id, inputs: kept, outputs: failure.properties ?? {}, failed: true };
    }
  }

  async refresh(): Promise<void> {
    if (this.recorded !== undefined) {
      const { id, props, inputs } = await this.handlers.read(this.recorded.id, this.recorded.outputs);
      this.recorded =
        id === "" ? undefined : { ...this.recorded, outputs: props, inputs: inputs ?? this.recorded.inputs };
      if (this.recorded !== undefined) {
        // So does the engine, to show what it found.
        await this.handlers.diff(id, this.recorded.outputs, this.recorded.inputs);
      }
    }
  }

  async destroy(): Promise<void> {
    if (this.recorded !== undefined) {
      await this.handlers.delete(this.recorded.id, this.recorded.outputs);
      this.recorded = undefined;
    }
  }

  get outputs(): Properties {
    return this.recorded?.outputs ?? {};
  }

  /** The names of the calls since the last time. */
  calls(filter: "all" | "mutating" = "all"): string[] {
    const made = this.simulator.calls().filter((it) => filter === "all" || (it.mutating && !it.dryRun));
    this.simulator.clearCalls();
    return made.map((it) => it.action);
  }
}

export type RequestHandler = NonNullable<Around["client"]["requestHandler"]>;

/** A layer between the provider and the simulator. */
export type Through = (handler: InProcess) => RequestHandler;
export type InProcess = ReturnType<Ec2Simulator["requestHandler"]>;

export interface StackOptions {
  isAbandoned?: () => boolean;
  cancelled?: AbortSignal;
  on?: Pick<Stack, "simulator" | "clock">;
  /** Every pause takes at least this long: fewer looks at what takes time, where the time itself does not matter. */
  leapMs?: number;
  /** By default nothing. */
  through?: Through;
  /** Has the SDK sign each request, where the signature is what a test is about. */
  signs?: boolean;
}

/** A fresh simulated account and the handlers over it, in virtual time; `on` shares another stack's account. */
export function stack(options: StackOptions = {}): Stack {
  const { simulator, clock } = options.on ?? simulated();
  const lines: string[] = [];
  const through = options.through ?? ((handler): RequestHandler => handler);
  const session = new Session(
    { region: "us-east-1" },
    {
      clock: {
        now: () => clock.now(),
        sleep: (ms) => {
          clock.advance(Math.max(ms, options.leapMs ?? 0));
          return Promise.resolve();
        },
      },
      say: (line) => lines.push(line),
      isAbandoned: options.isAbandoned ?? (() => false),
      ...(options.cancelled === undefined ? {} : { cancelled: options.cancelled }),
      client: {
        requestHandler: through(simulator.requestHandler()),
        ...CALLER,
        ...(options.signs === true ? { signer: undefined } : {}),
        random: () => 0.5,
      },
    },
  );
  return new Stack(simulator, new Handlers(session), clock, lines);
}
