/** All that the console shows of one machine, from one reading. (pure) */
import { isReadable, type Machine, type Reading } from "../../controller/record";
import { generationOf } from "../../provider/engine/situation/instances";
import { INPUTS, type InputName, PROGRAM_INPUTS } from "../../provider/inputs/table";
import type { GlobalOptions } from "../connection";
import type { FleetMachine, MachinePage, Thing } from "./wire";

interface Seen {
  reading: Reading;
  view: FleetMachine;
  /** ISO time of the look. */
  at: string;
}

export function machinePage({ reading, view, at }: Seen, options: GlobalOptions): MachinePage {
  return {
    at,
    machine: view,
    advice: adviceFor(view),
    configuration: isReadable(reading) ? configurationOf(reading) : [],
    things: [
      {
        kind: "launch template",
        id: reading.template.id,
        state: "",
        note: `version ${reading.template.latestVersion}`,
      },
      ...(isReadable(reading) ? thingsOf(reading) : []),
    ],
    commands: commandsFor(view, options),
  };
}

/** Inputs that a record does not have: user data is a secret, and of the others the things that are there decide. */
const NOT_ON_RECORD: ReadonlySet<InputName> = new Set([
  "userData",
  "userDataBase64",
  "dataVolumes",
  "recycleTriggers",
  "deletion",
  "adopt",
]);

function configurationOf({ desired }: Machine): MachinePage["configuration"] {
  return PROGRAM_INPUTS.filter((name) => !NOT_ON_RECORD.has(name) && desired[name] !== undefined).map((name) => {
    const value = desired[name];
    return { name, value: typeof value === "string" ? value : JSON.stringify(value), changeClass: INPUTS[name].change };
  });
}

function thingsOf({ observed }: Machine): Thing[] {
  const of = (generation: number | undefined): string => (generation === undefined ? "" : `, generation ${generation}`);
  return [
    ...observed.instances.map((it): Thing => {
      const note = `${it.type}, ${it.lifecycle}, ${it.imageId}${of(generationOf(it))}`;
      return { kind: "instance", id: it.id, state: it.state, note };
    }),
    ...observed.networkInterfaces.map((it): Thing => {
      const note = `${it.privateIp}, ${it.macAddress}${on(it.attachment)}`;
      return { kind: "network interface", id: it.id, state: it.status, note };
    }),
    ...observed.elasticIps.map((it): Thing => {
      const state = it.association === undefined ? "free" : "in use";
      const note = `${it.publicIp}${it.association === undefined ? "" : ` on ${it.association.networkInterfaceId ?? ""}`}`;
      return { kind: "Elastic IP", id: it.allocationId, state, note };
    }),
    ...observed.volumes.map((it): Thing => {
      const state = it.attachment === undefined ? "free" : "in use";
      return { kind: "volume", id: it.id, state, note: `${it.size} GiB, ${it.type}${on(it.attachment)}` };
    }),
  ];
}

function on(attachment: { instanceId?: string } | undefined): string {
  return attachment?.instanceId === undefined ? "" : `, on ${attachment.instanceId}`;
}

/** The way out of a state that does not pass by itself (docs/operations.md). */
function adviceFor({ id, isReadable: isKnown, state, desiredState, unseen, drift }: FleetMachine): string {
  if (unseen.length > 0) {
    return `Give these credentials ${unseen.join(" and ")}: without, the machine is not seen whole.`;
  }
  if (!isKnown) {
    return "Nothing is done to a machine whose record cannot be read. The reason says what to do.";
  }
  if (state === "failed") {
    return `Nothing more is tried by itself. Put right what is launched (the image, the user data, a volume, a key), and run \`pulumi up\`; if nothing needs to be changed, \`managed-instance recycle ${id}\` tries again.`;
  }
  if (state === "missing" && desiredState === "running") {
    return `It has no instance. The controller or \`managed-instance watch\` launches one; \`managed-instance resume ${id}\` does it now.`;
  }
  return drift.length > 0 ? "`pulumi up` after a refresh puts right what is not as it was applied." : "";
}

/** The commands for the same machine, in the same place. */
function commandsFor({ id }: FleetMachine, { region, profile, endpoint }: GlobalOptions): MachinePage["commands"] {
  const given = Object.entries({ region, profile, endpoint }).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, value],
  );
  const command = (...words: string[]): string => ["managed-instance", ...given, ...words, id].map(quoted).join(" ");
  return [
    { about: "all that is known of it", command: command("status") },
    { about: "what became of it", command: command("history") },
    { about: "whether anything is missing or left over", command: command("doctor") },
    { about: "give up the instance, keep the addresses", command: command("pause") },
    { about: "start or launch an instance on the addresses", command: command("resume") },
    { about: "replace the instance, with nothing else changed", command: command("recycle") },
  ];
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
