/** Icons of 16 by 16 units, each with a shape of its own. They are decoration: the words stand beside them. */
import type { ComponentChildren, JSX } from "preact";

const stroke = { fill: "none", stroke: "currentColor", "stroke-width": 1.6, "stroke-linecap": "round" } as const;
const line = (d: string): JSX.Element => <path {...stroke} stroke-linejoin="round" d={d} />;
/** A mark cut out of a filled shape. */
const mark = (d: string): JSX.Element => (
  <path {...stroke} class="icon-mark" stroke-width={1.7} stroke-linejoin="round" d={d} />
);
const disc = <circle cx="8" cy="8" r="7" fill="currentColor" />;

const SHAPES = {
  good: (
    <>
      {disc}
      {mark("m4.9 8.2 2.1 2.1 4.1-4.5")}
    </>
  ),
  rest: (
    <>
      <circle cx="8" cy="8" r="6.2" {...stroke} />
      {line("M6.4 5.7v4.6M9.6 5.7v4.6")}
    </>
  ),
  busy: (
    <>
      <circle cx="8" cy="8" r="6.2" {...stroke} class="icon-track" />
      {line("M8 1.8A6.2 6.2 0 0 1 14.2 8")}
    </>
  ),
  bad: (
    <>
      <path fill="currentColor" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1z" />
      {mark("m5.7 5.7 4.6 4.6m0-4.6-4.6 4.6")}
    </>
  ),
  warning: (
    <>
      {line("M8 2 1.6 13.6h12.8z")}
      {line("M8 6.5v3.2M8 11.7v.01")}
    </>
  ),
  plain: (
    <>
      <circle cx="8" cy="8" r="6.2" {...stroke} />
      {line("M6.3 6.3c.2-1 .9-1.5 1.8-1.5 1 0 1.800.6 1.8 1.5C9.9 7.6 8 7.7 8 9.1M8 11.3v.01")}
    </>
  ),
  info: (
    <>
      <circle cx="8" cy="8" r="6.2" {...stroke} />
      {line("M8 7.3v4M8 4.8v.01")}
    </>
  ),
  copy: (
    <>
      <rect x="5.5" y="5.5" width="8" height="8.5" rx="1.5" {...stroke} />
      {line("M10.5 2.5H4A1.5 1.5 0 0 0 2.5 4v7")}
    </>
  ),
  check: line("m2.8 8.6 3.4 3.4 7-7.6"),
  download: line("M8 2v8m-3.2-3L8 10.2 11.2 7M2.5 13.5h11"),
  columns: line("M2 3.5h12M2 8h12M2 12.5h12M5.5 2v3M10.5 6.5v3M6.5 11v3"),
  search: (
    <>
      <circle cx="7" cy="7" r="4.5" {...stroke} />
      {line("m10.5 10.5 3.5 3.5")}
    </>
  ),
  keyboard: (
    <>
      <rect x="1.5" y="4" width="13" height="8.5" rx="1.5" {...stroke} />
      {line("M4.5 7v.01M7 7v.01M9.5 7v.01M12 7v.01M5.5 9.8h5")}
    </>
  ),
  ascending: line("m4.5 9.5 3.5-4 3.5 4"),
  descending: line("m4.5 6.5 3.5 4 3.5-4"),
  unsorted: line("m5 6.2 3-3.2 3 3.2M5 9.8 8 13l3-3.2"),
  previous: line("m10 3.5-4.5 4.5 4.5 4.5"),
  next: line("m6 3.5 4.5 4.5L6 12.5"),
  close: line("m3.5 3.5 9 9m0-9-9 9"),
} satisfies Record<string, ComponentChildren>;

export type IconName = keyof typeof SHAPES;

export function Icon({ name }: { name: IconName }): JSX.Element {
  return (
    <svg class={`icon icon-${name}`} viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">
      {SHAPES[name]}
    </svg>
  );
}
