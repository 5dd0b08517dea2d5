/** The filter of the fleet: a text, and the states with how many machines are in each. */
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { announce } from "../data/announce";
import { choose } from "../data/router";
import { COLUMNS, type ColumnId } from "../model/columns";
import type { FleetQuery } from "../model/routes";
import type { Rows } from "../model/rows";
import { counted, toneOf } from "../model/words";
import { Icon } from "../parts/icons";
import { Text } from "../parts/text";
import { FILTER_ID } from "./keys";

interface Props {
  query: FleetQuery;
  rows: Rows;
}

/** Long enough for a word to be typed before the number of matches is spoken. */
const PAUSE_MS = 700;

export function FleetFilter({ query, rows }: Props): JSX.Element {
  const count = rows.filtered.length;
  const isFiltering = query.text !== "" || query.states.length > 0;
  useEffect(() => {
    if (!isFiltering) {
      return undefined;
    }
    const timer = setTimeout(() => {
      announce(`${counted(count, "machine")} shown.`);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [isFiltering, query.text, query.states, count]);
  return (
    <div class="filter" role="search">
      <label class="filter-text">
        <span class="unseen">Filter by name, id, address, type or zone</span>
        <Icon name="search" />
        <input
          id={FILTER_ID}
          type="search"
          value={query.text}
          placeholder="Filter by name, id, address, type or zone"
          autocomplete="off"
          spellcheck={false}
          maxLength={200}
          onInput={({ currentTarget }) => {
            choose({ ...query, text: currentTarget.value, page: 1 });
          }}
        />
      </label>
      <StateFilter query={query} rows={rows} />
      <SortChoice query={query} />
    </div>
  );
}

function StateFilter({ query, rows }: Props): JSX.Element {
  return (
    <div class="state-filter" role="group" aria-label="Show states">
      {rows.states.map(({ state, count }) => {
        const isChosen = query.states.includes(state);
        const states = isChosen ? query.states.filter((it) => it !== state) : [...query.states, state];
        return (
          <button
            key={state}
            type="button"
            class={`chip tone-${toneOf(state)} ${count === 0 ? "is-zero" : ""}`}
            aria-pressed={isChosen}
            onClick={() => {
              choose({ ...query, states, page: 1 });
            }}
          >
            <Icon name={toneOf(state)} />
            <Text value={state} most={24} />
            <span class="chip-count">{count}</span>
          </button>
        );
      })}
    </div>
  );
}

/** Where the rows are cards, they have no head to sort by. */
function SortChoice({ query }: { query: FleetQuery }): JSX.Element {
  return (
    <div class="sort-choice">
      <label>
        <span>Sort by</span>
        <select
          value={query.sort}
          onChange={({ currentTarget }) => {
            choose({ ...query, sort: currentTarget.value as ColumnId, page: 1 });
          }}
        >
          {COLUMNS.map(({ id, title }) => (
            <option key={id} value={id}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="button"
        aria-pressed={query.isDescending}
        onClick={() => {
          choose({ ...query, isDescending: !query.isDescending });
        }}
      >
        Descending
      </button>
    </div>
  );
}
