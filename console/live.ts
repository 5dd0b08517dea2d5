/**
 * Follows the fleet. A browser has six connections to one server, and a stream keeps one for itself: of all tabs one has the stream, and tells
 * the others. Where it is closed, the next one takes its place.
 */
import type { FleetUpdate } from "../cli/console/wire";
import { CallFailure, get } from "./server-calls";
import { link, phase, refusal, take } from "./store";

type Told = { update: FleetUpdate } | { link: "live" | "lost" | "ended" };

const NAME = "managed-instance-stream";
const PAUSES_MS = [1000, 2000, 5000, 10_000];

export async function follow(): Promise<void> {
  const channel = new BroadcastChannel(NAME);
  channel.onmessage = (event: MessageEvent<Told>) => {
    hear(event.data);
  };
  const tell = (told: Told): void => {
    hear(told);
    channel.postMessage(told);
  };
  // Kept until the tab is closed.
  void navigator.locks.request(NAME, () => lead(tell));
  take(await get<FleetUpdate>("/api/machines"));
  link.value = link.value === "opening" ? "live" : link.value;
}

function hear(told: Told): void {
  if ("link" in told) {
    link.value = told.link;
  } else {
    take(told.update);
    link.value = "live";
  }
}

/** Has the stream, and opens it again where it is lost, until the server says goodbye. */
async function lead(tell: (told: Told) => void): Promise<void> {
  for (let tries = 0; ; tries++) {
    const end = await streamed((update) => {
      tries = 0;
      tell({ update });
    });
    if (end === "ended" || (await isRefused())) {
      tell({ link: "ended" });
      // The lock stays: no other tab would get another answer.
      return new Promise(() => undefined);
    }
    tell({ link: "lost" });
    await new Promise((resolve) => setTimeout(resolve, PAUSES_MS[Math.min(tries, PAUSES_MS.length - 1)]));
  }
}

function streamed(onUpdate: (update: FleetUpdate) => void): Promise<"ended" | "lost"> {
  return new Promise((resolve) => {
    const stream = new EventSource("/api/stream");
    const end = (how: "ended" | "lost"): void => {
      stream.close();
      resolve(how);
    };
    stream.addEventListener("fleet", (event: MessageEvent<string>) => {
      onUpdate(JSON.parse(event.data) as FleetUpdate);
    });
    stream.addEventListener("bye", () => {
      end("ended");
    });
    stream.onerror = () => {
      end("lost");
    };
  });
}

/** A new console on the same port knows nothing of this browser. */
async function isRefused(): Promise<boolean> {
  try {
    await get("/api/session");
    return false;
  } catch (error) {
    const isOver = error instanceof CallFailure && error.code === "bad-session";
    if (isOver) {
      refusal.value = error.text;
      phase.value = "refused";
    }
    return isOver;
  }
}
