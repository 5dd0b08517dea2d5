import { EC2Client, type EC2ClientConfig } from "@aws-sdk/client-ec2";

import { Ec2Simulator, type SimulatorOptions } from "../../../local/ec2";

/**
 * The caller of a simulator in process, at half of the SDK's CPU time. Nobody looks at a signature there: a request only says when it
 * was signed. A command's handlers are made once for each client.
 */
export const CALLER = {
  cacheMiddleware: true,
  credentials: { accessKeyId: "test", secretAccessKey: "test" },
  signer: {
    sign: <Request extends { headers: Record<string, string> }>(
      request: Request,
      { signingDate = new Date() }: { signingDate?: Date | string | number } = {},
    ): Promise<Request> => {
      request.headers["x-amz-date"] = new Date(signingDate).toISOString().replace(/[-:]|\.\d+/g, "");
      return Promise.resolve(request);
    },
  },
} satisfies EC2ClientConfig;

/** A clock that stands still until it is told to go on. */
export interface VirtualClock {
  now(): number;
  advance(ms: number): void;
}

export function virtualClock(start = Date.UTC(2026, 10, 22, 12)): VirtualClock {
  let now = start;
  return {
    now: () => now,
    advance: (ms) => {
      now += ms;
    },
  };
}

export interface Simulated {
  simulator: Ec2Simulator;
  /** The unmodified SDK client, in process. It tries once, so that an error is seen as it is. */
  ec2: EC2Client;
  clock: VirtualClock;
}

export interface SimulatedOverrides extends Partial<Omit<SimulatorOptions, "clock">> {
  clock?: VirtualClock;
  client?: EC2ClientConfig;
}

/** A fresh account, an SDK client on it, and the clock that drives it. */
export function simulated(overrides: SimulatedOverrides = {}): Simulated {
  const { clock = virtualClock(), client, ...options } = overrides;
  const simulator = new Ec2Simulator({ clock, seed: 1, ...options });
  const ec2 = new EC2Client({
    region: options.region ?? "us-east-1",
    ...CALLER,
    requestHandler: simulator.requestHandler(),
    maxAttempts: 1,
    ...client,
  });
  return { simulator, ec2, clock };
}
