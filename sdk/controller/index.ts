export type { ManagedInstanceControllerArgs } from "./args";
export { ManagedInstanceController } from "./managed-instance-controller";
