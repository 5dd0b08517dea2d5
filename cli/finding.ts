/** One finding of `doctor`, and the marked things that it is about. (pure) */
import type { Reading } from "../controller/record";
import type { ElasticIp, Image, Instance, NetworkInterface, Volume } from "../provider/model/things";

export interface Finding {
  /** A note is nothing wrong. */
  kind: "problem" | "note";
  what: string;
  /** The advice, as a sentence. */
  advice: string;
}

/** All things of the account and region with the tag of a machine's id, and the records. */
export interface Marked {
  readings: readonly Reading[];
  networkInterfaces: readonly NetworkInterface[];
  elasticIps: readonly ElasticIp[];
  instances: readonly Instance[];
  volumes: readonly Volume[];
  /** The images that the machines are launched from, by id; nothing where EC2 does not find one. */
  images: ReadonlyMap<string, Image | undefined>;
  now: number;
}

export const problem = (what: string, advice: string): Finding => ({ kind: "problem", what, advice });
export const called = ({ name, id }: Pick<Reading, "name" | "id">): string => `${name} (${id})`;
