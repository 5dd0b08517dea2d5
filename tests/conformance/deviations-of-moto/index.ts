import { deviations } from "../run";
import { OF_INSTANCES } from "./instances";
import { OF_THE_NETWORK } from "./network";
import { OF_REQUESTS } from "./requests";
import { OF_STORAGE_AND_SURROUNDINGS } from "./storage-and-surroundings";
import { OF_TEMPLATES_AND_SPOT } from "./templates-and-spot";

/**
 * moto 5.2.5, held against EC2: what it does otherwise, and the probes that see it. In each of these moto is taken to be the one
 * that is wrong, because of the source that the probe names. Whatever is not listed here has to agree.
 */
export const DEVIATIONS_OF_MOTO = deviations([
  ...OF_INSTANCES,
  ...OF_THE_NETWORK,
  ...OF_TEMPLATES_AND_SPOT,
  ...OF_STORAGE_AND_SURROUNDINGS,
  ...OF_REQUESTS,
]);
