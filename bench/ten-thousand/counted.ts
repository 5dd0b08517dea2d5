/** Counts EC2's calls and answers on the way there, as the simulator's own log forgets the oldest calls. */
import type { Ec2Simulator } from "../../local/ec2";

type InProcess = ReturnType<Ec2Simulator["requestHandler"]>;

export interface Count {
  calls: number;
  throttled: number;
  refused: number;
}

export type Counts = Record<string, Count>;

export class Counter {
  private counts: Counts = {};

  constructor(private readonly handler: InProcess) {}

  /** In the place of the handler itself. */
  readonly requestHandler: InProcess = {
    metadata: { handlerProtocol: "counted" },
    handle: async (request) => {
      const reply = await this.handler.handle(request);
      const action = /(?:^|&)Action=(\w+)/.exec(String(request.body))?.[1] ?? "";
      const count = (this.counts[action] ??= { calls: 0, throttled: 0, refused: 0 });
      count.calls++;
      if (reply.response.statusCode !== 200) {
        const isThrottled = new TextDecoder().decode(reply.response.body).includes("<Code>RequestLimitExceeded</Code>");
        count[isThrottled ? "throttled" : "refused"]++;
      }
      return reply;
    },
    updateHttpClientConfig: () => undefined,
    httpHandlerConfigs: () => ({}),
    destroy: () => undefined,
  };

  /** Takes the counts since the last time. */
  take(): Counts {
    const taken = this.counts;
    this.counts = {};
    return taken;
  }
}

/** Adds up all actions, or the ones that `isMeant`. */
export function total(counts: Counts, what: keyof Count, isMeant: (action: string) => boolean = () => true): number {
  return Object.entries(counts)
    .filter(([action]) => isMeant(action))
    .reduce((sum, [, count]) => sum + count[what], 0);
}

export function isDescribe(action: string): boolean {
  return action.startsWith("Describe");
}
