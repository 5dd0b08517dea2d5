/** The cells of the table. */
import type { ComponentChildren } from "preact";
import type { FleetMachine } from "../cli/console/wire";
import { State, Text, Time } from "./parts";
import { type Column, hashOf } from "./route";
import { cellText } from "./rows";
import { exactText, lengthText } from "./time";
import { now } from "./store";

export const HEADINGS: Readonly<Record<Column, string>> = {
  name: "Name",
  state: "State",
  market: "Market",
  instanceType: "Type",
  privateIp: "Private IP",
  publicIp: "Public IP",
  availabilityZone: "Zone",
  generation: "Generation",
  launchedAt: "Age",
  lastReplacement: "Last replacement",
  nextSchedule: "Next schedule",
  drift: "Drift",
};

export function cellOf(machine: FleetMachine, column: Column): ComponentChildren {
  switch (column) {
    case "name":
      return (
        <a href={hashOf({ view: "machine", id: machine.id })}>
          <Text>{machine.name}</Text>
        </a>
      );
    case "state":
      return <StateCell machine={machine} />;
    case "privateIp":
    case "publicIp":
      return <code>{machine[column]}</code>;
    case "launchedAt":
      return machine.launchedAt === null ? "" : <Age since={machine.launchedAt} />;
    case "lastReplacement": {
      const { lastReplacement: last } = machine;
      return last === null ? (
        ""
      ) : (
        <>
          <Time at={last.at} />, {last.reason}
        </>
      );
    }
    case "nextSchedule": {
      const { nextSchedule: next } = machine;
      return next === null ? (
        ""
      ) : (
        <>
          {next.action} <Time at={next.at} />
        </>
      );
    }
    case "drift":
      return machine.drift.length === 0 ? "" : <Text>{machine.drift.join("; ")}</Text>;
    default:
      return <bdi class="brief">{cellText(machine, column)}</bdi>;
  }
}

export function StateCell({ machine: { state, desiredState } }: { machine: FleetMachine }) {
  const isOther = desiredState !== "" && (desiredState === "paused") !== (state === "paused");
  return (
    <>
      <State state={state} />
      {isOther && <span class="wanted"> is to be {desiredState}</span>}
    </>
  );
}

function Age({ since }: { since: string }) {
  return (
    <span class="brief" title={exactText(since)}>
      {lengthText(now.value - Date.parse(since))}
    </span>
  );
}
