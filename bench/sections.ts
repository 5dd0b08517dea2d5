/** Every part of the bench, in the order in which they run and are told. */
import { calls } from "./calls";
import { many } from "./many";
import { outage } from "./outage";
import type { Section } from "./section";
import { startup } from "./startup";
import { tenThousand } from "./ten-thousand";

export const SECTIONS: readonly Section<unknown>[] = [outage, calls, many, tenThousand, startup];
