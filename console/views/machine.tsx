/** The machine view: all that is known of one machine. */
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { FleetMachine, MachinePage } from "../../cli/console/wire";
import { useLoaded, type Loaded } from "../data/loaded";
import { lastFleetHash } from "../data/router";
import { fleet } from "../data/store";
import { exactText } from "../model/ages";
import { SHORT, shown } from "../model/text";
import { Notice } from "../parts/controls";
import { ViewHeading } from "../parts/heading";
import { Icon } from "../parts/icons";
import { Sentence, State, Text } from "../parts/text";
import { Addresses } from "./machine-addresses";
import { Commands } from "./machine-commands";
import { Configuration } from "./machine-configuration";
import { Doctor } from "./machine-doctor";
import { Events } from "./machine-events";
import { Overview } from "./machine-overview";
import { Things } from "./machine-things";
import { TroubleNotice } from "./notices";
import { WholePage } from "./whole-page";

/** Changes when something of the machine does; its age alone is no change. */
function versionOf(machine: FleetMachine | undefined): string {
  return JSON.stringify({ ...machine, ageSeconds: null });
}

export function Machine({ id }: { id: string }): JSX.Element {
  const known = fleet.value.machines.get(id);
  const path = `/api/machines/${encodeURIComponent(id)}`;
  const page = useLoaded<MachinePage>(path, versionOf(known)).value;
  const machine = known ?? page.value?.machine;
  const last = useRef<FleetMachine | undefined>(undefined);
  last.current = machine ?? last.current;
  const isGone =
    (fleet.value.at !== null && known === undefined && !page.isLoading) || page.failure?.code === "not-found";
  if (isGone && known === undefined) {
    return <Gone id={id} last={last.current} />;
  }
  return machine === undefined ? <Waiting page={page} id={id} /> : <Whole machine={machine} page={page} path={path} />;
}

function Crumbs(): JSX.Element {
  return (
    <nav class="crumbs" aria-label="Breadcrumb">
      <a href={lastFleetHash.value}>
        <Icon name="previous" />
        Machines
      </a>
    </nav>
  );
}

function Waiting({ page, id }: { page: Loaded<MachinePage>; id: string }): JSX.Element {
  const { trouble } = fleet.value;
  return (
    <>
      <Crumbs />
      <ViewHeading title={id}>{id}</ViewHeading>
      {trouble !== null ? (
        <TroubleNotice trouble={trouble} at={null} />
      ) : page.failure !== null ? (
        <Notice tone="bad" title="The machine could not be looked at">
          <p>
            <Sentence text={page.failure.message} />
          </p>
        </Notice>
      ) : (
        <section class="panel loading" aria-busy="true">
          <p role="status" class="loading-text">
            Asking EC2 for the machine…
          </p>
          {[0, 1, 2].map((it) => (
            <div key={it} class="loading-row" aria-hidden="true" />
          ))}
        </section>
      )}
    </>
  );
}

function Gone({ id, last }: { id: string; last: FleetMachine | undefined }): JSX.Element {
  return (
    <>
      <Crumbs />
      <WholePage icon="plain" title="This machine is not there">
        <p>
          EC2 has no record of <Text value={id} />
          {last === undefined ? null : (
            <>
              {" "}
              (<Text value={last.name} />) any more
            </>
          )}
          . It was destroyed or released, or it is in another region or account.
        </p>
        {last === undefined || last.privateIp === "" ? null : (
          <p class="muted">
            Its addresses were {[last.privateIp, last.publicIp].filter((it) => it !== "").join(" and ")}.
          </p>
        )}
        <p>
          <a href={lastFleetHash.value}>All machines</a>
        </p>
      </WholePage>
    </>
  );
}

interface WholeProps {
  machine: FleetMachine;
  page: Loaded<MachinePage>;
  path: string;
}

function Whole({ machine, page, path }: WholeProps): JSX.Element {
  const { value, failure } = page;
  return (
    <>
      <Crumbs />
      <div class="view-head machine-head">
        <ViewHeading title={machine.name === "" ? machine.id : machine.name}>
          <Text value={machine.name === "" ? machine.id : machine.name} />
        </ViewHeading>
        <State state={machine.state} />
        <span class="muted machine-id">
          <Text value={machine.id} />
        </span>
      </div>
      <Reason machine={machine} advice={value?.advice ?? ""} />
      {failure === null ? null : (
        <Notice tone="warning" title={value === null ? "Not everything could be looked at" : "Some of this is old"}>
          <p>
            <Sentence text={failure.message} />
            {value === null ? null : ` Things and configuration are as of ${exactText(value.at)}.`}
          </p>
        </Notice>
      )}
      <div class="cards">
        <Addresses machine={machine} />
        <Overview machine={machine} />
      </div>
      <Drift drift={machine.drift} />
      <Things page={page} />
      <Events path={path} version={eventsVersion(machine)} />
      <Configuration page={page} isReadable={machine.isReadable} />
      <Doctor path={path} />
      <Commands page={page} />
    </>
  );
}

/** Events cost EC2 more than a look: they are asked again only where there has to be a new one. */
function eventsVersion({ state, generation, instanceId, lastReplacement }: FleetMachine): string {
  return [state, generation, instanceId, lastReplacement?.at, lastReplacement?.gaveUp].join();
}

function Reason({ machine, advice }: { machine: FleetMachine; advice: string }): JSX.Element | null {
  if (machine.reason === "" && advice === "") {
    return null;
  }
  const title = machine.isReadable
    ? `This machine is ${shown(machine.state, SHORT).text}`
    : "The record of this machine cannot be read";
  return (
    <Notice tone="bad" title={title}>
      {machine.reason === "" ? null : (
        <p>
          <Sentence text={machine.reason} />
        </p>
      )}
      {advice === "" ? null : (
        <p>
          <Sentence text={advice} />
        </p>
      )}
    </Notice>
  );
}

function Drift({ drift }: { drift: readonly string[] }): JSX.Element | null {
  if (drift.length === 0) {
    return null;
  }
  return (
    <Notice tone="warning" title="Drift: not as it is on record">
      <ul>
        {drift.map((it) => (
          <li key={it}>
            <Sentence text={it} />
          </li>
        ))}
      </ul>
    </Notice>
  );
}
