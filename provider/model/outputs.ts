/** What the program gets. */
import type { Lifecycle } from "./things";

export type MachineState = "running" | "paused" | "pending" | "failed" | "missing";

/** What the resource gives to the program, beside its inputs. Never undefined; an empty string where there is none. */
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
  /** What the last refresh found to be otherwise than declared, in sentences. */
  drift: string[];
}
