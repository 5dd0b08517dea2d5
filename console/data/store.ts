/** The state that all views share: the session, the connection to the server, and the fleet. */
import { signal } from "@preact/signals";
import type { FleetUpdate, SessionView } from "../../cli/console/wire";
import { NO_FLEET, spokenChanges, updated, type Fleet } from "../model/fleet";
import { announce } from "./announce";
import { asFailure, askSession, openSession, type Failure } from "./api";
import { openSharedStream } from "./sharing";
import type { Link, Stream } from "./stream";

type SessionState = { kind: "opening" } | { kind: "open"; view: SessionView } | { kind: "failed"; failure: Failure };

export const session = signal<SessionState>({ kind: "opening" });
export const fleet = signal<Fleet>(NO_FLEET);
export const link = signal<Link>({ status: "connecting", since: Date.now(), nextTryAt: null });

let stream: Stream | undefined;

/** @param token of the URL that the command printed; absent: the browser has a session already */
export async function enter(token?: string): Promise<void> {
  try {
    if (token !== undefined) {
      await exchange(token);
    }
    session.value = { kind: "open", view: await askSession() };
  } catch (error) {
    session.value = { kind: "failed", failure: asFailure(error) };
    return;
  }
  if (stream === undefined) {
    stream = openSharedStream({ update: receive, link: relink }, { update: wholeFleet, link: () => link.peek() });
  } else if (link.peek().status !== "live") {
    stream.retry();
  }
}

/** A token that was used already does no harm where the browser still has the session that it opened, as after a reload. */
async function exchange(token: string): Promise<void> {
  try {
    await openSession(token);
  } catch (error) {
    const failure = asFailure(error);
    if (failure.code !== "bad-session") {
      throw failure;
    }
    await askSession().catch(() => {
      throw failure;
    });
  }
}

/** Tries to reach the server now. */
export function tryNow(): void {
  if (session.peek().kind === "open") {
    stream?.retry();
  } else {
    session.value = { kind: "opening" };
    void enter();
  }
}

function receive(update: FleetUpdate, isFirst: boolean): void {
  const before = fleet.peek();
  fleet.value = updated(before, update, isFirst);
  say(spokenChanges(before, fleet.peek()));
}

const SPOKEN: Readonly<Partial<Record<Link["status"], string>>> = {
  live: "Connected again.",
  lost: "The connection to the console's server is lost.",
  ended: "The console was ended in its terminal.",
  expired: "The session has expired.",
};

function relink(next: Link): void {
  const before = link.peek().status;
  link.value = next;
  if (next.status !== before && before !== "connecting") {
    say([SPOKEN[next.status] ?? ""]);
  }
}

function say(sentences: readonly string[]): void {
  const text = sentences.filter((it) => it !== "").join(" ");
  if (text !== "") {
    announce(text);
  }
}

function wholeFleet(): FleetUpdate {
  const { machines, ...rest } = fleet.peek();
  return { ...rest, isWhole: true, changed: [...machines.values()], gone: [] };
}
