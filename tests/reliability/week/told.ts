/** What a controller says of a machine, as far as it must not, or is to be counted. */
import type { Account } from "./account";

/** @param line of its output, or message of its log */
export function toldOf(account: Account, line: string): void {
  if (line.includes("gave up: ")) {
    account.breaks(`a machine was given up: ${line}`);
  }
  if (/fault of pulumi-managed-instance|TypeError|is not a function/.test(line)) {
    account.breaks(`the controller says: ${line}`);
  }
}
