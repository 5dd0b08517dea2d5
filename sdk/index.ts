export { ManagedInstance } from "./managed-instance";
export type {
  AdoptArgs,
  CpuOptionsArgs,
  DataVolumeArgs,
  DeletionArgs,
  ManagedInstanceArgs,
  MarketArgs,
  MetadataOptionsArgs,
  ReplacementArgs,
  RootVolumeArgs,
  VolumeType,
} from "./args";
