export { ManagedInstance } from "./managed-instance";
export type { DeletionArgs, ManagedInstanceArgs, MarketArgs, MetadataOptionsArgs, RootVolumeArgs } from "./args";
