/** The names of block devices. (pure) */

/** One device has several names (`/dev/sdf`, `/dev/xvdf` and, as Windows images have it, `xvdf`); any other text is its own. */
export function canonicalDevice(given: unknown): unknown {
  return typeof given === "string" ? given.replace(/^(?:\/dev\/)?(?:xvd|sd)(?=[a-z])/, "/dev/sd") : given;
}

export function isSameDevice(one: string, other: string): boolean {
  return canonicalDevice(one) === canonicalDevice(other);
}
