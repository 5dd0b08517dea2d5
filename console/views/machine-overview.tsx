/** The state of a machine, in pairs of names and values. */
import type { ComponentChildren, JSX } from "preact";
import type { FleetMachine } from "../../cli/console/wire";
import { reasonText } from "../model/words";
import { Age, Ago, None, State, Text, TextOrNone } from "../parts/text";

export function Overview({ machine }: { machine: FleetMachine }): JSX.Element {
  const { desiredState, state, nextSchedule } = machine;
  return (
    <section class="panel card" aria-labelledby="overview">
      <h2 id="overview">State</h2>
      <dl class="pairs">
        <Pair name="State">
          <State state={state} />
          {desiredState === "" || desiredState === state ? null : (
            <span class="muted note">
              to be <Text value={desiredState} />
            </span>
          )}
        </Pair>
        <Pair name="Instance">
          <TextOrNone value={machine.instanceId} />
        </Pair>
        <Pair name="Type and market">
          <TextOrNone value={[machine.instanceType, machine.market].filter((it) => it !== "").join(", ")} />
        </Pair>
        <Pair name="Zone">
          <TextOrNone value={machine.availabilityZone} />
        </Pair>
        <Pair name="Generation">{machine.generation}</Pair>
        <Pair name="Age">{machine.launchedAt === null ? <None /> : <Age since={machine.launchedAt} />}</Pair>
        <Pair name="Last replacement">
          <LastReplacement machine={machine} />
        </Pair>
        <Pair name="Next schedule">
          {nextSchedule === null ? (
            <None />
          ) : (
            <>
              <Text value={nextSchedule.action} /> <Ago at={nextSchedule.at} />
            </>
          )}
        </Pair>
      </dl>
    </section>
  );
}

function LastReplacement({ machine: { lastReplacement: it } }: { machine: FleetMachine }): JSX.Element {
  if (it === null) {
    return <None />;
  }
  const counts = [
    ...(it.inARow > 1 ? [`${it.inARow} in a row`] : []),
    ...(it.tries > 1 ? [`tried ${it.tries} times`] : []),
    ...(it.gaveUp ? ["then given up"] : []),
  ];
  return (
    <>
      <Ago at={it.at} />
      <span class="note">
        <Text value={reasonText(it.reason)} />
        {counts.length === 0 ? null : `; ${counts.join(", ")}`}
      </span>
      {it.instanceId === "" ? null : (
        <span class="muted note">
          of <Text value={it.instanceId} />
        </span>
      )}
    </>
  );
}

function Pair({ name, children }: { name: string; children: ComponentChildren }): JSX.Element {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
