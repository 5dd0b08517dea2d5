/**
 * One event stream for all tabs of a browser. HTTP/1.1 allows six connections to a server; with a stream for each tab, the
 * seventh tab would not load. The tab that holds a Web Lock leads: it has the stream and passes on what comes. The browser
 * gives the lock to another tab when the leading one closes or crashes.
 */
import type { FleetUpdate } from "../../cli/console/wire";
import { openStream, type Link, type Sink, type Stream } from "./stream";

const NAME = "managed-instance-stream";

type Message =
  | { kind: "update"; update: FleetUpdate; isFirst: boolean }
  | { kind: "link"; link: Link }
  /** A new tab asks the leading one for all that is known. */
  | { kind: "hello" }
  | { kind: "retry" };

/** Knows the fleet as one update, for tabs that come later. */
export interface Snapshot {
  update: () => FleetUpdate;
  link: () => Link;
}

export function openSharedStream(sink: Sink, snapshot: Snapshot): Stream {
  if (!("locks" in navigator) || !("BroadcastChannel" in window)) {
    return openStream(sink);
  }
  const channel = new BroadcastChannel(NAME);
  const send = (message: Message): void => {
    channel.postMessage(message);
  };
  let stream: Stream | undefined;

  channel.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (stream === undefined) {
      follow(sink, data);
    } else if (data.kind === "hello") {
      send({ kind: "update", update: snapshot.update(), isFirst: true });
      send({ kind: "link", link: snapshot.link() });
    } else if (data.kind === "retry") {
      stream.retry();
    }
  });

  const lead = (): void => {
    stream = openStream({
      update: (update, isFirst) => {
        sink.update(update, isFirst);
        send({ kind: "update", update, isFirst });
      },
      link: (link) => {
        sink.link(link);
        send({ kind: "link", link });
      },
    });
  };

  navigator.locks
    .request(NAME, () => {
      lead();
      // Held for as long as the tab lives.
      return new Promise<never>(() => undefined);
    })
    .catch(() => {
      // Refused, as in some private windows: this tab has a stream of its own.
      stream ??= openStream(sink);
    });
  send({ kind: "hello" });
  return {
    retry: () => {
      if (stream === undefined) {
        send({ kind: "retry" });
      } else {
        stream.retry();
      }
    },
  };
}

function follow(sink: Sink, message: Message): void {
  if (message.kind === "update") {
    sink.update(message.update, message.isFirst);
  } else if (message.kind === "link") {
    sink.link(message.link);
  }
}
