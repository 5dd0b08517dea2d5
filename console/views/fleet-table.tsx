/** The table of machines. Its roles are explicit: on a narrow screen rows are cards, and browsers forget a table's roles then. */
import { useSignal } from "@preact/signals";
import type { JSX, RefObject } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { FleetMachine } from "../../cli/console/wire";
import { choose } from "../data/router";
import type { Column, ColumnId } from "../model/columns";
import { machineHash, type FleetQuery } from "../model/routes";
import { SENTENCE } from "../model/text";
import { counted, reasonText } from "../model/words";
import { Icon } from "../parts/icons";
import { Age, Ago, None, State, Text, TextOrNone } from "../parts/text";

interface Props {
  query: FleetQuery;
  machines: readonly FleetMachine[];
  columns: readonly Column[];
}

export function FleetTable({ query, machines, columns }: Props): JSX.Element {
  const frame = useRef<HTMLDivElement>(null);
  const isWide = useIsWide(frame);
  return (
    <div ref={frame} class={`table-frame ${isWide ? "is-wide" : ""}`}>
      <table class="fleet" role="table">
        <caption class="unseen">Machines, sorted by {query.sort}</caption>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((it) => (
              <Head key={it.id} column={it} query={query} />
            ))}
          </tr>
        </thead>
        {machines.map((it) => (
          <Row key={it.id} machine={it} columns={columns} />
        ))}
      </table>
    </div>
  );
}

/** Whether the table is wider than its frame. It then scrolls in the frame, and its head cannot stick to the window. */
function useIsWide(frame: RefObject<HTMLDivElement | null>): boolean {
  const isWide = useSignal(false);
  useLayoutEffect(() => {
    const { current } = frame;
    const table = current?.firstElementChild;
    if (current === null || !(table instanceof HTMLElement)) {
      return undefined;
    }
    const observer = new ResizeObserver(() => {
      isWide.value = table.offsetWidth > current.clientWidth;
    });
    observer.observe(current);
    observer.observe(table);
    return () => {
      observer.disconnect();
    };
  }, [frame, isWide]);
  return isWide.value;
}

function Head({ column, query }: { column: Column; query: FleetQuery }): JSX.Element {
  const { id, title, isNumber } = column;
  const isSorted = query.sort === id;
  const order = isSorted ? (query.isDescending ? "descending" : "ascending") : undefined;
  return (
    <th role="columnheader" scope="col" class={isNumber === true ? "number" : undefined} aria-sort={order}>
      <button
        type="button"
        class="sort"
        onClick={() => {
          choose({ ...query, sort: id, isDescending: isSorted && !query.isDescending, page: 1 });
        }}
      >
        {title}
        <Icon name={order ?? "unsorted"} />
      </button>
    </th>
  );
}

function Row({ machine, columns }: { machine: FleetMachine; columns: readonly Column[] }): JSX.Element {
  const { reason, unseen } = machine;
  const hasNote = reason !== "" || unseen.length > 0;
  return (
    <tbody role="rowgroup" class={hasNote ? "has-note" : undefined}>
      <tr role="row">
        {columns.map((column) =>
          column.id === "name" ? (
            <th key="name" role="rowheader" scope="row" data-title={column.title}>
              <a href={machineHash(machine.id)}>
                <Text value={machine.name === "" ? machine.id : machine.name} />
              </a>
            </th>
          ) : (
            <td
              key={column.id}
              role="cell"
              data-title={column.title}
              class={`cell-${column.id} ${column.isNumber === true ? "number" : ""}`}
            >
              <Cell id={column.id} column={column} machine={machine} />
            </td>
          ),
        )}
      </tr>
      {hasNote ? (
        <tr role="row" class="note-row">
          <td role="cell" colSpan={columns.length}>
            {reason === "" ? null : (
              <p class="reason">
                <Text value={reason} most={SENTENCE} />
              </p>
            )}
            {unseen.length === 0 ? null : (
              <p class="muted">
                Not seen whole: <Text value={unseen.join(", ")} most={SENTENCE} /> {unseen.length === 1 ? "is" : "are"}{" "}
                missing.
              </p>
            )}
          </td>
        </tr>
      ) : null}
    </tbody>
  );
}

interface CellProps {
  id: ColumnId;
  column: Column;
  machine: FleetMachine;
}

/** Columns that show more than their text. */
const CELLS: Partial<Record<ColumnId, (machine: FleetMachine) => JSX.Element>> = {
  state: ({ state }) => <State state={state} />,
  age: ({ launchedAt }) => (launchedAt === null ? <None /> : <Age since={launchedAt} />),
  replaced: ({ lastReplacement: it }) =>
    it === null ? (
      <None />
    ) : (
      <>
        <Ago at={it.at} />
        <span class="why">
          <Text value={reasonText(it.reason)} />
        </span>
      </>
    ),
  next: ({ nextSchedule: it }) =>
    it === null ? (
      <None />
    ) : (
      <>
        <Text value={it.action} /> <Ago at={it.at} />
      </>
    ),
  drift: ({ drift }) =>
    drift.length === 0 ? (
      <None />
    ) : (
      <span class="state tone-warning" title={drift.join("\n")}>
        <Icon name="warning" />
        {counted(drift.length, "difference")}
      </span>
    ),
};

function Cell({ id, column, machine }: CellProps): JSX.Element {
  return CELLS[id]?.(machine) ?? <TextOrNone value={column.text(machine)} />;
}
