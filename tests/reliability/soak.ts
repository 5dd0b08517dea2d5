/** `npm run soak -- --minutes N`: random histories for as long as you like. A failure prints the seed and path that replay it. */
import { Command, InvalidArgumentError } from "commander";
import fc from "fast-check";
import { histories } from "./history";
import { live } from "./life";

interface Options {
  minutes: number;
  length: number;
  seed: number;
  path?: string;
}

function positive(text: string): number {
  const value = Number(text);
  if (!(value > 0)) {
    throw new InvalidArgumentError("It has to be a number above 0.");
  }
  return value;
}

function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) {
    throw new InvalidArgumentError("It has to be a whole number.");
  }
  return value;
}

async function soak({ minutes, length, seed, path }: Options): Promise<number> {
  const end = Date.now() + minutes * 60_000;
  let [steps, lives] = [0, 0];
  const property = fc.asyncProperty(histories(length), async (history) => {
    steps += await live(history);
    lives++;
  });
  for (let round = seed; Date.now() < end; round++) {
    const result = await fc.check(property, {
      seed: round,
      path,
      numRuns: 100,
      unbiased: true,
      interruptAfterTimeLimit: end - Date.now(),
    });
    if (result.failed && result.counterexample !== null) {
      process.stdout.write(`${JSON.stringify(result.counterexample[0], null, 1)}\n${String(result.errorInstance)}\n`);
      process.stdout.write(
        `\nAgain: npm run soak -- --length ${length} --seed ${result.seed} --path ${result.counterexamplePath}\n`,
      );
      return 1;
    }
    if (path !== undefined) {
      break;
    }
  }
  process.stdout.write(`${steps} random steps in ${lives} histories, and every invariant held\n`);
  return 0;
}

const command = new Command("soak")
  .description("Drives a machine through random histories and looks for an invariant that does not hold.")
  .option("--minutes <number>", "for how long", positive, 10)
  .option("--length <number>", "the most steps in one history", positive, 200)
  .option("--seed <number>", "where to begin; a failure names its own", integer, Date.now() % 1_000_000)
  .option("--path <path>", "the one history of a seed that failed");
command.action(async (options: Options) => {
  process.exitCode = await soak(options);
});
void command.parseAsync();
