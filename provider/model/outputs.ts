/** The outputs that a program gets. */
import type { Lifecycle } from "./things";

export type MachineState = "running" | "paused" | "pending" | "failed" | "missing";

/** The resource's outputs, beside its inputs. Never undefined; an empty string where there is no value. */
export interface Outputs {
  networkInterfaceId: string;
  privateIp: string;
  privateDnsName: string;
  macAddress: string;
  secondaryPrivateIps: string[];
  ipv6Addresses: string[];
  publicIp: string;
  allocationId: string;
  instanceId: string;
  state: MachineState;
  lifecycle: Lifecycle | "";
  launchedInstanceType: string;
  availabilityZone: string;
  vpcId: string;
  generation: number;
  launchTemplateId: string;
  /** The ids of the data volumes, by name. */
  dataVolumeIds: Readonly<Record<string, string>>;
  /** Differences from the declared state that the last refresh found, in sentences. */
  drift: string[];
}
