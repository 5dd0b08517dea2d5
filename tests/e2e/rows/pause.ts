import { WELL_KNOWN } from "../../../local/ec2";
import { both, type Effect, keeps, type Row, sentence } from "./row";
import type { Outputs, Seen } from "./seen";

export const state = ({ outputs, account }: Seen): string =>
  account.instances[outputs.instanceId]?.state ?? "no instance";

/** The effect of a sentence on an instance, if there is one, while all addresses stay. */
export const keepingAddresses = (say: (before: Outputs) => string, ...changes: Effect["changes"]): Effect => ({
  line: (it) => sentence(say(it), keeps(it)),
  changes,
});

const launched = ["instanceId", "state", "lifecycle", "launchedInstanceType"] as const;

export const pauseRows: Row[] = [
  {
    name: "desiredState",
    args: both("desiredState", "paused", "running"),
    announced: `makes a new network interface in ${WELL_KNOWN.subnetA}, with an address that EC2 picks and a new Elastic IP; launches nothing while it is paused`,
    effects: [
      keepingAddresses(() => "launches an instance (desiredState)", ...launched),
      keepingAddresses((it) => `pauses ${it.instanceId} (desiredState), stops it`, "state"),
      keepingAddresses((it) => `changes in place (desiredState); starts ${it.instanceId}`, "state"),
    ],
    shows: state,
    as: ["no instance", "running", "stopped", "running"],
  },
  {
    name: "pauseBehavior",
    args: [
      { pauseBehavior: "terminate", desiredState: "running" },
      { pauseBehavior: "stop", desiredState: "paused" },
      { pauseBehavior: "terminate", desiredState: "paused" },
      { desiredState: "running" },
    ],
    effects: [
      keepingAddresses((it) => `pauses ${it.instanceId} (desiredState, pauseBehavior), stops it`, "state"),
      keepingAddresses(
        (it) => `pauses ${it.instanceId} (pauseBehavior), ends it`,
        ...launched.filter((it) => it !== "state"),
      ),
      keepingAddresses(() => "launches an instance (desiredState, pauseBehavior)", ...launched),
    ],
    shows: (seen) => [state(seen), seen.recorded("desiredState")],
    as: [
      ["running", "running pause-behavior=terminate"],
      ["stopped", "paused pause-behavior=stop"],
      ["no instance", "paused pause-behavior=terminate"],
      ["running", "running pause-behavior=stop"],
    ],
  },
];
