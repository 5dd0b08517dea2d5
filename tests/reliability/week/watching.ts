/** `managed-instance watch`, under a supervisor that starts it again where it ended. */
import type { Account } from "./account";
import { type Controller, controllerProcess } from "./controller";
import { cli, isInWords } from "./operator";
import type { Process } from "./process";
import { toldOf } from "./told";

/** As systemd's `RestartSec` may have it. */
const RESTART_MS = 20_000;

export class Watching implements Controller {
  private process: Process | undefined;
  private interrupt = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly account: Account,
    private readonly everyMs: number,
  ) {}

  begin(): void {
    this.interrupt = new AbortController();
    this.running = this.run();
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
    while (!interrupt.signal.aborted) {
      const process = controllerProcess(account);
      this.process = process;
      const ended = cli(account, process, ["watch", "--interval", String(this.everyMs / 1000)], {
        interrupted: interrupt.signal,
        print: (line) => {
          toldOf(account, line);
        },
      });
      await Promise.race([ended.then(({ code, said }) => this.hasEnded(code, said.join(" "))), process.died]);
      if (!process.isAlive) {
        account.note("watch was killed");
        await account.weather.lacking(
          "no controller",
          () => account.now(),
          () => account.time.sleep(RESTART_MS),
        );
      }
    }
  }

  private async hasEnded(code: number, said: string): Promise<void> {
    const { account, interrupt } = this;
    account.note(`watch ended with ${code}: ${said}`);
    if (!interrupt.signal.aborted) {
      account.breaks(`watch ended by itself, with ${code}: ${said}`);
      await account.time.sleep(RESTART_MS);
    } else if (code !== 0) {
      isInWords(account, "watch", said);
    }
  }
}
