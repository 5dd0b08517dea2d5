import { NoReply } from "../conditions/faults";
import type { SimReply, SimRequest } from "./messages";

/** The fields of the SDK's request that are used here. */
interface SdkRequest {
  body?: unknown;
  headers: Record<string, string>;
}

interface SdkResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: Uint8Array;
}

/** A request handler as smithy clients take them, with no socket behind it. */
export interface InProcessHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest): Promise<{ response: SdkResponse }>;
  updateHttpClientConfig(key: never, value: never): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

export interface InProcessOptions {
  /** How time passes while a call is under way. Without it calls take none, whatever latency was set. */
  sleep?: (ms: number) => Promise<void>;
  /** How long the client waits for an answer that does not come; a minute where it is not given. */
  timeoutMs?: number;
}

export function inProcessHandler(
  serve: (request: SimRequest) => Promise<SimReply>,
  { sleep, timeoutMs = 60_000 }: InProcessOptions,
): InProcessHandler {
  return {
    metadata: { handlerProtocol: "in-process" },
    handle: async (request) => {
      try {
        const { status, headers, body } = await serve({ body: textOf(request.body), headers: request.headers });
        return { response: { statusCode: status, headers, body: new TextEncoder().encode(body) } };
      } catch (error) {
        if (error instanceof NoReply) await sleep?.(timeoutMs);
        throw error;
      }
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
}
