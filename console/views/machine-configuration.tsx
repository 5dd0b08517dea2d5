/** The inputs of a machine as its record has them, and what a change of each does. */
import type { JSX } from "preact";
import type { MachinePage } from "../../cli/console/wire";
import type { Loaded } from "../data/loaded";
import { SENTENCE } from "../model/text";
import { changeText } from "../model/words";
import { DataTable, Section, WhenLoaded } from "../parts/section";
import { Text, TextOrNone } from "../parts/text";

interface Props {
  page: Loaded<MachinePage>;
  isReadable: boolean;
}

export function Configuration({ page, isReadable }: Props): JSX.Element {
  return (
    <Section title="Configuration" about="As it is on record in EC2. User data and other secrets are never shown.">
      <WhenLoaded loaded={page}>
        {({ configuration }) =>
          configuration.length === 0 ? (
            <p class="muted">
              {isReadable ? "The record has no inputs." : "The record cannot be read, so its inputs are not known."}
            </p>
          ) : (
            <DataTable
              caption="Inputs"
              titles={["Input", "Value", "A change"]}
              rows={configuration.map(({ name, value, changeClass }) => ({
                key: name,
                cells: [
                  <code key="name">
                    <Text value={name} />
                  </code>,
                  <TextOrNone key="value" value={value} most={SENTENCE} />,
                  <span key="change" class="muted">
                    <Text value={changeText(changeClass)} />
                  </span>,
                ],
              }))}
            />
          )
        }
      </WhenLoaded>
    </Section>
  );
}
