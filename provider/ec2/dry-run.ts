/** Dry runs: EC2 says whether it would accept a call, and nothing of it happens. */
import type { EC2Client } from "@aws-sdk/client-ec2";
import { Ec2Error } from "./errors";

/** Makes the client whose every call is a dry run; a call that EC2 has no dry run of is not sent. */
export function dryRunning(client: EC2Client): EC2Client {
  const dry = Object.create(client) as EC2Client;
  // The call itself says so, and no middleware: a client may keep a command's handlers for the next call (`cacheMiddleware`).
  dry.send = ((command: { readonly input: object }, ...rest: []) =>
    client.send(
      Object.assign(command, { input: { ...command.input, DryRun: true } }) as never,
      ...rest,
    )) as typeof client.send;
  return dry;
}

/** Does not send as a real call what is to be a dry run: what EC2 has no dry run of would lose that on the way. */
export function guardDryRuns(client: EC2Client): void {
  client.middlewareStack.add(
    (next) => (args) => {
      const { body } = args.request as { body?: unknown };
      if ("DryRun" in args.input && args.input.DryRun === true && !saysDryRun(body)) {
        throw new Error("EC2 has no dry run of this; nothing was sent");
      }
      return next(args);
    },
    { step: "finalizeRequest" },
  );
}

function saysDryRun(body: unknown): boolean {
  return typeof body === "string" && new URLSearchParams(body).get("DryRun") === "true";
}

/** Fails if EC2 would refuse the call; that it would accept it, EC2 says as an error too. */
export async function orRefused(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!(error instanceof Ec2Error) || error.code !== "DryRunOperation") {
      throw error;
    }
  }
}
