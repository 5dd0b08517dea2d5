/** `managed-instance watch`, under a supervisor that starts it again where it ended. */
import { EXIT } from "../../../cli/exit";
import type { Account } from "./account";
import { type Controller, controllerProcess } from "./controller";
import { cli, isInWords } from "./operator";
import type { Process } from "./process";
import { NEEDED_TO_LOOK } from "./rights";
import { toldOf } from "./told";

/** As systemd's `RestartSec` may have it. */
const RESTART_MS = 20_000;

export class Watching implements Controller {
  private process: Process | undefined;
  private interrupt = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly account: Account,
    readonly everyMs: number,
  ) {}

  begin(): void {
    this.interrupt = new AbortController();
    this.running = this.run();
  }

  /** It has no queue. */
  poison(): void {
    this.account.note("nobody reads what is no message");
  }

  /** As Ctrl-C does. */
  async stop(): Promise<void> {
    this.interrupt.abort();
    await this.running;
  }

  kill(inCalls: number, when: "before" | "after"): void {
    this.process?.killAt(inCalls, when);
  }

  private async run(): Promise<void> {
    const { account, interrupt } = this;
    const isOver = (): boolean => interrupt.signal.aborted;
    while (!isOver()) {
      const process = controllerProcess(account);
      this.process = process;
      const ended = cli(account, process, ["watch", "--interval", String(this.everyMs / 1000)], {
        interrupted: interrupt.signal,
        print: (line) => {
          toldOf(account, /Z (\w+): /.exec(line)?.[1] ?? "all", line);
        },
      });
      const begun = account.now();
      const end = await Promise.race([ended, process.died.then(() => undefined)]);
      if (end !== undefined) {
        this.hasEnded(end.code, end.said.join(" "), account.now() - begun);
      }
      if (!isOver()) {
        await account.weather.lacking(
          "no controller",
          () => account.now(),
          () => account.time.sleep(RESTART_MS),
        );
      }
    }
  }

  private hasEnded(code: number, said: string, afterMs: number): void {
    const { account, interrupt } = this;
    account.note(`watch ended with ${code}: ${said}`);
    // Where it may not look at all it says so at once, and ends.
    const mayNotLook = code === EXIT.denied && NEEDED_TO_LOOK.some((it) => said.includes(it));
    const isOfFirstLook = mayNotLook && afterMs < this.everyMs;
    if (!interrupt.signal.aborted && !isOfFirstLook) {
      account.breaks(`watch ended by itself, with ${code}: ${said}`);
    } else if (code !== 0) {
      isInWords(account, "watch", said);
    }
  }
}
