/** A part of the machine view with its own loading and failed state. */
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { Loaded } from "../data/loaded";
import { Icon } from "./icons";
import { Sentence } from "./text";

interface SectionProps {
  title: string;
  about?: string;
  action?: ComponentChildren;
  children: ComponentChildren;
}

export function Section({ title, about = "", action, children }: SectionProps): JSX.Element {
  const id = useId();
  return (
    <section class="panel card" aria-labelledby={id}>
      <div class="card-head">
        <h2 id={id}>{title}</h2>
        {action}
      </div>
      {about === "" ? null : (
        <p class="muted">
          <Sentence text={about} />
        </p>
      )}
      {children}
    </section>
  );
}

interface WhenLoadedProps<T> {
  loaded: Loaded<T>;
  children: (value: T) => ComponentChildren;
}

/** The value, or why there is none. */
export function WhenLoaded<T>({ loaded, children }: WhenLoadedProps<T>): JSX.Element {
  const { value, failure } = loaded;
  if (value !== null) {
    return <>{children(value)}</>;
  }
  return failure === null ? (
    <p class="muted" role="status">
      Loading…
    </p>
  ) : (
    <p class="not-shown">
      <Icon name="warning" />
      <span>
        Not shown: <Sentence text={failure.message} />
      </span>
    </p>
  );
}

interface DataTableProps {
  caption: string;
  titles: readonly string[];
  /** Cells in the order of the titles; the first names its row. */
  rows: readonly { key: string; cells: readonly ComponentChildren[] }[];
}

/** A plain table; its rows are cards on a narrow screen, so that its roles are explicit. */
export function DataTable({ caption, titles, rows }: DataTableProps): JSX.Element {
  return (
    <table class="data" role="table">
      <caption class="unseen">{caption}</caption>
      <thead role="rowgroup">
        <tr role="row">
          {titles.map((it) => (
            <th key={it} role="columnheader" scope="col">
              {it}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map(({ key, cells }) => (
          <tr key={key} role="row">
            {cells.map((cell, at) =>
              at === 0 ? (
                <th key={titles[at]} role="rowheader" scope="row" data-title={titles[at]}>
                  {cell}
                </th>
              ) : (
                <td key={titles[at]} role="cell" data-title={titles[at]}>
                  {cell}
                </td>
              ),
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
