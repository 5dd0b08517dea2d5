/** Failures as Pulumi takes them, in sentences for the user. */
import type { Holdings } from "./engine/situation/outputs";
import { printable } from "./kit/printable";

/**
 * A failed `create` or `update` of which something exists: Pulumi records the machine and calls `update` the next time. Only this
 * class may have an `id`, because the runtime takes any error with an `id` for a partial failure.
 */
export class PartialFailure extends Error {
  override readonly name = "PartialFailure";
  readonly reasons: string[];
  declare readonly properties: Record<string, unknown>;

  constructor(
    readonly id: string,
    properties: Record<string, unknown>,
    reason: string,
  ) {
    super(reason);
    this.reasons = [reason];
    // Not enumerable, because there are secrets among the properties, and whatever prints an error prints its enumerable properties.
    Object.defineProperty(this, "properties", { value: properties, enumerable: false });
  }
}

/** A failure that leaves nothing to record. The runtime prints the stack of some errors; no user can act on one. */
export class PlainFailure extends Error {
  override readonly name = "";

  constructor(reason: string) {
    super(reason);
    this.stack = "";
  }
}

export const GOES_ON = "`pulumi up` goes on from here.";

/** Says what is kept in spite of a failure, and how to go on. */
export function kept({ networkInterfaces, elasticIps, instanceId }: Holdings): string {
  const things = [
    ...networkInterfaces.map(
      ({ id, privateIp, secondaryPrivateIps, ipv6Addresses }) =>
        `${id} with ${[privateIp, ...secondaryPrivateIps, ...ipv6Addresses].join(" and ")}`,
    ),
    ...elasticIps.map(({ publicIp }) => `the Elastic IP ${publicIp}`),
    ...(instanceId === "" ? [] : [`the instance ${instanceId}`]),
  ];
  const list = things.length === 0 ? "" : ` Kept: ${things.join(", ")}.`;
  return `${list} ${GOES_ON}`;
}

/** The text as a sentence on one line, whatever EC2 or a name brought along. It may have its full stop already. */
export function sentence(text: string): string {
  const line = printable(text);
  return /[.!?]$/.test(line) ? line : `${line}.`;
}
