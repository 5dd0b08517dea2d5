/** What runs between two `pulumi up`s: the core that the Lambda and the command line call. */
export { carryOut, pause, recycle, resume } from "./by-hand";
export { type Action, decide } from "./decide";
export { BadMessage, type Message, type Signal, signalOf } from "./events";
export { type Controller, handleMachine, handleMessage, type Metrics, type Outcome, sweep } from "./handle";
export { type History, type LastReplacement, readHistory } from "./history";
export {
  AmbiguousName,
  isReadable,
  listMachines,
  type Machine,
  type Place,
  type Reading,
  readMachine,
  type Unreadable,
} from "./record";
export { nextOf } from "./schedules";
