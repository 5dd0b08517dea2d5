export type { Call } from "./call-log";
export { scaledClock, type AdjustableClock, type Clock } from "./clock";
export { ConnectionReset, type Fault, type Faults } from "./faults";
export { WELL_KNOWN } from "./model/fresh-account";
export { Ec2Simulator, type SimReply, type SimRequest, type SimState, type SimulatorOptions } from "./simulator";
export type { AddressHistory, Outage, Tenure, Timeline } from "./timeline";
export { startServer, type RunningServer, type ServerOptions } from "./server";
export { contentsOf } from "./contents";
