/** `managed-instance console`: the fleet in a browser, from this machine and with these credentials, until Ctrl-C. */
import { scaleFromEnvironment } from "../../provider/kit/clock";
import { connect, type GlobalOptions, type Shell } from "../connection";
import { CommandError, EXIT } from "../exit";
import { Api } from "./api";
import { readAssets } from "./assets";
import { hasBrowser, openBrowser } from "./browser";
import { Fleet } from "./fleet";
import { Poller, watchedPeriodMs } from "./poller";
import { ConsoleServer } from "./server";

export type ConsoleOptions = GlobalOptions & { port: number; open: boolean };

export async function consoleCommand(shell: Shell, { port, open, ...options }: ConsoleOptions): Promise<void> {
  const { terminal } = shell;
  const connection = await connect(shell, options, terminal.complain);
  const scale = scaleFromEnvironment();
  const fleet = new Fleet({ ...connection, isPatchy: true }, connection.clock, watchedPeriodMs(scale) / 1000);
  const poller = new Poller(fleet, scale);
  const api = new Api(connection, fleet, options);
  const server = new ConsoleServer({ assets: readAssets(), api, fleet, poller, clock: { now: Date.now } });
  await listening(server, port);
  terminal.print(`The console is at ${server.link} (the link is good for a minute, and once). Ctrl-C ends it.`);
  const remove = open && hasBrowser(process.stdout.isTTY) ? openBrowser(server.link) : undefined;
  await interruption(terminal.interrupted);
  poller.close();
  await server.close();
  remove?.();
}

async function listening(server: ConsoleServer, port: number): Promise<void> {
  try {
    await server.listen(port);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const why =
      code === "EADDRINUSE"
        ? `port ${port} is in use; give another, or none, and a free one is taken`
        : code === "EACCES"
          ? `this user may not listen on port ${port}; give one above 1023`
          : message;
    throw new CommandError(`the console cannot begin: ${why}`, EXIT.failed);
  }
}

function interruption(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
    }
    signal.addEventListener("abort", () => {
      resolve();
    });
  });
}
