/** `npm run bench`: how fast it is, against goals and against what one would use instead. `bench/README.md` says more. */
import { Argument, program } from "commander";
import { render } from "./page";
import { RESULTS } from "./results";
import { runSections } from "./run";
import { SECTIONS } from "./sections";

const names = SECTIONS.map((it) => it.name);

interface Options {
  quick?: true;
  keep: boolean;
  render?: true;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(wanted: string[], { quick, keep, render: isOnlyRendered }: Options): Promise<void> {
  if (isOnlyRendered === true) {
    await render();
    return;
  }
  const sections = SECTIONS.filter((it) => wanted.length === 0 || wanted.includes(it.name));
  const begin = performance.now();
  const mode = quick === true ? "quick" : "full";
  const isKept = mode === "full" && keep;
  const { passed, failed } = await runSections(sections, { mode, folder: isKept ? RESULTS : undefined, say });
  if (isKept) {
    await render();
  }
  say(`${mode} run of ${sections.length} parts, ${Math.round((performance.now() - begin) / 1000)} s`);
  say(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}

void program
  .name("npm run bench --")
  .description("Measures, keeps what it measured in bench/results/, and writes docs/performance.md from that.")
  .addArgument(new Argument("[parts...]", "all, if none is named").choices(names))
  .option("--quick", "less than a minute, for CI; keeps nothing")
  .option("--no-keep", "leave bench/results/ and docs/performance.md as they are")
  .option("--render", "measure nothing, only write docs/performance.md from what is kept")
  .action(main)
  .parseAsync();
