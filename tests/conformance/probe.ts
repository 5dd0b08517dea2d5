import type { Scene } from "./scene";

/** The subjects of probes, in the order in which the documentation shows them. */
export const AREAS = [
  "instances and states",
  "launch parameters",
  "instance attributes",
  "network interfaces",
  "attachments",
  "private addresses",
  "IPv6",
  "Elastic IPs",
  "public addresses",
  "launch templates",
  "client tokens",
  "spot",
  "volumes",
  "snapshots and images",
  "root volume replacement",
  "types and offerings",
  "surroundings",
  "security groups",
  "metadata options",
  "instance profiles",
  "tags",
  "filters",
  "pagination",
  "dry run",
  "ids",
  "protocol",
] as const;

export type Area = (typeof AREAS)[number];

/** A refusal by EC2: its error code, and the HTTP status where it is not 400. */
interface Refusal {
  code: string;
  status: number;
}

/**
 * One statement about EC2 that can be tried: in a clean account `setUp` makes what is needed, then `call` is made. It is refused
 * with a code, or it answers something that is compared as a whole.
 */
export interface Probe {
  /** Never changes, so that deviations can name it. */
  id: string;
  area: Area;
  /** The statement itself. */
  title: string;
  /** Why this is expected of EC2. */
  source: string;
  expected: { refusal: Refusal } | { value: unknown };
  /** Sets up, and gives the call. */
  prepare: (scene: Scene) => Promise<() => Promise<unknown>>;
}

interface Spec<Made> {
  id: string;
  title: string;
  source: string;
  setUp?: (scene: Scene) => Promise<Made>;
  call: (scene: Scene, made: Made) => Promise<unknown>;
}

type Unplaced = Omit<Probe, "area">;

function open<Made>({ setUp, call, ...rest }: Spec<Made>, expected: Probe["expected"]): Unplaced {
  const prepare = async (scene: Scene) => {
    // Without a set-up nothing was made, and the call does not look at it.
    const made = setUp === undefined ? (undefined as Made) : await setUp(scene);
    return () => call(scene, made);
  };
  return { ...rest, expected, prepare };
}

/** The call is answered, and what `call` reads from the answer is `expected`. */
export function answers<Made>({ expected, ...spec }: Spec<Made> & { expected: unknown }): Unplaced {
  const { id, title, source, setUp, call } = spec;
  return open({ id, title, source, setUp, call }, { value: expected });
}

/** The call is refused with this code. */
export function refuses<Made>({
  code,
  status = 400,
  ...spec
}: Spec<Made> & { code: string; status?: number }): Unplaced {
  const { id, title, source, setUp, call } = spec;
  return open({ id, title, source, setUp, call }, { refusal: { code, status } });
}

export function area(name: Area, probes: readonly (Unplaced | Unplaced[])[]): Probe[] {
  return probes.flat().map((probe) => ({ ...probe, area: name }));
}

/** Where an expectation comes from. */
export const source = {
  /** The action's page in the API reference, whose text is in botocore's EC2 model too. */
  api: (action: string) => `API reference, ${action}`,
  codes: "API reference, error codes",
  guide: (page: string) => `EC2 user guide, ${page}`,
  ebs: (page: string) => `EBS user guide, ${page}`,
  vpc: (page: string) => `VPC user guide, ${page}`,
  /** This project's collection of facts, each with the thread or document that it is from. */
  facts: (section: string) => `ec2-behaviour.md §${section}`,
  /** A public thread that shows EC2's answer. */
  seen: (thread: string) => `seen in ${thread}`,
};
