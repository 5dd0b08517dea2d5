/** One machine: its addresses first, since they are what everybody comes for. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import type { FleetMachine, MachinePage } from "../cli/console/wire";
import { StateCell } from "./cells";
import { Doctor } from "./doctor";
import { Events } from "./events";
import { Copy, Notice, Panel, Sentence, Text, Time, ViewHeading } from "./parts";
import { Pairs, Rows } from "./tables";
import { CallFailure, get } from "./server-calls";
import { lookedAt, machines } from "./store";

const CHANGES: Readonly<Record<string, string>> = {
  "in-place": "in place",
  "replaces-instance": "replaces the instance",
  moves: "moves to another interface",
  "replaces-resource": "replaces the resource",
  "at-create": "at create only",
};

export function MachineScreen({ id }: { id: string }) {
  const page = useSignal<MachinePage | undefined>(undefined);
  const failure = useSignal<CallFailure | undefined>(undefined);
  const at = lookedAt.value;
  useEffect(() => {
    let isCurrent = true;
    get<MachinePage>(`/api/machines/${id}`).then(
      (it) => {
        if (isCurrent) {
          page.value = it;
          failure.value = undefined;
        }
      },
      (error: unknown) => {
        if (isCurrent && error instanceof CallFailure) {
          failure.value = error;
        }
      },
    );
    // An answer that comes after a newer one is of no use.
    return () => {
      isCurrent = false;
    };
  }, [id, at]);
  const machine = machines.value.get(id) ?? page.value?.machine;
  return (
    <>
      <nav class="crumbs" aria-label="Where in the console">
        <a href="#/">Machines</a> / <span>{machine === undefined ? id : <Text>{machine.name}</Text>}</span>
      </nav>
      <div class="view-head">
        <ViewHeading>{machine === undefined ? id : <Text>{machine.name}</Text>}</ViewHeading>
        {machine !== undefined && <StateCell machine={machine} />}
      </div>
      {failure.value !== undefined && (
        <Notice tone="bad" title={failure.value.code === "not-found" ? "The machine is gone" : "It could not be read"}>
          <p>
            <Sentence>{failure.value.text}</Sentence>
          </p>
        </Notice>
      )}
      {machine === undefined ? (
        failure.value === undefined && (
          <p class="loading" role="status">
            Looking at {id} …
          </p>
        )
      ) : (
        <Whole machine={machine} page={page.value} />
      )}
    </>
  );
}

function Whole({ machine, page }: { machine: FleetMachine; page: MachinePage | undefined }) {
  return (
    <>
      <Warning machine={machine} advice={page?.advice ?? ""} />
      <div class="panels">
        <Addresses machine={machine} />
        <Overview machine={machine} />
      </div>
      {machine.drift.length > 0 && (
        <Panel title="Drift">
          <ul>
            {machine.drift.map((it) => (
              <li key={it}>
                <Sentence>{it}</Sentence>
              </li>
            ))}
          </ul>
        </Panel>
      )}
      {page !== undefined && <Things page={page} />}
      <Events id={machine.id} />
      {page !== undefined && <Configuration page={page} />}
      <Doctor id={machine.id} />
      {page !== undefined && <Commands page={page} />}
    </>
  );
}

function Warning({ machine: { reason, state, drift }, advice }: { machine: FleetMachine; advice: string }) {
  if (reason === "" && advice === "") {
    return null;
  }
  const isDown = state === "failed" || state === "missing";
  const title = reason !== "" ? reason : drift.length > 0 && !isDown ? "It is not as it was applied" : `It is ${state}`;
  return (
    <Notice tone={isDown ? "bad" : "warn"} title={title}>
      {advice !== "" && (
        <p>
          <Sentence>{advice}</Sentence>
        </p>
      )}
    </Notice>
  );
}

function Addresses({ machine }: { machine: FleetMachine }) {
  const rows = [
    ["Private IP", machine.privateIp],
    ...machine.secondaryPrivateIps.map((it) => ["Secondary IP", it] as const),
    ...machine.ipv6Addresses.map((it) => ["IPv6", it] as const),
    ["Public IP", machine.publicIp],
    ["Elastic IP", machine.allocationId],
    ["Interface", machine.networkInterfaceId],
  ].filter(([, value]) => value !== "");
  return (
    <Panel title="Addresses">
      {rows.length === 0 ? (
        <p>It has none now.</p>
      ) : (
        <Pairs
          pairs={rows.map(([name = "", value = ""]) => [
            name,
            <span key={value} class="address">
              <code>{value}</code> <Copy text={value} what={`${name} ${value}`} />
            </span>,
          ])}
        />
      )}
    </Panel>
  );
}

function Overview({ machine }: { machine: FleetMachine }) {
  const { lastReplacement: last, nextSchedule: next } = machine;
  const pairs: [string, ComponentChildren][] = [
    ["Id", <code key="id">{machine.id}</code>],
    ["Instance", machine.instanceId === "" ? "none" : <code key="instance">{machine.instanceId}</code>],
    ["Type", [machine.instanceType, machine.market].filter((it) => it !== "").join(", ")],
    ["Zone", machine.availabilityZone],
    ["Generation", String(machine.generation)],
    ["Launched", machine.launchedAt === null ? "" : <Time key="launched" at={machine.launchedAt} />],
    [
      "Last replacement",
      last === null ? (
        ""
      ) : (
        <span key="last">
          <Time at={last.at} />: {last.reason}
          {last.inARow > 1 ? `, number ${last.inARow} in a row` : ""}
          {last.gaveUp ? "; nothing more is tried for it" : ""}
        </span>
      ),
    ],
    [
      "Next schedule",
      next === null ? (
        ""
      ) : (
        <span key="next">
          {next.action} <Time at={next.at} />
        </span>
      ),
    ],
  ];
  return (
    <Panel title="Overview">
      <Pairs pairs={pairs.filter(([, value]) => value !== "")} />
    </Panel>
  );
}

function Things({ page }: { page: MachinePage }) {
  return (
    <Panel title="In EC2">
      <Rows
        label="Table of things in EC2"
        head={["What", "Id", "State", ""]}
        rows={page.things.map((it) => [it.kind, <code key={it.id}>{it.id}</code>, it.state, it.note])}
      />
    </Panel>
  );
}

function Configuration({ page }: { page: MachinePage }) {
  return (
    <Panel title="Configuration">
      {page.configuration.length === 0 ? (
        <p>The record cannot be read.</p>
      ) : (
        <>
          <p class="hint">As the record in EC2 has it. User data is not read.</p>
          <Rows
            label="Table of inputs"
            head={["Input", "Value", "A change of it"]}
            rows={page.configuration.map((it) => [
              <code key={it.name} title={it.meaning}>
                {it.name}
              </code>,
              <Text key={`${it.name} value`}>{it.value}</Text>,
              CHANGES[it.change] ?? it.change,
            ])}
          />
        </>
      )}
    </Panel>
  );
}

function Commands({ page }: { page: MachinePage }) {
  return (
    <Panel title="Commands">
      <Rows
        label="Table of commands"
        head={["To", "Command", ""]}
        rows={page.commands.map((it) => [
          it.about,
          <code key="command">{it.command}</code>,
          <Copy key="copy" text={it.command} what={`the command to ${it.about}`} />,
        ])}
      />
    </Panel>
  );
}
