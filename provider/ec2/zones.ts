/** Availability zones by their names. (pure) */

/**
 * Whether it is one of the region's own zones, such as us-east-1a, whose public addresses are the region's. A Local Zone
 * (us-east-1-bos-1a) and a Wavelength Zone (us-east-1-wl1-bos-wlz-1) announce their own.
 */
export function isOwnZone(zone: string, region: string): boolean {
  return zone.startsWith(region) && /^[a-z]$/.test(zone.slice(region.length));
}
