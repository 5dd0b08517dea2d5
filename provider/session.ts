/** The things that all handlers of one provider process share: the stack's settings, the clients, and the way to the user. */
import { cancellable, type Clock, clockFromEnvironment, type Stopwatch } from "./kit/clock";
import type * as sdkClient from "./ec2/client";
import type { Ec2 } from "./ec2/ec2";
import { regionInEnvironment } from "./ec2/region";
import { Patience } from "./ec2/patience";
import { Leases, RENEW_MS } from "./engine/record/lease";
import { type Deps, depsOf } from "./engine/steps/run";
import { Claims } from "./inputs/claims";
import { GivenUp } from "./preview/given-up";
import { printable } from "./kit/printable";
import { Surroundings } from "./inputs/surroundings";

/** The stack's config, as far as it is about AWS, under the names that `@pulumi/aws` reads. */
export interface Settings {
  region?: string;
  profile?: string;
  /** JSON, read when a client is made, so that a mistake in it is a failure of the resource and not of the process. */
  endpoints?: string;
}

export function settingsFrom(get: (key: string) => string | undefined): Settings {
  return {
    region: get("aws:region"),
    profile: get("aws:profile"),
    endpoints: get("aws:endpoints"),
  };
}

/** The endpoint of EC2 in `aws:endpoints`, a list of objects of which one has `ec2`. */
function ec2Endpoint(config: string | undefined): string | undefined {
  if (config === undefined) {
    return undefined;
  }
  let parsed: unknown;
  try {
    parsed = JSON.parse(config);
  } catch {
    throw new Error('the config aws:endpoints must be a JSON list, such as [{"ec2": "http://127.0.0.1:4599"}]');
  }
  for (const entry of [parsed].flat()) {
    const endpoint = (entry as { ec2?: unknown } | null)?.ec2;
    if (typeof endpoint === "string" && endpoint !== "") {
      return endpoint;
    }
  }
  return undefined;
}

/** The world around the handlers, for tests to give their own. */
export interface Around {
  clock: Clock;
  say: (line: string) => void;
  isAbandoned: () => boolean;
  /** Aborted when the user ends the run. */
  cancelled: AbortSignal;
  client: Pick<sdkClient.Ec2Options, "requestHandler" | "credentials" | "signer" | "cacheMiddleware" | "random">;
}

/** The machine of a run, and how long the run may be held up. */
export interface RunScope {
  region: string;
  name: string;
  timeoutSeconds: number;
}

/** Time that a preview in which nothing changed waits for an EC2 that does not answer. */
const LOOK_PATIENCE_MS = 5000;

export class Session {
  private readonly clients = new Map<string, sdkClient.Ec2Client>();
  private readonly places = new Map<string, Surroundings>();
  private readonly held = new Map<string, Leases>();
  private readonly left = new Map<string, GivenUp>();
  private readonly said = new Set<string>();
  private region: Promise<string | undefined> | undefined;
  private readonly around: Around;
  readonly clock: Clock;
  /** The machines that creates of this process made or took over, by id, and the URNs of their resources. */
  readonly machines = new Map<string, string>();
  /** The things that the resources of this process's run name by id. */
  readonly claims = new Claims();

  constructor(
    private readonly settings: Settings,
    around: Partial<Around>,
  ) {
    const cancelled = new AbortController().signal;
    const { say: print = say } = around;
    this.around = {
      clock: clockFromEnvironment(),
      isAbandoned: () => false,
      cancelled,
      client: {},
      ...around,
      // A name tag, or EC2's own text, could pretend to be a line of ours.
      say: (line) => {
        print(printable(line));
      },
    };
    this.clock = cancellable(this.around.clock, this.around.cancelled);
  }

  /** The region for a machine whose inputs name none. */
  defaultRegion(): Promise<string | undefined> {
    // Kept, because every check asks.
    this.region ??= this.findRegion();
    return this.region;
  }

  ec2(region: string): sdkClient.Ec2Client {
    let client = this.clients.get(region);
    if (client === undefined) {
      const { profile, endpoints } = this.settings;
      const endpoint = ec2Endpoint(endpoints);
      const { say, client: given } = this.around;
      client = loadClient().createEc2({ region, profile, endpoint, clock: this.clock, say, ...given });
      this.clients.set(region, client);
    }
    return client;
  }

  surroundings(region: string): Surroundings {
    let surroundings = this.places.get(region);
    if (surroundings === undefined) {
      surroundings = new Surroundings(() => this.ec2(region), this.clock, region);
      this.places.set(region, surroundings);
    }
    return surroundings;
  }

  /** The machines of a region that a controller gave up. */
  givenUp(region: string): GivenUp {
    let givenUp = this.left.get(region);
    if (givenUp === undefined) {
      const patience = (): Patience => new Patience(this.clock, LOOK_PATIENCE_MS);
      givenUp = new GivenUp(() => this.ec2(region).forRun({ patience: patience(), say: () => undefined }), this.clock);
      this.left.set(region, givenUp);
    }
    return givenUp;
  }

  /** The leases of the machines that this process makes in a region. */
  leases(region: string): Leases {
    let leases = this.held.get(region);
    if (leases === undefined) {
      const clock = this.clock;
      const renewer = (queued: Stopwatch): Ec2 =>
        this.ec2(region).forRun({ patience: new Patience(clock, RENEW_MS), say: () => undefined, queued });
      leases = new Leases(clock, renewer, this.around.isAbandoned);
      this.held.set(region, leases);
    }
    return leases;
  }

  /** The dependencies of a run that makes a machine: leases are renewed while the run waits. */
  depsOfCreate(run: RunScope): Deps {
    return this.depsWith(run, this.leases(run.region).renewing(this.clock));
  }

  /** The dependencies of one run of a machine. */
  deps(run: RunScope): Deps {
    return this.depsWith(run, this.clock);
  }

  /** Whether the engine is gone, so that nobody hears what a handler answers. */
  get isAbandoned(): boolean {
    return this.around.isAbandoned();
  }

  private depsWith({ region, name, timeoutSeconds }: RunScope, clock: Clock): Deps {
    const say = (line: string): void => {
      this.around.say(`${name}: ${line}`);
    };
    const { isAbandoned, cancelled } = this.around;
    return depsOf(this.ec2(region), { clock, say, isAbandoned, cancelled, timeoutSeconds });
  }

  /** Prints a line that several calls of one run would repeat. */
  announce(line: string): void {
    if (!this.said.has(line)) {
      this.said.add(line);
      this.around.say(line);
    }
  }

  private findRegion(): Promise<string | undefined> {
    const { region = regionInEnvironment(), profile } = this.settings;
    return region === undefined ? loadClient().findRegion(profile) : Promise.resolve(region);
  }
}

/** Loads the client with the first call that needs it: the AWS SDK takes 0.4 s and 50 MiB. */
function loadClient(): typeof sdkClient {
  return require("./ec2/client") as typeof sdkClient;
}

/** Prints a line. Pulumi shows the provider's standard output live beside the resource. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
