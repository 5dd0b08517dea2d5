import type { SimReply, SimRequest } from "./simulator";

/** What the SDK's request has and this needs. */
export interface SdkRequest {
  body?: unknown;
  headers: Record<string, string>;
}

export interface SdkResponse {
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

export function inProcessHandler(handle: (request: SimRequest) => SimReply): InProcessHandler {
  return {
    metadata: { handlerProtocol: "in-process" },
    handle: (request) =>
      // Through a promise, so that what the simulator throws reaches the client as a failed request.
      Promise.resolve().then(() => {
        const { status, headers, body } = handle({ body: textOf(request.body), headers: request.headers });
        return { response: { statusCode: status, headers, body: new TextEncoder().encode(body) } };
      }),
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };
}

function textOf(body: unknown): string {
  if (typeof body === "string") return body;
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : "";
}
