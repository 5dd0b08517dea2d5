import { isLoopback } from "../protocol/loopback";
import type { Ec2Event } from "../model/events";
import { Refused } from "../refused";

interface Target {
  url: string;
  delivered: number;
  failed: number;
  /** Events arrive one after the other. */
  queue: Promise<void>;
}

const TRIES = 3;
const PAUSE_MS = 200;
const TIMEOUT_MS = 10_000;

/** Addresses that every event is sent to, as a POST of its JSON. Who does not take it after some tries has missed it. */
export class EventTargets {
  private targets: Target[] = [];

  add(url: string): void {
    this.targets.push({ url: checked(url), delivered: 0, failed: 0, queue: Promise.resolve() });
  }

  clear(): void {
    this.targets = [];
  }

  list(): Pick<Target, "url" | "delivered" | "failed">[] {
    return this.targets.map(({ url, delivered, failed }) => ({ url, delivered, failed }));
  }

  get isEmpty(): boolean {
    return this.targets.length === 0;
  }

  send(event: Ec2Event): void {
    for (const target of this.targets) target.queue = target.queue.then(() => deliver(target, event));
  }
}

function checked(url: string): string {
  if (!URL.canParse(url)) throw new Refused(`"url" must be an address such as http://127.0.0.1:8080/events.`);
  const { protocol, hostname } = new URL(url);
  if (protocol === "http:" && isLoopback(hostname)) return url;
  throw new Refused(`Events are sent to this machine only, to http://127.0.0.1 or http://localhost, not to ${url}.`);
}

async function deliver(target: Target, event: Ec2Event): Promise<void> {
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    if (await isTaken(target.url, event)) {
      target.delivered += 1;
      return;
    }
    if (attempt < TRIES) await new Promise((resolve) => setTimeout(resolve, PAUSE_MS).unref());
  }
  target.failed += 1;
}

async function isTaken(url: string, event: Ec2Event): Promise<boolean> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(event),
      redirect: "error",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
