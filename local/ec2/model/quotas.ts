import type { World } from "./world";

/** EC2's defaults for an account in a region: L-0263D0A3, L-DF5E4CA3, L-2AFB9258. */
const DEFAULTS = { "elastic-ips": 5, "network-interfaces": 5000, "security-groups-per-interface": 5 } as const;

export type QuotaName = keyof typeof DEFAULTS;

export function quotaOf(world: World, name: QuotaName): number {
  return world.account.quotas.get(name) ?? DEFAULTS[name];
}

export function setQuota(world: World, name: QuotaName, limit: number): void {
  world.account.quotas.set(name, limit);
}
