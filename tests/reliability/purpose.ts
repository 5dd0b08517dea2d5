/** The purpose of a run, as far as an invariant depends on it. */

export type Properties = Record<string, unknown>;

/** The purpose of a run, as far as an invariant depends on it. */
export interface Purpose {
  /** Whether the inputs leave the interface and the Elastic IP as they are. */
  keepsIdentity: boolean;
  /** Whether an instance is wanted: one that is paused or destroyed may end with nothing to follow. */
  wantsInstance: boolean;
  /** The most instances that may exist at a time. */
  instances: 1 | 2 | 3;
}

/** The purpose of a run for each of several machines, by id. */
export type PurposeOf = (machineId: string | undefined) => Purpose;

/** The inputs whose change gives up the interface, or exchanges the Elastic IP. */
const OF_IDENTITY = ["subnetId", "persistPrivateIp", "privateIp", "elasticIp", "adopt"];

/** The purpose of an `up` from one program to another. */
export function purposeOf(before: Properties | undefined, after: Properties): Purpose {
  const isSame = (name: string): boolean => JSON.stringify(before?.[name]) === JSON.stringify(after[name]);
  const { strategy } = (after.replacement ?? {}) as { strategy?: string };
  return {
    keepsIdentity: before !== undefined && OF_IDENTITY.every(isSame),
    wantsInstance: after.desiredState !== "paused",
    instances: strategy === "overlap" || strategy === "auto" ? 2 : 1,
  };
}

/** The purpose of a destroy. */
export const ENDING: Purpose = { keepsIdentity: false, wantsInstance: false, instances: 2 };
