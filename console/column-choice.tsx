/** Which columns are shown. */
import { useRef } from "preact/hooks";
import { HEADINGS } from "./cells";
import { shownColumns } from "./columns";
import { type Column, COLUMNS } from "./route";

export function ColumnChoice() {
  const dialog = useRef<HTMLDialogElement>(null);
  const choose = (column: Column, isShown: boolean): void => {
    shownColumns.value = COLUMNS.filter((it) => (it === column ? isShown : shownColumns.value.includes(it)));
  };
  return (
    <>
      <button type="button" onClick={() => dialog.current?.showModal()}>
        Columns
      </button>
      <dialog ref={dialog} aria-labelledby="columns-title">
        <h2 id="columns-title">Columns</h2>
        <ul class="choice">
          {COLUMNS.map((column) => (
            <li key={column}>
              <label>
                <input
                  type="checkbox"
                  checked={shownColumns.value.includes(column)}
                  // A row without its name leads nowhere.
                  disabled={column === "name"}
                  onChange={(event) => choose(column, event.currentTarget.checked)}
                />{" "}
                {HEADINGS[column]}
              </label>
            </li>
          ))}
        </ul>
        <form method="dialog">
          <button type="submit">Close</button>
        </form>
      </dialog>
    </>
  );
}
