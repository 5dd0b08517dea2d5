/** The event stream of the fleet, opened again with back-off when it is lost. */
import type { FleetUpdate } from "../../cli/console/wire";
import { askSession, asFailure } from "./api";
import { backOffMs } from "./back-off";

/** The connection to the console's server. Times are milliseconds since 1970. */
export interface Link {
  /** `ended`: the command was ended; `expired`: the server does not know this session. */
  status: "connecting" | "live" | "lost" | "ended" | "expired";
  since: number;
  nextTryAt: number | null;
}

/** Receives what a stream brings, in this tab or in another. */
export interface Sink {
  update: (update: FleetUpdate, isFirst: boolean) => void;
  link: (link: Link) => void;
}

export interface Stream {
  /** Tries at once instead of waiting for the next try. */
  retry: () => void;
}

export function openStream(sink: Sink): Stream {
  let source: EventSource | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let tries = 0;
  let status: Link["status"] = "connecting";
  let since = Date.now();

  const tell = (next: Link["status"], nextTryAt: number | null = null): void => {
    if (next !== status) {
      status = next;
      since = Date.now();
    }
    sink.link({ status, since, nextTryAt });
  };

  const connect = (): void => {
    clearTimeout(timer);
    source?.close();
    const opened = new EventSource("/api/stream");
    source = opened;
    let isFirst = true;
    opened.addEventListener("fleet", ({ data }: MessageEvent<string>) => {
      tries = 0;
      tell("live");
      sink.update(JSON.parse(data) as FleetUpdate, isFirst);
      isFirst = false;
    });
    opened.addEventListener("bye", () => {
      opened.close();
      again("ended");
    });
    opened.addEventListener("error", () => {
      // The browser would try again by itself, but without back-off, and not after an HTTP error.
      opened.close();
      void diagnose();
    });
  };

  const diagnose = async (): Promise<void> => {
    try {
      await askSession();
      again("lost");
    } catch (error) {
      if (asFailure(error).code === "bad-session") {
        tell("expired");
      } else {
        again(status === "ended" ? "ended" : "lost");
      }
    }
  };

  const again = (why: "lost" | "ended"): void => {
    tries++;
    const wait = backOffMs(tries, Math.random());
    clearTimeout(timer);
    timer = setTimeout(connect, wait);
    tell(why, Date.now() + wait);
  };

  connect();
  return { retry: connect };
}
