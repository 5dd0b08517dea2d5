/** `Ec2` over the AWS SDK. */
import { EC2Client, type EC2ClientConfig } from "@aws-sdk/client-ec2";
import type { Clock } from "../kit/clock";
import { addressCalls } from "./addresses";
import { callerOf, type OfRun, type SharedState, type ThisRun } from "./caller";
import { dryRunning, guardDryRuns, orRefused } from "./dry-run";
import type { Ec2 } from "./ec2";
import { Expectations } from "./expectations";
import { imageCalls } from "./images";
import { instanceCalls } from "./instances";
import { interfaceCalls } from "./interfaces";
import { launchCalls } from "./launches";
import { Pace } from "./pace";
import { asEc2Errors } from "./replies";
import { subnetCalls } from "./subnets";
import { tagCalls } from "./tagging";
import { templateCalls } from "./templates";
import { volumeCalls } from "./volumes";

export interface Ec2Options {
  region: string;
  clock: Clock;
  profile?: string;
  endpoint?: string;
  requestHandler?: EC2ClientConfig["requestHandler"];
  credentials?: EC2ClientConfig["credentials"];
  // These two make calls cheaper for tests in process, where nobody looks at a signature.
  signer?: EC2ClientConfig["signer"];
  cacheMiddleware?: boolean;
  random?: () => number;
  replyTimeoutMs?: number;
  /** Prints one line for the user. */
  say?: (line: string) => void;
}

export interface Ec2Client extends Ec2 {
  /** Makes the client of one run, whose calls share one patience. */
  forRun(run: OfRun): Ec2Client;
  /** The times that the runs of one account and region find out together. */
  readonly expectations: Expectations;
}

/** Timeouts of a call. Without them a lost reply is waited for as long as the connection stands. EC2's slowest calls answer within seconds. */
export const CONNECT_TIMEOUT_MS = 10_000;
export const REPLY_TIMEOUT_MS = 60_000;

// The SDK's notice about old Node versions would show in every `pulumi up`, and no user can act on it there.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";

/** The region that the shared files name. */
export async function findRegion(profile: string | undefined): Promise<string | undefined> {
  try {
    return await new EC2Client(profile === undefined ? {} : { profile }).config.region();
  } catch {
    // The SDK's answer to "none is set"; the caller says it in the user's words.
    return undefined;
  }
}

export function createEc2(options: Ec2Options): Ec2Client {
  const client = new EC2Client({
    region: options.region,
    maxAttempts: 1,
    ...(options.profile === undefined ? {} : { profile: options.profile }),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    requestHandler: options.requestHandler ?? {
      connectionTimeout: CONNECT_TIMEOUT_MS,
      requestTimeout: options.replyTimeoutMs ?? REPLY_TIMEOUT_MS,
      throwOnRequestTimeout: true,
    },
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
    ...(options.signer === undefined ? {} : { signer: options.signer }),
    ...(options.cacheMiddleware === undefined ? {} : { cacheMiddleware: options.cacheMiddleware }),
  });
  guardDryRuns(client);
  const { clock, random = Math.random, say = () => undefined } = options;
  const pace = new Pace(clock, random);
  return clientOf({ client, clock, random, pace, expectations: new Expectations(), made: new Map() }, { say });
}

function clientOf(state: SharedState, run: ThisRun): Ec2Client {
  const { client, expectations } = state;
  const caller = callerOf(state, run);
  return {
    ...addressCalls(caller),
    ...imageCalls(caller),
    ...instanceCalls(caller),
    ...interfaceCalls(caller),
    ...launchCalls(caller),
    ...subnetCalls(caller),
    ...tagCalls(caller),
    ...templateCalls(caller),
    ...volumeCalls(caller),
    requireCredentials: async () => {
      const find = (): Promise<unknown> => asEc2Errors("GetCredentials", () => client.config.credentials());
      await caller.retried("GetCredentials", find);
    },
    dryRun: (call) => {
      const dry = { ...state, client: dryRunning(client), made: new Map<object, unknown>(), isDryRun: true };
      return orRefused(() => call(clientOf(dry, run)));
    },
    forRun: (other) => clientOf(state, other),
    expectations,
  };
}
