/** The choice of the table's columns. */
import type { JSX } from "preact";
import { chosenColumns } from "../data/preferences";
import { COLUMNS, DEFAULT_COLUMNS } from "../model/columns";
import { Dialog } from "../parts/controls";

export function ColumnsDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const chosen = chosenColumns.value;
  return (
    <Dialog title="Columns" onClose={onClose}>
      <fieldset class="choices">
        <legend class="unseen">Columns to show</legend>
        {COLUMNS.filter((it) => it.id !== "name").map(({ id, title }) => (
          <label key={id} class="choice">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={({ currentTarget }) => {
                chosenColumns.value = currentTarget.checked ? [...chosen, id] : chosen.filter((it) => it !== id);
              }}
            />
            {title === "Gen." ? "Generation" : title}
          </label>
        ))}
      </fieldset>
      <div class="dialog-actions">
        <button
          type="button"
          class="button"
          onClick={() => {
            chosenColumns.value = DEFAULT_COLUMNS;
          }}
        >
          As at first
        </button>
      </div>
    </Dialog>
  );
}
