/** The things in EC2 that belong to a machine. */
import type { JSX } from "preact";
import type { MachinePage } from "../../cli/console/wire";
import type { Loaded } from "../data/loaded";
import { SENTENCE } from "../model/text";
import { CopyButton } from "../parts/controls";
import { DataTable, Section, WhenLoaded } from "../parts/section";
import { Text, TextOrNone } from "../parts/text";

export function Things({ page }: { page: Loaded<MachinePage> }): JSX.Element {
  return (
    <Section title="Things in EC2">
      <WhenLoaded loaded={page}>
        {({ things }) =>
          things.length === 0 ? (
            <p class="muted">EC2 shows nothing that belongs to this machine.</p>
          ) : (
            <DataTable
              caption="Things in EC2"
              titles={["Kind", "ID", "State", "Note"]}
              rows={things.map(({ kind, id, state, note }) => ({
                key: id,
                cells: [
                  <Text key="kind" value={kind} />,
                  <span key="id" class="address">
                    <Text value={id} />
                    <CopyButton value={id} label={`${kind} ${id}`} />
                  </span>,
                  <TextOrNone key="state" value={state} />,
                  <TextOrNone key="note" value={note} most={SENTENCE} />,
                ],
              }))}
            />
          )
        }
      </WhenLoaded>
    </Section>
  );
}
