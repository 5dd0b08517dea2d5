/** The fleet view: every machine of the account and region, a row each. */
import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { SessionView } from "../../cli/console/wire";
import { chosenColumns } from "../data/preferences";
import { choose } from "../data/router";
import { fleet, link } from "../data/store";
import { columnsOf } from "../model/columns";
import { ALL, type FleetQuery } from "../model/routes";
import { rowsOf, type Rows } from "../model/rows";
import { ViewHeading } from "../parts/heading";
import { ColumnsDialog } from "./columns-dialog";
import { Empty } from "./empty";
import { FleetActions } from "./fleet-actions";
import { FleetFilter } from "./fleet-filter";
import { FleetTable } from "./fleet-table";
import { TroubleNotice } from "./notices";
import { Pager } from "./pager";

export function Fleet({ query, session }: { query: FleetQuery; session: SessionView }): JSX.Element {
  const isChoosing = useSignal(false);
  const { machines, at, trouble } = fleet.value;
  const rows = useMemo(() => rowsOf(machines.values(), query), [machines, query]);
  const isEmpty = at !== null && machines.size === 0;
  return (
    <>
      <div class="view-head">
        <ViewHeading title="Machines">
          Machines <Counter known={at === null ? null : machines.size} filtered={rows.filtered.length} />
        </ViewHeading>
        {at === null || isEmpty ? null : (
          <FleetActions
            machines={rows.filtered}
            onColumns={() => {
              isChoosing.value = true;
            }}
          />
        )}
      </div>
      {at === null ? (
        trouble === null ? (
          <LoadingRows />
        ) : (
          <TroubleNotice trouble={trouble} at={null} />
        )
      ) : isEmpty ? (
        <Empty region={session.region} />
      ) : (
        <Table query={query} rows={rows} />
      )}
      {isChoosing.value ? (
        <ColumnsDialog
          onClose={() => {
            isChoosing.value = false;
          }}
        />
      ) : null}
    </>
  );
}

function Counter({ known, filtered }: { known: number | null; filtered: number }): JSX.Element | null {
  if (known === null) {
    return null;
  }
  return <span class="counter">({filtered === known ? known : `${filtered} of ${known}`})</span>;
}

function Table({ query, rows }: { query: FleetQuery; rows: Rows }): JSX.Element {
  const columns = columnsOf(chosenColumns.value);
  return (
    <section class="panel" aria-label="Machines">
      <FleetFilter query={query} rows={rows} />
      {rows.filtered.length === 0 ? (
        <div class="no-match">
          <p>No machine matches the filter.</p>
          <button
            type="button"
            class="button"
            onClick={() => {
              choose({ ...query, text: ALL.text, states: ALL.states, page: 1 });
            }}
          >
            Clear the filter
          </button>
        </div>
      ) : (
        <FleetTable query={query} machines={rows.shown} columns={columns} />
      )}
      <Pager query={query} rows={rows} />
    </section>
  );
}

/** Grey bars in place of rows, so that nothing jumps when they come. */
function LoadingRows(): JSX.Element {
  return (
    <section class="panel loading" aria-busy={link.value.status !== "expired"}>
      <p role="status" class="loading-text">
        Asking EC2 for the machines…
      </p>
      {[0, 1, 2, 3, 4].map((it) => (
        <div key={it} class="loading-row" aria-hidden="true" />
      ))}
    </section>
  );
}
