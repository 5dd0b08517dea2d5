/** The region, credentials and endpoint of a command, found as the provider finds them. */
import { type Machine, type Place, type Reading, isReadable, readMachine } from "../controller/record";
import type { Clock } from "../provider/kit/clock";
import type { Ec2Client } from "../provider/ec2/client";
import type { Deps } from "../provider/engine/steps/run";
import { type Around, Session } from "../provider/session";
import { EXIT, CommandError } from "./exit";
import type { Terminal } from "./terminal";

/** The options that every command has. */
export interface GlobalOptions {
  region?: string;
  profile?: string;
  endpoint?: string;
  /** Commander's name for `--no-color`. */
  color: boolean;
}

/** The surroundings that all commands share: the way to the user, and for tests a world of their own. */
export interface Shell {
  terminal: Terminal;
  around?: Partial<Around>;
}

export interface Connection extends Place {
  ec2: Ec2Client;
  clock: Clock;
  depsFor(machine: Reading): Deps;
}

/** Seconds that each wait may take for a machine whose record does not tell. */
const DEFAULT_TIMEOUT_S = 600;

export async function connect(shell: Shell, options: GlobalOptions, say = shell.terminal.print): Promise<Connection> {
  const { region: given, profile, endpoint } = options;
  const endpoints = endpoint === undefined ? undefined : JSON.stringify([{ ec2: endpoint }]);
  const session = new Session(
    { region: given, profile, endpoints },
    { cancelled: shell.terminal.interrupted, say, ...shell.around },
  );
  const region = await session.defaultRegion();
  if (region === undefined || region === "") {
    throw new CommandError(
      "no region is set; give --region, or set AWS_REGION, or a region in the profile of ~/.aws/config",
      EXIT.usage,
    );
  }
  const ec2 = session.ec2(region);
  return {
    ec2,
    region,
    clock: session.clock,
    depsFor: (reading) =>
      session.deps({
        region,
        name: reading.name,
        timeoutSeconds: isReadable(reading) ? reading.desired.replacement.timeoutSeconds : DEFAULT_TIMEOUT_S,
      }),
  };
}

/** @throws CommandError if there is no such machine; AmbiguousName if there are several */
export async function findReading(connection: Connection, idOrName: string): Promise<Reading> {
  const reading = await readMachine(connection, idOrName);
  if (reading === undefined) {
    throw new CommandError(
      `there is no managed instance ${idOrName} in ${connection.region}; \`managed-instance list\` shows those that there are`,
      EXIT.notFound,
    );
  }
  return reading;
}

/** Finds a machine whose record can be read, so that something can be done to it. */
export async function findMachine(connection: Connection, idOrName: string): Promise<Machine> {
  const reading = await findReading(connection, idOrName);
  if (!isReadable(reading)) {
    throw new CommandError(`nothing is done to ${reading.name} (${reading.id}): ${reading.unreadable}`, EXIT.failed);
  }
  return reading;
}
