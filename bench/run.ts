/** Measures sections, those on a wall clock one after the other, as they would disturb each other, and holds them against their goals. */
import { printedGoals, printedTable } from "./print";
import { asKept, circumstances, type Finding, findingOf, keep } from "./results";
import type { Mode, Section } from "./section";

export interface RunOptions {
  mode: Mode;
  /** Where what a full run measures is kept; nowhere if it is not given. A quick run measures too little to be kept. */
  folder?: string;
  say: (line: string) => void;
}

export interface Outcome {
  /** Goals that fail a run, and sections that could not be measured. */
  passed: number;
  failed: number;
}

export async function runSections(sections: readonly Section<unknown>[], options: RunOptions): Promise<Outcome> {
  const { say } = options;
  const findings: Finding[] = [];
  let broken = 0;
  const simulated = measuredTogether(sections, options);
  for (const section of sections) {
    say(`\n== ${section.title} (${section.name}) ==\n`);
    try {
      const finding = await (simulated.get(section) ?? afterAll(simulated, () => measured(section, options)));
      findings.push(finding);
      for (const table of finding.tables) {
        say(`${printedTable(table)}\n`);
      }
      say(`${section.name} took ${finding.measured.seconds} s`);
    } catch (error) {
      broken++;
      say(`${section.name} could not be measured: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
    }
  }
  say(`\n== Goals ==\n\n${printedGoals(findings)}\n`);
  const binding = findings.flatMap((it) => it.goals).filter((it) => it.failsRun);
  const passed = binding.filter((it) => it.isMet).length;
  return { passed, failed: binding.length - passed + broken };
}

/** A quick run has no time to win by it, and says what it does in order. */
function measuredTogether(
  sections: readonly Section<unknown>[],
  options: RunOptions,
): Map<Section<unknown>, Promise<Finding>> {
  const together = options.mode === "full" ? sections.filter((it) => it.isSimulated === true) : [];
  const findings = new Map(together.map((it) => [it, measured(it, options)]));
  // A part that waits for another hears of its failure then.
  findings.forEach((it) => void it.catch(() => undefined));
  return findings;
}

async function afterAll<T>(others: ReadonlyMap<unknown, Promise<unknown>>, work: () => Promise<T>): Promise<T> {
  await Promise.allSettled(others.values());
  return work();
}

async function measured(section: Section<unknown>, { mode, folder, say }: RunOptions): Promise<Finding> {
  const begin = performance.now();
  const data = await section.measure(mode, say);
  const result = asKept({ measured: circumstances(mode, (performance.now() - begin) / 1000), data });
  if (mode === "full" && folder !== undefined) {
    await keep(folder, section.name, result);
  }
  return findingOf(section, result);
}
