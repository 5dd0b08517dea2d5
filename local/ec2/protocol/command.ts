import { startServer, type RunningServer } from "./server";

export interface Ec2CommandOptions {
  port: number;
  host?: string;
  allowRemote?: boolean;
  timeScale: number;
  state?: string;
  seed?: number;
}

/** Runs the simulator in the foreground until it is told to stop; then its state is saved and the process ends. */
export async function runEc2Command(options: Ec2CommandOptions): Promise<void> {
  const { state, ...rest } = options;
  // Before anything is said: who reads the line may send the signal in the same moment.
  const stop = toldToStop();
  const server = await start({ ...rest, stateFile: state });
  if (server === undefined) return;
  process.stdout.write(`EC2 simulator listening on ${server.url}\n`);
  await stop;
  await server.close();
  process.exitCode = 0;
}

async function start(options: Parameters<typeof startServer>[0]): Promise<RunningServer | undefined> {
  try {
    return await startServer(options);
  } catch (error) {
    process.stderr.write(`${sentence(error, options.port)}\n`);
    process.exitCode = 1;
    return undefined;
  }
}

function sentence(error: unknown, port: number): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? error.code : undefined;
  if (code === "EADDRINUSE") {
    return `Port ${port} is in use: another simulator may be running; stop it, or give another --port.`;
  }
  if (code === "EACCES") return `Port ${port} needs more rights than this user has; give a --port above 1023.`;
  return error.message;
}

function toldToStop(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) {
      process.once(signal, () => {
        resolve();
      });
    }
  });
}
