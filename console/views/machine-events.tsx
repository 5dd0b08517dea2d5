/** The events of a machine, the newest first. */
import type { JSX } from "preact";
import type { MachineEvents } from "../../cli/console/wire";
import { useLoaded } from "../data/loaded";
import { SENTENCE } from "../model/text";
import { DataTable, Section, WhenLoaded } from "../parts/section";
import { ExactTime, Sentence, Text, TextOrNone } from "../parts/text";

export function Events({ path, version }: { path: string; version: string }): JSX.Element {
  const loaded = useLoaded<MachineEvents>(`${path}/events`, version).value;
  return (
    <Section title="Events">
      <WhenLoaded loaded={loaded}>
        {({ events, notes }) => (
          <>
            {events.length === 0 ? <p class="muted">There is no event on record.</p> : <EventTable events={events} />}
            {notes.map((it) => (
              <p key={it} class="muted">
                <Sentence text={it} />
              </p>
            ))}
          </>
        )}
      </WhenLoaded>
    </Section>
  );
}

function EventTable({ events }: { events: MachineEvents["events"] }): JSX.Element {
  return (
    <DataTable
      caption="Events, the newest first"
      titles={["When", "Event", "Of", "By", "From"]}
      rows={events.toReversed().map(({ at, what, resourceId, by, source }, index) => ({
        key: `${at} ${index}`,
        cells: [
          <ExactTime key="at" at={at} />,
          <Text key="what" value={what} most={SENTENCE} />,
          <TextOrNone key="of" value={resourceId} />,
          <TextOrNone key="by" value={by} />,
          <Text key="from" value={source} />,
        ],
      }))}
    />
  );
}
