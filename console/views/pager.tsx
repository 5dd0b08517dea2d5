/** Which rows are shown, and the way to the others. */
import type { JSX } from "preact";
import { choose } from "../data/router";
import type { FleetQuery } from "../model/routes";
import { ROWS_A_PAGE, type Rows } from "../model/rows";
import { counted } from "../model/words";
import { Icon } from "../parts/icons";

export function Pager({ query, rows }: { query: FleetQuery; rows: Rows }): JSX.Element | null {
  const { page, pages, filtered, shown } = rows;
  if (pages === 1) {
    return null;
  }
  const first = (page - 1) * ROWS_A_PAGE + 1;
  const turn = (to: number): void => {
    choose({ ...query, page: to });
    window.scrollTo(0, 0);
  };
  return (
    <nav class="pager" aria-label="Pages">
      <span>
        {first}–{first + shown.length - 1} of {counted(filtered.length, "machine")}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Page before"
        disabled={page === 1}
        onClick={() => {
          turn(page - 1);
        }}
      >
        <Icon name="previous" />
      </button>
      <span>
        Page {page} of {pages}
      </span>
      <button
        type="button"
        class="icon-button"
        aria-label="Next page"
        disabled={page === pages}
        onClick={() => {
          turn(page + 1);
        }}
      >
        <Icon name="next" />
      </button>
    </nav>
  );
}
