export { ManagedInstance } from "./managed-instance";
export type {
  AdoptArgs,
  CpuOptionsArgs,
  DataVolumeArgs,
  DeletionArgs,
  HealingArgs,
  ManagedInstanceArgs,
  MarketArgs,
  MetadataOptionsArgs,
  ReplacementArgs,
  RootVolumeArgs,
  ScheduleArgs,
  VolumeType,
  WindowArgs,
} from "./args";
