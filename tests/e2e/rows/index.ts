import { addressRows } from "./addresses";
import { computeRows } from "./compute";
import type { Given } from "./given";
import { lifeRows } from "./life";
import type { Row } from "./row";
import { volumeRows } from "./volumes";

/** Every input of the design's table. */
export function rowsFor(given: Given): Row[] {
  return [...addressRows(given), ...computeRows(), ...volumeRows(given), ...lifeRows(given)];
}
