/** What the handlers share in one provider process: the stack's settings, the clients, and the way to the user. */
import { type Clock, scaledClock } from "./clock";
import { createEc2, type Ec2Options, findRegion } from "./ec2/client";
import type { Ec2 } from "./ec2/ec2";
import type { Deps } from "./engine/run";
import { Surroundings } from "./surroundings";

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

/** `aws:endpoints` is a list of objects, one of which has `ec2`. */
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
  client: Pick<Ec2Options, "requestHandler" | "credentials" | "random">;
}

export class Session {
  private readonly clients = new Map<string, Ec2>();
  private readonly places = new Map<string, Surroundings>();
  private readonly said = new Set<string>();
  private readonly around: Around;

  constructor(
    private readonly settings: Settings,
    around: Partial<Around>,
  ) {
    this.around = { clock: scaledClock(timeScale()), isAbandoned: () => false, say, client: {}, ...around };
  }

  /** The region where an input names none. */
  defaultRegion(): Promise<string | undefined> {
    return this.settings.region === undefined
      ? findRegion(this.settings.profile)
      : Promise.resolve(this.settings.region);
  }

  ec2(region: string): Ec2 {
    let client = this.clients.get(region);
    if (client === undefined) {
      const { profile, endpoints } = this.settings;
      const endpoint = ec2Endpoint(endpoints);
      client = createEc2({ region, profile, endpoint, clock: this.around.clock, ...this.around.client });
      this.clients.set(region, client);
    }
    return client;
  }

  surroundings(region: string): Surroundings {
    let surroundings = this.places.get(region);
    if (surroundings === undefined) {
      surroundings = new Surroundings(this.ec2(region), this.around.clock, region);
      this.places.set(region, surroundings);
    }
    return surroundings;
  }

  deps(region: string, name: string): Deps {
    return {
      ec2: this.ec2(region),
      clock: this.around.clock,
      say: (line) => {
        this.around.say(`${name}: ${line}`);
      },
      isAbandoned: this.around.isAbandoned,
    };
  }

  /** Prints a line that several calls of one run would repeat. */
  announce(line: string): void {
    if (!this.said.has(line)) {
      this.said.add(line);
      this.around.say(line);
    }
  }
}

/** What the provider process writes to its standard output, Pulumi shows live beside the resource. */
function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** For a simulator that runs faster than the world; 1 where nothing is set. */
function timeScale(): number {
  const scale = Number(process.env.MANAGED_INSTANCE_TIME_SCALE ?? "1");
  return Number.isFinite(scale) && scale > 0 ? scale : 1;
}
