/** Counts the calls that EC2 was asked, and its refusals, on the way there: the simulator's own log forgets the oldest calls. */
import type { Ec2Simulator } from "../../local/ec2";

type InProcess = ReturnType<Ec2Simulator["requestHandler"]>;

/** By action; a dry run is an action of its own: `RunInstances (dry run)`. */
export type Calls = Record<string, number>;

export interface Counted {
  calls: Calls;
  throttled: number;
}

export class Counter {
  private counted: Counted = { calls: {}, throttled: 0 };

  constructor(private readonly handler: InProcess) {}

  /** In the place of the handler itself. */
  readonly requestHandler: InProcess = {
    metadata: { handlerProtocol: "counted" },
    handle: async (request) => {
      const asked = new URLSearchParams(String(request.body));
      const name = `${asked.get("Action") ?? ""}${asked.get("DryRun") === "true" ? " (dry run)" : ""}`;
      const { calls } = this.counted;
      calls[name] = (calls[name] ?? 0) + 1;
      const reply = await this.handler.handle(request);
      if (reply.response.statusCode === 503 && this.isThrottled(reply.response.body)) {
        this.counted.throttled++;
      }
      return reply;
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };

  /** Since the last time. */
  take(): Counted {
    const taken = this.counted;
    this.counted = { calls: {}, throttled: 0 };
    return taken;
  }

  private isThrottled(body: Uint8Array): boolean {
    return new TextDecoder().decode(body).includes("<Code>RequestLimitExceeded</Code>");
  }
}

export function totalOf(calls: Calls): number {
  return Object.values(calls).reduce((sum, it) => sum + it, 0);
}

/** The number of calls that change something, told by their names. */
export function mutatingOf(calls: Calls): number {
  const names = Object.keys(calls).filter((it) => !it.startsWith("Describe") && !it.endsWith("(dry run)"));
  return names.reduce((sum, it) => sum + (calls[it] ?? 0), 0);
}
