/** The same looks and actions as commands for a terminal. */
import type { JSX } from "preact";
import type { MachinePage } from "../../cli/console/wire";
import type { Loaded } from "../data/loaded";
import { CodeBlock } from "../parts/controls";
import { Section, WhenLoaded } from "../parts/section";
import { Text } from "../parts/text";

export function Commands({ page }: { page: Loaded<MachinePage> }): JSX.Element {
  return (
    <Section title="From a terminal" about="The same looks as commands, and the actions, to paste into a terminal.">
      <WhenLoaded loaded={page}>
        {({ commands }) => (
          <dl class="commands">
            {commands.map(({ about, command }) => (
              <div key={command}>
                <dt>
                  <Text value={about} />
                </dt>
                <dd>
                  <CodeBlock code={command} label={`the command: ${about}`} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </WhenLoaded>
    </Section>
  );
}
