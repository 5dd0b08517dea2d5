/** Checks each line that a controller says: some things it must not say. */
import type { Account } from "./account";

/** @param line of its output, or message of its log, and which machine it is about */
export function toldOf(account: Account, name: string, line: string): void {
  const isBad = account.fleet.machines.some((it) => it.name === name && it.isBad);
  if (line.includes("gave up: ") && !isBad) {
    account.breaks(`${name} was given up: ${line}`);
  }
  if (/fault of pulumi-managed-instance|TypeError|is not a function/.test(line)) {
    account.breaks(`the controller says of ${name}: ${line}`);
  }
}
