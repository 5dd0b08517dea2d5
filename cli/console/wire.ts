/** The answers of the console's server, as its page reads them. Types alone: the page imports no code of the server's. */
import type { DoctorCheck } from "../checks";
import type { Event } from "../machine-events";
import type { MachineView } from "../machine-view";

/** The header that each call of the API but the stream has: no form and no link of another page can send it. */
export type OwnHeader = "x-managed-instance";

/** `GET /api/session`: whose account is shown, and where. */
export interface SessionView {
  region: string;
  /** The account's number; empty where it is not known. */
  account: string;
  /** The ARN of the credentials; empty where it is not known. */
  identity: string;
  /** The reason why account and identity are not known; else empty. */
  whyNoAccount: string;
  /** As it was given, or the environment has it; else empty. */
  profile: string;
  /** Empty for AWS itself. */
  endpoint: string;
  /** Whether the endpoint is on this computer. */
  isSimulator: boolean;
  version: string;
}

export type TroubleKind = "no-credentials" | "denied" | "throttled" | "unreachable" | "failed";

/** The reason why EC2's answer is old, or missing. */
export interface Trouble {
  kind: TroubleKind;
  /** A sentence. */
  text: string;
  /** ISO time of the first look that failed so. */
  since: string;
}

/** A machine as `list --json` has it. */
export interface FleetMachine extends MachineView {
  isReadable: boolean;
  /** Rights without which it was not seen whole. */
  unseen: string[];
}

/** `GET /api/machines`, and each event `fleet` of `GET /api/stream`: what changed since the event before, or all there is. */
export interface FleetUpdate {
  /** ISO time at which EC2 answered last; null: not yet. */
  at: string | null;
  /** Whether `changed` has all machines. */
  isWhole: boolean;
  changed: FleetMachine[];
  /** Ids of machines that are gone. */
  gone: string[];
  trouble: Trouble | null;
  /** Seconds from one look to the next. */
  periodSeconds: number;
}

/** A thing in EC2 that belongs to a machine. */
export interface Thing {
  kind: "launch template" | "instance" | "network interface" | "Elastic IP" | "volume";
  id: string;
  state: string;
  note: string;
}

/** `GET /api/machines/ID` */
export interface MachinePage {
  at: string;
  machine: FleetMachine;
  /** The way out of a state that does not pass by itself; else empty. */
  advice: string;
  /** The inputs, as the record has them. User data and secrets are not on it. */
  configuration: { name: string; value: string; changeClass: string }[];
  things: Thing[];
  /** Commands for this machine, ready for a shell. */
  commands: { about: string; command: string }[];
}

/** `GET /api/machines/ID/events` */
export interface MachineEvents {
  events: Event[];
  /** Sources that were not asked, and why. */
  notes: string[];
}

/** `GET /api/machines/ID/doctor` */
export interface DoctorReport {
  at: string;
  checks: DoctorCheck[];
}

export type ErrorCode = TroubleKind | "bad-session" | "bad-request" | "forbidden" | "not-found" | "too-many";

/** Every answer of the API that is not what was asked for. */
export interface ApiError {
  error: { code: ErrorCode; text: string };
}
