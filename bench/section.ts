/** The parts of the bench, and the result of each: figures, held against goals, as tables and pictures. */

/** One goal, held against what was measured. */
export interface Goal {
  /** The quantity that is measured, as a noun phrase. */
  what: string;
  /** As a user reads it, such as "at most 3 % over the floor". */
  wanted: string;
  measured: string;
  isMet: boolean;
  /** Whether it fails a run in CI: call counts and ratios in simulated time only, never wall time. */
  failsRun: boolean;
}

export interface Table {
  title: string;
  head: string[];
  rows: string[][];
  /** Facts that a reader needs: definitions, sources, assumptions. */
  notes?: string[];
}

/** An SVG in docs/performance/. */
export interface Picture {
  /** Without its ending. */
  name: string;
  /** A description of the picture, for who cannot see it. */
  title: string;
  /** Vega-Lite; data inline, so that a picture is a function of the kept results. */
  spec: Record<string, unknown>;
}

/** `quick` runs in CI, in seconds; what it leaves out is not in its data. */
export type Mode = "full" | "quick";

export interface Section<Data> {
  /** The name of its file in bench/results/. */
  name: string;
  title: string;
  measure(mode: Mode, say: (line: string) => void): Promise<Data>;
  goals(data: Data): Goal[];
  tables(data: Data): Table[];
  pictures(data: Data): Picture[];
  /** Whether it measures nothing but simulated time and calls, so that others like it may be measured at the same time. */
  isSimulated?: boolean;
  /** The effect that a user feels, as a sentence with figures; the top of docs/performance.md. */
  felt?(data: Data): string;
}
