/** A process that makes one series after the other, as it is told, and sends each. */
import { measured } from "./measure";

export interface Order {
  name: string;
  runs: number;
}

process.on("message", ({ name, runs }: Order) => {
  void measured(name, runs).then((series) => process.send?.(series));
});
