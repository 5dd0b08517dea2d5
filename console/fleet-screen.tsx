/** All machines, as a table. */
import { computed } from "@preact/signals";
import type { FleetMachine } from "../cli/console/wire";
import { cellOf, HEADINGS } from "./cells";
import { shownColumns } from "./columns";
import { ColumnChoice } from "./column-choice";
import { csvOf, jsonOf } from "./export";
import { Notice, Sentence, ViewHeading } from "./parts";
import { ALL, type Column, type FleetRoute, hashOf } from "./route";
import { pageOf, pagesOf, rowsOf } from "./rows";
import { lookedAt, machines } from "./store";

const states = computed(() => [...new Set([...machines.value.values()].map((it) => it.state))].sort());

/** Filtering is no step back in the browser's history; another page of the table is. */
function go(route: FleetRoute): void {
  history.replaceState(null, "", hashOf(route));
  dispatchEvent(new HashChangeEvent("hashchange"));
}

export function FleetScreen({ route }: { route: FleetRoute }) {
  const all = machines.value;
  const rows = rowsOf(all.values(), route);
  const pages = pagesOf(rows);
  const page = Math.min(route.page, pages);
  const isFiltered = route.search !== "" || route.state !== "";
  return (
    <>
      <div class="view-head">
        <ViewHeading>
          Machines <span class="count">({isFiltered ? `${rows.length} of ${all.size}` : all.size})</span>
        </ViewHeading>
        <div class="actions">
          <button type="button" onClick={() => save("machines.csv", "text/csv", csvOf(rows, shownColumns.value))}>
            Save CSV
          </button>
          <button type="button" onClick={() => save("machines.json", "application/json", jsonOf(rows))}>
            Save JSON
          </button>
          <ColumnChoice />
        </div>
      </div>
      <Filters route={route} />
      <p class="unseen" role="status">
        {lookedAt.value === null ? "" : `${rows.length} machines`}
      </p>
      {lookedAt.value === null ? (
        <p class="loading">Looking at the machines …</p>
      ) : all.size === 0 ? (
        <Empty />
      ) : rows.length === 0 ? (
        <Notice tone="info" title="No machine is like that">
          <button type="button" onClick={() => go(ALL)}>
            Show all {all.size}
          </button>
        </Notice>
      ) : (
        <Table route={route} rows={pageOf(rows, page)} />
      )}
      {pages > 1 && <Pages route={route} page={page} pages={pages} />}
    </>
  );
}

function Filters({ route }: { route: FleetRoute }) {
  return (
    <div class="filters" role="search">
      <input
        type="search"
        placeholder="Name, id, address, type …"
        aria-label="Filter the machines"
        value={route.search}
        onInput={(event) => go({ ...route, search: event.currentTarget.value, page: 1 })}
      />
      <label>
        State{" "}
        <select value={route.state} onChange={(event) => go({ ...route, state: event.currentTarget.value, page: 1 })}>
          <option value="">any</option>
          {[...new Set([...states.value, ...(route.state === "" ? [] : [route.state])])].map((state) => (
            <option key={state} value={state}>
              {state}
            </option>
          ))}
        </select>
      </label>
    </div>
  );
}

function Table({ route, rows }: { route: FleetRoute; rows: readonly FleetMachine[] }) {
  const columns = shownColumns.value;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of machines">
      <table>
        <thead>
          <tr>
            {columns.map((column) => (
              <Heading key={column} column={column} route={route} />
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((machine) => (
            <Row key={machine.id} machine={machine} columns={columns} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Heading({ column, route }: { column: Column; route: FleetRoute }) {
  const isSorted = route.sort === column;
  const isDescending = isSorted && !route.isDescending;
  return (
    <th scope="col" aria-sort={isSorted ? (route.isDescending ? "descending" : "ascending") : undefined}>
      <button type="button" class="plain" onClick={() => go({ ...route, sort: column, isDescending, page: 1 })}>
        {HEADINGS[column]}
        <span aria-hidden="true" class="sort">
          {isSorted ? (route.isDescending ? "▼" : "▲") : ""}
        </span>
      </button>
    </th>
  );
}

/** The reason stands under the machine that has one: nobody has to look for it. */
function Row({ machine, columns }: { machine: FleetMachine; columns: readonly Column[] }) {
  const rights = machine.missingRights.join(", ");
  const reason = [
    ...(rights === "" ? [] : [`not seen whole without ${rights}`]),
    ...(machine.reason === "" ? machine.drift : [machine.reason]),
  ].join("; ");
  return (
    <>
      <tr class={reason === "" ? "" : "has-reason"}>
        {columns.map((column) =>
          column === "name" ? (
            <th key={column} scope="row">
              {cellOf(machine, column)}
            </th>
          ) : (
            <td key={column}>{cellOf(machine, column)}</td>
          ),
        )}
      </tr>
      {reason !== "" && (
        <tr class="reason">
          <td colSpan={columns.length}>
            <Sentence>{reason}</Sentence>
          </td>
        </tr>
      )}
    </>
  );
}

function Pages({ route, page, pages }: { route: FleetRoute; page: number; pages: number }) {
  return (
    <nav class="pages" aria-label="Pages of the table">
      {page > 1 && <a href={hashOf({ ...route, page: page - 1 })}>Previous</a>}
      <span>
        Page {page} of {pages}
      </span>
      {page < pages && <a href={hashOf({ ...route, page: page + 1 })}>Next</a>}
    </nav>
  );
}

function Empty() {
  return (
    <Notice tone="info" title="There are no managed instances in this region">
      <p>
        <Sentence>
          A Pulumi program makes the first: `npm install pulumi-managed-instance`, a `new ManagedInstance(…)`, and
          `pulumi up`. It is shown here within seconds.
        </Sentence>
      </p>
    </Notice>
  );
}

function save(name: string, type: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const anchor = Object.assign(document.createElement("a"), { href: url, download: name });
  anchor.click();
  URL.revokeObjectURL(url);
}
