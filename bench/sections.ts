/** Every part of the bench, in the order in which they run and are told. */
import type { Section } from "./section";

export const SECTIONS: readonly Section<unknown>[] = [];
