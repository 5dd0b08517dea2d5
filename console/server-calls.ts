/** Calls of the console's own server. */
import type { ErrorReply, OwnHeader } from "../cli/console/wire";

const OWN_HEADER: OwnHeader = "x-managed-instance";

/** An answer that is not what was asked for, or none. */
export class CallFailure extends Error {
  override readonly name = "CallFailure";

  constructor(
    readonly code: ErrorReply["error"]["code"] | "server-gone",
    /** A sentence. */
    readonly text: string,
  ) {
    super(text);
  }
}

async function call(path: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set(OWN_HEADER, "console");
  const response = await fetch(path, { ...init, headers }).catch(() => undefined);
  if (response === undefined) {
    throw new CallFailure("server-gone", "The console does not answer. It may have been ended.");
  }
  if (!response.ok) {
    const { error } = (await response.json().catch(() => ({ error: undefined }))) as Partial<ErrorReply>;
    throw new CallFailure(error?.code ?? "failed", error?.text ?? `The console answered with ${response.status}.`);
  }
  return response;
}

/** @throws CallFailure */
export async function get<T>(path: string): Promise<T> {
  return (await (await call(path, {})).json()) as T;
}

/** @throws CallFailure */
export async function beginSession(token: string): Promise<void> {
  await call("/api/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
}
