/** Actions on the rows as they are filtered: export, and the choice of columns. */
import type { JSX } from "preact";
import type { FleetMachine } from "../../cli/console/wire";
import { announce } from "../data/announce";
import { csvOf, jsonOf } from "../model/exports";
import { counted } from "../model/words";
import { IconTextButton } from "../parts/controls";

interface Props {
  machines: readonly FleetMachine[];
  onColumns: () => void;
}

export function FleetActions({ machines, onColumns }: Props): JSX.Element {
  const save = (kind: "csv" | "json"): void => {
    const [text, type] =
      kind === "csv" ? [csvOf(machines), "text/csv;charset=utf-8"] : [jsonOf(machines), "application/json"];
    download(`managed-instances.${kind}`, new Blob([text], { type }));
    announce(`Exported ${counted(machines.length, "machine")}.`);
  };
  return (
    <div class="actions">
      <IconTextButton
        icon="download"
        onClick={() => {
          save("csv");
        }}
      >
        Export CSV
      </IconTextButton>
      <IconTextButton
        icon="download"
        onClick={() => {
          save("json");
        }}
      >
        Export JSON
      </IconTextButton>
      <IconTextButton icon="columns" onClick={onColumns}>
        Columns
      </IconTextButton>
    </div>
  );
}

function download(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The download has begun by the next task; the content is not needed longer.
  setTimeout(() => {
    URL.revokeObjectURL(link.href);
  });
}
