/** Requests to the console's own server. */
import type { ApiError, SessionView } from "../../cli/console/wire";

/** The server's error code, or `gone` where no server answered. */
type FailureCode = ApiError["error"]["code"] | "gone";

/** A request that did not do what was asked. */
export class Failure extends Error {
  constructor(
    readonly code: FailureCode,
    text: string,
    options?: ErrorOptions,
  ) {
    super(text, options);
    this.name = "Failure";
  }
}

interface Sent {
  method?: "POST";
  headers?: Record<string, string>;
  body?: string;
  signal?: AbortSignal;
}

const OURS = { "X-Managed-Instance": "console" };

/** @throws {Failure} */
async function request(path: string, init: Sent = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { cache: "no-store", ...init, headers: { ...OURS, ...init.headers } });
  } catch (error) {
    throw new Failure("gone", "The console's server does not answer.", { cause: error });
  }
  if (response.ok) {
    return response;
  }
  throw await failureOf(response);
}

async function failureOf(response: Response): Promise<Failure> {
  try {
    const { error } = (await response.json()) as ApiError;
    return new Failure(error.code, error.text);
  } catch (cause) {
    const code = response.status === 401 ? "bad-session" : "failed";
    return new Failure(code, `The console's server answered with HTTP status ${response.status}.`, { cause });
  }
}

/** The JSON at a path of the API. @throws {Failure} */
export async function ask<T>(path: string, signal?: AbortSignal): Promise<T> {
  return (await (await request(path, { signal })).json()) as T;
}

/** @throws {Failure} `bad-session`: there is none, or the server was started anew */
export function askSession(): Promise<SessionView> {
  return ask<SessionView>("/api/session");
}

/** Exchanges the one-time token of the URL for a session. @throws {Failure} */
export async function openSession(token: string): Promise<void> {
  await request("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
}

/** Any error as a failure in words. */
export function asFailure(error: unknown): Failure {
  return error instanceof Failure
    ? error
    : new Failure("failed", error instanceof Error ? error.message : String(error));
}
