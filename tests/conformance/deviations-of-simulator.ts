import { deviations } from "./run";

/**
 * The simulator itself, held against EC2: where it is known to be otherwise, each with the probe that shows it. An entry that is
 * put right has to be taken off.
 */
export const DEVIATIONS_OF_SIMULATOR = deviations([]);
