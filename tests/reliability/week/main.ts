/**
 * `npm run week -- --seed N --days 7 --with watch|function`: a week of random trouble, and whether each of its quiet hours ends with every
 * machine as declared. Without a seed, ten of them; without `--with`, both.
 */
import { Command, InvalidArgumentError, Option } from "commander";
import { EVERY_MS, type With } from "./controllers";
import { KINDS } from "./kinds";
import { summaryOf, tableOf } from "./tables";
import { week, type Week } from "./week";

interface Options {
  seed?: number;
  days: number;
  with?: With;
  every?: number;
  only?: string;
  journal?: number;
}

const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
/** The lines that are shown before each promise that was broken. */
const LINES = 60;

/** The last lines of what happened, or those that lead to what was broken. */
function shownOf({ journal }: Week, last: number | undefined): string[] {
  const ends = journal.flatMap((line, at) => (line.includes(" BROKEN: ") ? at + 1 : []));
  return last === undefined
    ? journal.filter((_, at) => ends.some((end) => at < end && at >= end - LINES))
    : journal.slice(-last);
}

function whole(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value <= 0) {
    throw new InvalidArgumentError("It has to be a whole number above 0.");
  }
  return value;
}

async function run({ seed, days, with: kind, every, only, journal }: Options): Promise<number> {
  const kinds = KINDS.filter((it) => only === undefined || only.split(",").some((name) => it.name.includes(name)));
  const weeks: Week[] = [];
  for (const of of kind === undefined ? (["watch", "function"] as const) : [kind]) {
    for (const each of seed === undefined ? SEEDS : [seed]) {
      const begun = process.cpuUsage();
      const everyMs = every === undefined ? EVERY_MS[of] : every * 1000;
      const found = await week({ seed: each, days, kind: of, kinds, everyMs });
      const { user, system } = process.cpuUsage(begun);
      weeks.push(found);
      process.stdout.write(`${tableOf(found)}\n(${Math.round((user + system) / 1e6)} s of CPU)\n\n`);
      process.stdout.write(
        shownOf(found, journal)
          .map((it) => `${it}\n`)
          .join(""),
      );
      if (found.broken.length > 0) {
        process.stdout.write(found.broken.map((it) => `BROKEN: ${it}\n`).join(""));
        process.stdout.write(`Again: npm run week -- --seed ${each} --days ${days} --with ${of}\n\n`);
      }
    }
  }
  process.stdout.write(`${summaryOf(weeks)}\n`);
  return weeks.some((it) => it.broken.length > 0) ? 1 : 0;
}

const command = new Command("week")
  .description(
    "Lives through weeks of random trouble with nobody there but a controller, and looks for a promise that is broken.",
  )
  .option("--seed <number>", "one week; by default ten of them", whole)
  .option("--days <number>", "how long a week is", whole, 7)
  .addOption(
    new Option("--with <controller>", "the controller that looks after the machines; by default each").choices([
      "watch",
      "function",
    ]),
  )
  .option("--every <seconds>", "how often the controller looks at all machines; by default 30 and 60", whole)
  .option("--only <kinds>", "no trouble but of these kinds: parts of their names, with commas between")
  .option("--journal <lines>", "show so many of the last lines of what happened", whole);
command.action(async (options: Options) => {
  process.exitCode = await run(options);
});
void command.parseAsync();
