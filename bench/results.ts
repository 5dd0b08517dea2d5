/** The findings of full runs, kept in git: docs/performance.md and its pictures are a function of these files. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { format } from "prettier";
import type { Goal, Mode, Picture, Section, Table } from "./section";

export const RESULTS = join(__dirname, "results");

/** On what it was measured, and how. */
export interface Circumstances {
  mode: Mode;
  date: string;
  node: string;
  cores: number;
  /** How long the section took. */
  seconds: number;
}

export interface Result {
  measured: Circumstances;
  data: unknown;
}

/** A section and what its data says. */
export interface Finding {
  name: string;
  title: string;
  measured: Circumstances;
  goals: Goal[];
  tables: Table[];
  pictures: Picture[];
  felt?: string;
}

/** A change that was made to be faster, and its effect. */
export interface Optimization {
  what: string;
  /** The quantity that is measured, with its unit. */
  measure: string;
  before: string;
  after: string;
}

export function circumstances(mode: Mode, seconds: number): Circumstances {
  const date = new Date().toISOString().slice(0, 10);
  return { mode, date, node: process.version, cores: availableParallelism(), seconds: Math.round(seconds) };
}

export function findingOf(section: Section<unknown>, { measured, data }: Result): Finding {
  const { name, title } = section;
  return {
    name,
    title,
    measured,
    goals: section.goals(data),
    tables: section.tables(data),
    pictures: section.pictures(data),
    felt: section.felt?.(data),
  };
}

/** Fresh and kept data are the same to who reads them: what JSON cannot hold is lost before it is told. */
export function asKept(result: Result): Result {
  return JSON.parse(JSON.stringify(result)) as Result;
}

export async function keep(folder: string, name: string, result: Result): Promise<void> {
  const text = await format(JSON.stringify(result), { parser: "json", printWidth: 120 });
  writeFileSync(join(folder, `${name}.json`), text);
}

/** The findings of the sections that have been measured. */
export function keptFindings(sections: readonly Section<unknown>[], folder = RESULTS): Finding[] {
  return sections.flatMap((section) => {
    const result = read(folder, section.name) as Result | undefined;
    return result === undefined ? [] : [findingOf(section, result)];
  });
}

export function optimizations(folder = RESULTS): Optimization[] {
  return (read(folder, "optimizations") ?? []) as Optimization[];
}

function read(folder: string, name: string): unknown {
  const file = join(folder, `${name}.json`);
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : undefined;
}
