/** The events of a machine, the latest first. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { MachineEvents } from "../cli/console/wire";
import { Notice, Panel, Sentence, Text } from "./parts";
import { CallFailure, get } from "./server-calls";
import { machines } from "./store";
import { Rows } from "./tables";
import { exactText } from "./time";

export function Events({ id }: { id: string }) {
  const found = useSignal<MachineEvents | CallFailure | undefined>(undefined);
  const { generation, instanceId, state } = machines.value.get(id) ?? {};
  // Each generation is one call of EC2: they are read anew where something changed.
  useEffect(() => {
    let isCurrent = true;
    get<MachineEvents>(`/api/machines/${id}/events`).then(
      (it) => {
        if (isCurrent) {
          found.value = it;
        }
      },
      (error: unknown) => {
        if (isCurrent && error instanceof CallFailure) {
          found.value = error;
        }
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [id, generation, instanceId, state]);
  return (
    <Panel title="Events">
      <Found found={found.value} />
    </Panel>
  );
}

function Found({ found }: { found: MachineEvents | CallFailure | undefined }) {
  if (found === undefined) {
    return (
      <p class="loading" role="status">
        Reading what became of it …
      </p>
    );
  }
  if (found instanceof CallFailure) {
    return (
      <Notice tone="warn" title="The events could not be read">
        <Sentence>{found.text}</Sentence>
      </Notice>
    );
  }
  return (
    <>
      <Rows
        label="Table of events"
        head={["At", "What", "Of", "By", "From"]}
        rows={[...found.events]
          .reverse()
          .map((it) => [
            exactText(it.at),
            <Text key="what">{it.what}</Text>,
            <code key="of">{it.resourceId}</code>,
            <Text key="by">{it.by}</Text>,
            it.source,
          ])}
      />
      {found.notes.map((note) => (
        <p class="hint" key={note}>
          <Sentence>{note}</Sentence>
        </p>
      ))}
    </>
  );
}
