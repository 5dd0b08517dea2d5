/** All that the page knows, as signals. */
import { computed, signal } from "@preact/signals";
import type { FleetMachine, FleetUpdate, SessionView, Trouble } from "../cli/console/wire";
import { type Route, routeOf } from "./route";

/** `refused`: this browser has no session. */
export const phase = signal<"starting" | "open" | "refused">("starting");
/** The sentence with which the session was refused. */
export const refusal = signal("");
export const session = signal<SessionView | undefined>(undefined);
/** The way to the server: `lost` is tried again, `ended` was ended by its user. */
export const link = signal<"opening" | "live" | "lost" | "ended">("opening");
export const machines = signal<ReadonlyMap<string, FleetMachine>>(new Map());
/** ISO time at which EC2 answered last. */
export const lookedAt = signal<string | null>(null);
export const trouble = signal<Trouble | null>(null);
export const route = signal<Route>(routeOf(location.hash));

/** EC2's time at the last answer, and the browser's as it came: the two clocks need not agree. */
const heard = signal({ at: 0, here: 0 });
const ticks = signal(Date.now());
/** EC2's time by now, in milliseconds since the epoch. */
export const now = computed(() => heard.value.at + Math.max(0, ticks.value - heard.value.here));

const TICK_MS = 1000;

export function begin(): void {
  addEventListener("hashchange", () => {
    route.value = routeOf(location.hash);
  });
  setInterval(() => {
    ticks.value = Date.now();
  }, TICK_MS);
}

export function take(update: FleetUpdate): void {
  const next = new Map(update.isWhole ? [] : machines.value);
  update.changed.forEach((it) => next.set(it.id, it));
  update.gone.forEach((id) => next.delete(id));
  machines.value = next;
  trouble.value = update.trouble;
  if (update.at !== null) {
    if (update.at !== lookedAt.value) {
      heard.value = { at: Date.parse(update.at), here: Date.now() };
    }
    lookedAt.value = update.at;
  }
}
