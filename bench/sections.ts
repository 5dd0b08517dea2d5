/** Every part of the bench, in the order in which they run and are told. */
import type { Section } from "./section";
import { tenThousand } from "./ten-thousand";

export const SECTIONS: readonly Section<unknown>[] = [tenThousand];
